package todoku.delivery;

import java.util.List;
import todoku.event.Reason;
import todoku.mail.dkim.DkimSigner;

/// What composing one mail came to.
public sealed interface Composition {
    /// Complete: envelope, header lines each ended by CRLF without the empty line, body with CRLF line ends, and who
    /// signs it.
    record Mail(String envelopeFrom, String envelopeTo, byte[] header, byte[] body, List<DkimSigner> signers)
            implements Composition {}

    /// This mail can or must never be sent.
    record Skip(Reason reason) implements Composition {}
}
