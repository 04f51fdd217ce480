/// S/MIME: a mail signed by the person or office it comes from (RFC 8551), readable by everybody.
/// [SmimeIdentity] is what a PKCS#12 file holds; [SmimeSigner] wraps a finished mail, which DKIM then signs as a whole.
@NullMarked
package todoku.mail.smime;

import org.jspecify.annotations.NullMarked;
