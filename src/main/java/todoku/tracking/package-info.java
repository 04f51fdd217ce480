/// Tracking: the links in a mail, and what its readers do with them.
///
/// [LinkTokens] makes the links that [TrackingServer] answers. Opens and clicks go to [Responses], which commits them in
/// groups and counts them; a request to receive no more goes to the [Unsubscription] it was given, before it is
/// answered. This module does not know who the recipients are, nor how a mail is composed.
@NullMarked
package todoku.tracking;

import org.jspecify.annotations.NullMarked;
