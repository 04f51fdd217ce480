/// DKIM: our name under a mail, and the check of anyone's (RFC 6376, keys after RFC 8301 and RFC 8463).
///
/// [DkimSigner] signs finished [todoku.mail.mime.MailBytes] with a [DkimKey]; [DkimKeyPair] makes keys and the
/// DNS text that publishes them; [DkimVerifier] reads a mail the way a receiving server does. Both sides see
/// the mail through [Canonical]. This module knows nothing of DNS servers, databases or whose mail it is.
@NullMarked
package todoku.mail.dkim;

import org.jspecify.annotations.NullMarked;
