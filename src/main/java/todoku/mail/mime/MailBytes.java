package todoku.mail.mime;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// A finished mail. The header is whole lines, each ended by CRLF, without the empty line; the body is whole
/// lines too. `header CRLF body` is the mail. The arrays are handed over, not copied: who receives them does
/// not write into them.
public record MailBytes(byte[] header, byte[] body) {

    private static final byte[] CRLF = {'\r', '\n'};

    /// Octets of the whole mail, as `SIZE=` wants it (RFC 1870).
    public int length() {
        return header.length + CRLF.length + body.length;
    }

    /// The whole mail in one array.
    public byte[] toBytes() {
        byte[] whole = new byte[length()];
        System.arraycopy(header, 0, whole, 0, header.length);
        System.arraycopy(CRLF, 0, whole, header.length, CRLF.length);
        System.arraycopy(body, 0, whole, header.length + CRLF.length, body.length);
        return whole;
    }

    /// The same mail with complete header lines (each ended by CRLF) in front: a signature or a trace field.
    public MailBytes withHeaderInFront(String lines) {
        byte[] front = lines.getBytes(StandardCharsets.US_ASCII);
        byte[] longer = new byte[front.length + header.length];
        System.arraycopy(front, 0, longer, 0, front.length);
        System.arraycopy(header, 0, longer, front.length, header.length);
        return new MailBytes(longer, body);
    }

    /// Writes the whole mail without joining it first.
    public void writeTo(OutputStream out) throws IOException {
        out.write(header);
        out.write(CRLF);
        out.write(body);
    }
}
