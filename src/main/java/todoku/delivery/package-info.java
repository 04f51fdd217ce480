/// Delivery, the engine: carries mailings to the servers of their recipients and says how each one ended.
///
/// The way of a recipient: [Batches] cuts a planned mailing into ranges of one destination; a [Lane] claims ranges and
/// waiting messages from the [Queue], asks the [ContentSource] to prepare them, marks them open, and hands them to
/// its connections; each ends as a [Verdict], written to the [Journal] and committed in groups by the [Committer].
/// [Recovery] settles what a dead process left behind before the first dialogue. [Engine] holds it together.
///
/// The law of this module is the order: open mark committed → journal dot → final dot → reply → journal verdict → commit.
/// This module knows envelopes and bytes; it knows nothing of campaigns, customers or contents.
@NullMarked
package todoku.delivery;

import org.jspecify.annotations.NullMarked;
