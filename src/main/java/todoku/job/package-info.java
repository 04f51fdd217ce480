/// Jobs: work that is due again and again for as long as the program lives. [Jobs] runs it; what the work is,
/// whoever hands it in knows.
@NullMarked
package todoku.job;

import org.jspecify.annotations.NullMarked;
