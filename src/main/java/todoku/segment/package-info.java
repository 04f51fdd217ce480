/// Segments: which of the customers. A [Condition] is one row of 配信条件; [Conditions] checks a list of them, reads it as
/// a sentence and makes it SQL over the table `customer c`. What is asked of [Fields] is a closed list: nothing an
/// operator types ever becomes part of a statement. This module knows nothing of campaigns.
@org.jspecify.annotations.NullMarked
package todoku.segment;
