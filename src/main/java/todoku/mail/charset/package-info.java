/// Character sets of mail. [MailCharset] names what a mail may be written in; [Iso2022Jp] says whether a text can be
/// written in ISO-2022-JP (RFC 1468), and [JisText] is that text, ready for lines of a body and words of a header.
@NullMarked
package todoku.mail.charset;

import org.jspecify.annotations.NullMarked;
