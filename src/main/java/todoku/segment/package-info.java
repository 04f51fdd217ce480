/// Segments: which of the customers. A [Rule] is one tree; [Rules] checks it, reads it as a sentence, makes it SQL over
/// `customer c` and judges one person in memory, with the same result. What is asked of [Fields] is a closed list: nothing
/// an operator types ever becomes part of a statement. This module knows nothing of campaigns but their names.
@org.jspecify.annotations.NullMarked
package todoku.segment;
