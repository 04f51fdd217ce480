/// Addresses: what a person typed, read kindly, and written back exactly.
///
/// [MailAddress#parse] reads and answers a [Parsing]; the record then writes itself for the list
/// ([MailAddress#canonical]), for people ([MailAddress#toString]) and for SMTP ([MailAddress#forEnvelope]). Old
/// docomo and au addresses that break RFC 5321 are still alive and are accepted and flagged. This module knows
/// nothing of DNS, customers or mails.
@NullMarked
package todoku.mail.address;

import org.jspecify.annotations.NullMarked;
