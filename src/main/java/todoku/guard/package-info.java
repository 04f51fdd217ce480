/// Guards: what stops or pauses mailings by itself, by figures that the engine writes anyway, and the log of what the
/// system did by itself. Guards read counters of progress, never followers.
@NullMarked
package todoku.guard;

import org.jspecify.annotations.NullMarked;
