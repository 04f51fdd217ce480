package todoku.mail.charset;

import java.nio.charset.Charset;
import java.text.Normalizer;
import org.jspecify.annotations.Nullable;

/// ISO-2022-JP as RFC 1468 wants it: ASCII and JIS X 0208, nothing else. Characters that Unicode has twice are written as
/// the one JIS has (〜 and ～, − and －), half-width katakana as full-width. What only vendors had (①, ㈱, 髙) or nobody
/// (😀) has no place here: such a mail is written in UTF-8.
public final class Iso2022Jp {
    /// Not a cell: the text cannot be written.
    static final char NONE = 0;

    private static final int FIRST = 0x21;
    private static final int LAST = 0x7E;
    /// The Unicode characters one cell of JIS stands for, wherever they differ between vendors' tables.
    private static final String[] SAME = {
        "\u301C\uFF5E", // wave dash 2141
        "\u2212\uFF0D", // minus 215D
        "\u2016\u2225", // double vertical line 2142
        "\u2014\u2015", // dash 213D
        "\u00A2\uFFE0", // cent 2171
        "\u00A3\uFFE1", // pound 2172
        "\u00AC\uFFE2", // not 224C
        "\uFFE5\u00A5", // yen 216F
        "\uFFE3\u203E", // overline 2131
    };
    private static final char FIRST_HALF_WIDTH = '\uFF61';
    private static final char LAST_HALF_WIDTH = '\uFF9F';
    private static final char HALF_WIDTH_VOICED = '\uFF9E';
    private static final char HALF_WIDTH_SEMI_VOICED = '\uFF9F';
    private static final char VOICED = '\u3099';
    private static final char SEMI_VOICED = '\u309A';

    /// The cell of each character: ASCII as it is, JIS X 0208 as row and column, [#NONE] where there is none.
    private static final char[] CELLS = cells();

    private Iso2022Jp() {}

    /// Whether every character of the text can be written.
    public static boolean canEncode(String text) {
        return missing(text, 0) < 0;
    }

    /// Where the first character at or after `from` stands that cannot be written; -1 when there is none.
    public static int missing(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (CELLS[c] != NONE) continue;
            if (i > 0 && isMark(c) && voiced(text.charAt(i - 1), c) != NONE) continue;
            return i;
        }
        return -1;
    }

    /// The text in cells; null when it cannot be written.
    public static @Nullable JisText text(String text) {
        char[] cells = text.toCharArray();
        int size = 0;
        char before = 0;
        for (char c : cells) {
            if (isMark(c)) {
                char joined = voiced(before, c);
                if (joined != NONE) {
                    cells[size - 1] = joined;
                    before = 0;
                    continue;
                }
            }
            char cell = CELLS[c];
            if (cell == NONE) return null;
            if (c == '\n' && before == '\r') {
                before = c;
                continue;
            }
            cells[size++] = cell;
            before = c;
        }
        return new JisText(cells, size);
    }

    private static boolean isMark(char c) {
        return c == HALF_WIDTH_VOICED || c == HALF_WIDTH_SEMI_VOICED || c == VOICED || c == SEMI_VOICED;
    }

    /// The cell of a kana and its mark in one (ｶﾞ is ガ), if JIS has it.
    private static char voiced(char kana, char mark) {
        boolean halfWidth = kana >= FIRST_HALF_WIDTH && kana <= LAST_HALF_WIDTH;
        if (!halfWidth && (mark == HALF_WIDTH_VOICED || mark == HALF_WIDTH_SEMI_VOICED)) return NONE;
        if (!halfWidth && (kana < '\u3041' || kana > '\u30FE')) return NONE;
        String joined = Normalizer.normalize("" + kana + mark, Normalizer.Form.NFKC);
        return joined.length() == 1 ? CELLS[joined.charAt(0)] : NONE;
    }

    private static char[] cells() {
        char[] cells = new char[Character.MAX_VALUE + 1];
        jis(cells);
        for (String same : SAME) {
            char cell = cells[same.charAt(0)] != NONE ? cells[same.charAt(0)] : cells[same.charAt(1)];
            cells[same.charAt(0)] = cell;
            cells[same.charAt(1)] = cell;
        }
        for (char c = FIRST_HALF_WIDTH; c < HALF_WIDTH_VOICED; c++)
            cells[c] = cells[Normalizer.normalize(String.valueOf(c), Normalizer.Form.NFKC).charAt(0)];
        cells[HALF_WIDTH_VOICED] = cells['\u309B'];
        cells[HALF_WIDTH_SEMI_VOICED] = cells['\u309C'];
        for (char c = ' '; c <= '~'; c++) cells[c] = c;
        cells['\t'] = '\t';
        cells['\n'] = '\n';
        cells['\r'] = '\n';
        cells['\u00A0'] = ' ';
        return cells;
    }

    /// JIS X 0208 as the platform knows it, read once.
    private static void jis(char[] cells) {
        Charset table = Charset.forName("x-JIS0208");
        for (int row = FIRST; row <= LAST; row++)
            for (int column = FIRST; column <= LAST; column++) {
                String character = new String(new byte[] {(byte) row, (byte) column}, table);
                if (character.length() == 1 && character.charAt(0) != '\uFFFD') cells[character.charAt(0)] = (char) (row << 8 | column);
            }
    }
}
