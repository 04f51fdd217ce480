package todoku.delivery;

import org.jspecify.annotations.Nullable;
import todoku.event.Reason;
import todoku.mail.dkim.DkimKey;

/// What composing one mail came to.
public sealed interface Composition {
    /// Complete: envelope, header lines each ended by CRLF without the empty line, body with CRLF line ends, and the key
    /// to sign with.
    record Mail(String envelopeFrom, String envelopeTo, byte[] header, byte[] body, @Nullable DkimKey key)
            implements Composition {}

    /// This mail can or must never be sent.
    record Skip(Reason reason) implements Composition {}
}
