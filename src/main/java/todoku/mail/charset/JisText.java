package todoku.mail.charset;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A text that ISO-2022-JP can write, one cell for each character: ASCII, or row and column of JIS X 0208. A line end is
/// one `\n`, however it was written.
public final class JisText {
    /// Octets of a line of a body, below the 998 of RFC 5322 §2.1.1 and the 1,000 with its end that carriers take.
    static final int LINE_OCTETS = 900;
    /// A line too long is cut after a space, if one stands in this part of it.
    private static final int CUT_FROM = LINE_OCTETS / 2;

    private static final int ESCAPE_OCTETS = 3;
    private static final int CUT_ADDS_OCTETS = 2 * ESCAPE_OCTETS + 2;
    private static final int ESC = 0x1B;
    private static final int NOWHERE = -1;

    private final char[] cells;
    private final int size;

    JisText(char[] cells, int size) {
        this.cells = cells;
        this.size = size;
    }

    /// Cells.
    public int size() {
        return size;
    }

    /// The text as lines of a body: each returns to ASCII before its CRLF, however long it is. No line end is added after
    /// the last line.
    public byte[] lines() {
        byte[] out = new byte[room()];
        int at = 0;
        for (int from = 0; from < size; ) {
            int end = from;
            while (end < size && cells[end] != '\n') end++;
            at = put(from, end, out, at, false);
            if (end < size) {
                out[at++] = '\r';
                out[at++] = '\n';
            }
            from = end + 1;
        }
        return at == out.length ? out : Arrays.copyOf(out, at);
    }

    /// The same in lines that may travel as they are, 7 bits: a longer one is cut after a space or beside a character of
    /// JIS X 0208. Null when there is no such place, as in a long address of a page, or when nothing may be cut.
    public byte @Nullable [] shortLines(boolean mayBeCut) {
        byte[] out = new byte[room()];
        int at = 0;
        for (int from = 0; from < size; ) {
            int end = lineEnd(from);
            if (end == NOWHERE) return null;
            if (!mayBeCut && end < size && cells[end] != '\n') return null;
            at = put(from, end, out, at, false);
            boolean cut = end < size && cells[end] != '\n';
            if (end < size) {
                out[at++] = '\r';
                out[at++] = '\n';
            }
            from = cut ? end : end + 1;
        }
        return at == out.length ? out : Arrays.copyOf(out, at);
    }

    /// How far a word of a header field reaches that begins at `from` and may have so many octets, its way back to ASCII
    /// included; `from` when not one character has room.
    public int wordEnd(int from, int octets) {
        int used = 0;
        boolean jis = false;
        for (int i = from; i < size; i++) {
            boolean wide = cells[i] > 0x7F;
            if (wide != jis) used += ESCAPE_OCTETS;
            used += wide ? 2 : 1;
            jis = wide;
            if (used + (jis ? ESCAPE_OCTETS : 0) > octets) return i;
        }
        return size;
    }

    /// Writes a word of a header field, beginning and ending in ASCII, at the front of `out`: how many octets it has.
    /// Control characters become spaces.
    public int word(int from, int end, byte[] out) {
        return put(from, end, out, 0, true);
    }

    private int put(int from, int end, byte[] out, int at, boolean header) {
        boolean jis = false;
        for (int i = from; i < end; i++) {
            char cell = cells[i];
            if (cell > 0x7F) {
                if (!jis) at = escape('$', out, at);
                jis = true;
                out[at++] = (byte) (cell >> 8);
                out[at++] = (byte) cell;
            } else {
                if (jis) at = escape('(', out, at);
                jis = false;
                out[at++] = (byte) (header && cell < ' ' ? ' ' : cell);
            }
        }
        return jis ? escape('(', out, at) : at;
    }

    private static int escape(char set, byte[] out, int at) {
        out[at] = ESC;
        out[at + 1] = (byte) set;
        out[at + 2] = 'B';
        return at + ESCAPE_OCTETS;
    }

    /// The octets of all lines; with lines too long, room for the escapes and line ends that cutting adds.
    private int room() {
        int octets = 0;
        int line = 0;
        int longest = 0;
        boolean jis = false;
        for (int i = 0; i < size; i++) {
            char cell = cells[i];
            boolean wide = cell > 0x7F;
            int more = (wide || cell == '\n' ? 2 : 1) + (wide == jis ? 0 : ESCAPE_OCTETS);
            octets += more;
            line = cell == '\n' ? 0 : line + more;
            longest = Math.max(longest, line);
            jis = wide;
        }
        boolean cut = longest + ESCAPE_OCTETS > LINE_OCTETS;
        return octets + (jis ? ESCAPE_OCTETS : 0) + (cut ? octets / (CUT_FROM / 2) * CUT_ADDS_OCTETS : 0);
    }

    /// The end of the line that begins at `from`: its `\n`, the end of the text, or where it can be cut.
    private int lineEnd(int from) {
        int used = 0;
        int space = 0;
        int border = 0;
        boolean jis = false;
        for (int i = from; i < size; i++) {
            char cell = cells[i];
            if (cell == '\n') return i;
            boolean wide = cell > 0x7F;
            if (used > CUT_FROM && (wide || jis)) border = i;
            if (wide != jis) used += ESCAPE_OCTETS;
            used += wide ? 2 : 1;
            jis = wide;
            if (used + (jis ? ESCAPE_OCTETS : 0) > LINE_OCTETS) return space > 0 ? space : border > 0 ? border : NOWHERE;
            if (cell == ' ' && used > CUT_FROM) space = i + 1;
        }
        return size;
    }
}
