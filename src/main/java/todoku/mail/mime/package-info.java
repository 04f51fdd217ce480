/// Mails as bytes: what goes over the wire after `DATA`, and nothing that depends on who carries it.
///
/// [MimeWriter] turns a [MailDraft] into [MailBytes]; [HeaderWriter] writes each header field so that it is
/// folded, ASCII and cannot start another one; [Content] decides the character set, [TransferEncoding] between
/// base64 and quoted-printable for a body in UTF-8. Every line ends in CRLF and none is longer than RFC 5322 allows, whatever was merged in. This module
/// knows nothing of campaigns, SMTP or keys.
@NullMarked
package todoku.mail.mime;

import org.jspecify.annotations.NullMarked;
