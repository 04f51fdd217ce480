package todoku.mail.dkim;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The relaxed view of a mail (RFC 6376 §3.4.2 and §3.4.4): what stays the same when servers re-fold and re-space.
final class Canonical {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EIGHT_SPACES = 0x2020202020202020L;
    private static final long EIGHT_TABS = 0x0909090909090909L;

    private Canonical() {}

    /// One field, as it stands in the header: its lines without the last CRLF. Octets are kept as Latin-1 characters.
    record Field(String name, String text) {
        /// Everything after the colon, with its folds.
        String value() {
            return text.substring(text.indexOf(':') + 1);
        }
    }

    /// The fields in their order. A line without a colon belongs to no field and is passed over.
    static List<Field> fields(byte[] header) {
        var fields = new ArrayList<Field>(16);
        String text = new String(header, StandardCharsets.ISO_8859_1);
        int start = 0;
        while (start < text.length()) {
            int end = fieldEnd(text, start);
            int colon = text.indexOf(':', start);
            if (colon > start && colon < end)
                fields.add(new Field(
                        text.substring(start, colon).strip().toLowerCase(Locale.ROOT), text.substring(start, end)));
            start = end + 2;
        }
        return fields;
    }

    private static int fieldEnd(String text, int start) {
        int end = text.indexOf("\r\n", start);
        while (end >= 0 && end + 2 < text.length() && isBlank(text.charAt(end + 2)))
            end = text.indexOf("\r\n", end + 2);
        return end < 0 ? text.length() : end;
    }

    /// `name:value`, unfolded, with single spaces, without the last CRLF.
    static void relaxed(String name, String value, StringBuilder into) {
        into.append(name).append(':');
        int first = into.length();
        boolean gap = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (isBlank(c)) {
                gap = true;
            } else if (c != '\r' && c != '\n') {
                if (gap && into.length() > first) into.append(' ');
                gap = false;
                into.append(c);
            }
        }
    }

    /// What of the header is signed: for each name the lowest field not yet taken, nothing when there is none
    /// (§5.4.2).
    static void signed(List<Field> fields, Iterable<String> names, StringBuilder into) {
        var taken = new boolean[fields.size()];
        for (String name : names) {
            for (int i = fields.size() - 1; i >= 0; i--) {
                if (taken[i] || !fields.get(i).name().equals(name)) continue;
                taken[i] = true;
                relaxed(name, fields.get(i).value(), into);
                into.append("\r\n");
                break;
            }
        }
    }

    /// The body with single spaces, nothing blank at line ends, and no empty lines at its end. What stands between
    /// blanks is copied in one go: an encoded body has hardly any.
    static byte[] body(byte[] body) {
        byte[] out = new byte[body.length + 2];
        int size = 0;
        int from = 0;
        for (int i = nextBlank(body, 0); i < body.length; i = nextBlank(body, i)) {
            System.arraycopy(body, from, out, size, i - from);
            size += i - from;
            while (i < body.length && isBlank((char) body[i])) i++;
            if (i < body.length && !isLineEnd(body, i)) out[size++] = ' ';
            from = i;
        }
        System.arraycopy(body, from, out, size, body.length - from);
        size += body.length - from;
        while (size > 1 && isLineEnd(out, size - 2)) size -= 2;
        if (size == 0) return new byte[0];
        out[size] = '\r';
        out[size + 1] = '\n';
        return Arrays.copyOf(out, size + 2);
    }

    /// Eight octets at a time; the end when there is none.
    private static int nextBlank(byte[] text, int from) {
        int at = from;
        for (int last = text.length - Long.BYTES; at <= last; at += Long.BYTES) {
            long eight = (long) LONGS.get(text, at);
            long found = zeros(eight ^ EIGHT_SPACES) | zeros(eight ^ EIGHT_TABS);
            if (found != 0) return at + (Long.numberOfTrailingZeros(found) >> 3);
        }
        while (at < text.length && !isBlank((char) text[at])) at++;
        return at;
    }

    /// The high bit of each octet that is zero; above the lowest of them it may be wrong.
    private static long zeros(long eight) {
        return eight - 0x0101010101010101L & ~eight & 0x8080808080808080L;
    }

    private static boolean isLineEnd(byte[] text, int at) {
        return text[at] == '\r' && at + 1 < text.length && text[at + 1] == '\n';
    }

    static byte[] octets(CharSequence text) {
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
