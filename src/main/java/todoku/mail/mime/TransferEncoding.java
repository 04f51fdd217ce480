package todoku.mail.mime;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// The two ways a UTF-8 text crosses any server unharmed (RFC 2045 §6), whatever it contains: no line passes 76
/// characters, none begins with a dot, and nothing looks like a boundary. What is 7 bits in short lines needs neither.
enum TransferEncoding {
    SEVEN_BIT("7bit"),
    QUOTED_PRINTABLE("quoted-printable"),
    BASE64("base64");

    private static final int LINE_CHARS = 76;
    private static final Base64.Encoder MIME = Base64.getMimeEncoder(LINE_CHARS, new byte[] {'\r', '\n'});
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] FROM = "From ".getBytes(StandardCharsets.US_ASCII);

    private final String label;

    TransferEncoding(String label) {
        this.label = label;
    }

    /// As `Content-Transfer-Encoding` writes it.
    String label() {
        return label;
    }

    /// The one that comes out smaller; at the same size the one a person can read.
    static TransferEncoding of(byte[] text) {
        int room = text.length / 6;
        for (byte octet : text)
            if ((octet < 0 || octet == '=' || octet < ' ' && octet != '\r' && octet != '\n') && --room < 0) return BASE64;
        return QUOTED_PRINTABLE;
    }

    /// The text in UTF-8 with every line end as CRLF.
    static byte[] canonical(String text) {
        String lines = text.indexOf('\r') < 0 ? text : text.replace("\r\n", "\n").replace('\r', '\n');
        return lines.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
    }

    /// Writes a canonical text, without adding a line end after the last line.
    void write(byte[] text, Octets out) {
        switch (this) {
            case SEVEN_BIT -> out.put(text, 0, text.length);
            case BASE64 -> {
                byte[] encoded = MIME.encode(text);
                out.put(encoded, 0, encoded.length);
            }
            case QUOTED_PRINTABLE -> quotedPrintable(text, out);
        }
    }

    private static void quotedPrintable(byte[] text, Octets out) {
        int column = 0;
        for (int i = 0; i < text.length; i++) {
            int octet = text[i];
            if (octet == '\r') {
                out.crlf();
                i++;
                column = 0;
                continue;
            }
            boolean literal = isLiteral(text, i, column);
            int needed = literal ? 1 : 3 * codePointOctets(text, i);
            if (column + needed > LINE_CHARS - 1) {
                out.put('=');
                out.crlf();
                column = 0;
                literal = isLiteral(text, i, column);
            }
            if (literal) {
                out.put(octet);
                column++;
            } else {
                out.put('=');
                out.put(HEX[octet >> 4 & 15]);
                out.put(HEX[octet & 15]);
                column += 3;
            }
        }
    }

    /// A space before a line end could be lost on the way, a dot in front would need stuffing, and `From ` in front could
    /// get a `>` (RFC 2049 §3): all are escaped.
    private static boolean isLiteral(byte[] text, int i, int column) {
        int octet = text[i];
        if (octet == ' ' || octet == '\t') return i + 1 < text.length && text[i + 1] != '\r';
        if (octet == '.') return column > 0;
        if (octet == 'F' && column == 0) return !isFrom(text, i);
        return octet > ' ' && octet < 0x7F && octet != '=';
    }

    static boolean isFrom(byte[] text, int at) {
        if (text.length - at < FROM.length) return false;
        for (int i = 0; i < FROM.length; i++) if (text[at + i] != FROM[i]) return false;
        return true;
    }

    /// How many octets belong together here, so that a soft break does not cut a character.
    private static int codePointOctets(byte[] text, int i) {
        if ((text[i] & 0xC0) != 0xC0) return 1;
        int end = i + 1;
        while (end < text.length && (text[end] & 0xC0) == 0x80) end++;
        return end - i;
    }
}
