package todoku.mail.charset;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Iso2022JpTest {
    private static final Charset STRICT = Charset.forName("ISO-2022-JP");
    private static final Charset WINDOWS = Charset.forName("x-windows-iso2022jp");

    /// What a draw of random text is made of; all of it can be written.
    private static final List<String> PIECES = List.of(
            "a", "Z", "9", " ", "~", "\\", "=", ".", "<b>", "あ", "ん", "ア", "漢", "字", "熙", "。", "「", "★", "α", "Я", "─", "　", "〜",
            "～", "−", "－", "‖", "∥", "—", "―", "¢", "￠", "£", "￡", "¬", "￢", "¥", "‾", "\u00A0", "ｱ", "ｶﾞ", "ﾊﾟ", "ﾞ", "か\u3099",
            "\n", "\r\n", "\r", "\t", "とどく商店からのお知らせ", "plain words and a https://example.jp/c/AbC?x=1&y=2 ");

    static byte[] lines(String text) {
        return Objects.requireNonNull(Objects.requireNonNull(Iso2022Jp.text(text), text).shortLines(true), text);
    }

    /// The cells of a text that is all JIS X 0208, in hexadecimal.
    static String cells(String text) {
        byte[] octets = lines(text);
        assertThat(Arrays.copyOf(octets, 3)).containsExactly(0x1B, '$', 'B');
        assertThat(Arrays.copyOfRange(octets, octets.length - 3, octets.length)).containsExactly(0x1B, '(', 'B');
        return HexFormat.of().withUpperCase().formatHex(octets, 3, octets.length - 3);
    }

    @ParameterizedTest
    @CsvSource({
        "〜, 2141", "～, 2141", "−, 215D", "－, 215D", "‖, 2142", "∥, 2142", "—, 213D", "―, 213D", "¢, 2171", "￠, 2171",
        "£, 2172", "￡, 2172", "¬, 224C", "￢, 224C", "¥, 216F", "￥, 216F", "‾, 2131", "￣, 2131", "ー, 213C", "＼, 2140",
        "亜, 3021", "熙, 7426", "、, 2122", "'　', 2121"
    })
    void a_character_unicode_has_twice_is_the_one_jis_has(String character, String cell) {
        assertThat(cells(character)).isEqualTo(cell);
    }

    @ParameterizedTest
    @CsvSource({
        "ｱ, ア", "ｶﾞ, ガ", "ﾊﾟ, パ", "ｳﾞ, ヴ", "ヴ, ヴ", "ﾜﾞ, ワ゛", "ｱﾟ, ア゜", "ﾞ, ゛", "ﾟ, ゜", "｡｢｣､･ｰ, 。「」、・ー", "ｶﾞﾞ, ガ゛",
        "ﾃﾞﾊﾟｰﾄ, デパート", "がﾞ, が゛", "カﾞ, カ゛", "か\u3099, が", "ハ\u309A, パ"
    })
    void half_width_katakana_become_full_width_with_their_marks(String typed, String sent) {
        assertThat(cells(typed)).isEqualTo(cells(sent));
        assertThat(new String(lines(typed), STRICT)).isEqualTo(sent);
    }

    @Test
    void a_space_that_does_not_break_is_a_space() {
        assertThat(lines("a\u00A0b")).isEqualTo("a b".getBytes(US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "①", "Ⅰ", "Ⅳ", "㈱", "℡", "髙", "﨑", "鄧", "𠮷", "😀", "☀", "é", "한", "\u3099", "か\u3099\u3099", "あ\u309A", "\u001B",
                "\u0000", "\u000E", "\u007F", "\u0085", "\u2028", "\uD83D", "\uFEFF", "ヷ"
            })
    void what_only_vendors_or_nobody_had_cannot_be_written(String text) {
        assertThat(Iso2022Jp.canEncode(text)).isFalse();
        assertThat(Iso2022Jp.text(text)).isNull();
        assertThat(Iso2022Jp.text("高橋" + text + "様")).isNull();
        assertThat(Iso2022Jp.missing("高橋" + text + "様", 0)).isBetween(2, 1 + text.length());
    }

    @Test
    void every_character_of_jis_x_0208_is_written_as_java_writes_it() {
        int seen = 0;
        for (int row = 0x21; row <= 0x7E; row++)
            for (int column = 0x21; column <= 0x7E; column++) {
                byte[] octets = {0x1B, '$', 'B', (byte) row, (byte) column, 0x1B, '(', 'B'};
                String character = new String(octets, STRICT);
                if (character.contains("\uFFFD")) continue;
                assertThat(lines(character)).as(character).isEqualTo(octets);
                seen++;
            }
        assertThat(seen).isEqualTo(6_879);
    }

    @Test
    void whether_it_can_be_written_is_said_the_same_way_for_every_character() {
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            String text = "か" + (char) c + "ｶ" + (char) c;
            assertThat(Iso2022Jp.text(text) != null).as("%04X", c).isEqualTo(Iso2022Jp.canEncode(text));
        }
    }

    @Test
    void every_line_begins_and_ends_in_ascii() {
        assertThat(lines("あ\nい\r\na亜b\rう"))
                .isEqualTo("\033$B$\"\033(B\r\n\033$B$$\033(B\r\na\033$B0!\033(Bb\r\n\033$B$&\033(B".getBytes(US_ASCII));
        assertThat(lines("")).isEmpty();
        assertThat(lines("\n\n")).isEqualTo("\r\n\r\n".getBytes(US_ASCII));
    }

    @Test
    void a_long_line_is_cut_between_kanji_or_after_a_space_and_never_inside_a_word() {
        assertThat(new String(lines("漢".repeat(1_000)), STRICT).split("\r\n"))
                .containsExactly("漢".repeat(447), "漢".repeat(447), "漢".repeat(106));
        JisText word = Objects.requireNonNull(Iso2022Jp.text("x".repeat(901) + "\n漢"));
        assertThat(word.shortLines(true)).isNull();
        assertThat(new String(word.lines(), STRICT)).isEqualTo("x".repeat(901) + "\r\n漢");
        assertThat(Objects.requireNonNull(Iso2022Jp.text("漢".repeat(500))).shortLines(false)).isNull();
        assertThat(Objects.requireNonNull(Iso2022Jp.text("漢\n漢")).shortLines(false)).isEqualTo(lines("漢\n漢"));
        assertThat(new String(lines("漢".repeat(300) + " " + "字".repeat(300)), STRICT).split("\r\n"))
                .containsExactly("漢".repeat(300) + " ", "字".repeat(300));
        assertThat(new String(lines("漢".repeat(350) + "https://example.jp/" + "u".repeat(400)), STRICT).split("\r\n"))
                .containsExactly("漢".repeat(350), "https://example.jp/" + "u".repeat(400));
    }

    @Test
    void random_mixed_text_is_seven_bits_in_short_lines_and_read_back_by_both_decoders() {
        var random = new Random(20_261_122);
        for (int round = 0; round < 2_000; round++) {
            var text = new StringBuilder();
            for (int i = random.nextInt(400); i > 0; i--) text.append(PIECES.get(random.nextInt(PIECES.size())));
            if (round % 5 == 0) text = new StringBuilder(text.toString().replaceAll("[\r\n ]", ""));
            byte[] octets = lines(text.toString());
            String expected = text.toString().replaceAll("\r\n?|\n", "\r\n");
            assertThat(meant(unfolded(octets, expected), STRICT)).isEqualTo(meant(expected));
            assertThat(meant(unfolded(octets, expected), WINDOWS)).isEqualTo(meant(expected));
        }
    }

    /// The octets without the line ends that cutting added; every line was looked at.
    private static byte[] unfolded(byte[] octets, String expected) {
        var joined = new ByteArrayOutputStream();
        List<String> wanted = List.of(meant(expected).split("\r\n", -1));
        int at = 0;
        var line = new StringBuilder();
        for (String one : new String(octets, US_ASCII).split("\r\n", -1)) {
            assertThat(one.length()).isLessThanOrEqualTo(JisText.LINE_OCTETS);
            assertThat(one).matches("[\\x1b\\t -~]*");
            assertThat(one.lastIndexOf("\033$B")).isLessThanOrEqualTo(one.lastIndexOf("\033(B"));
            joined.writeBytes(one.getBytes(US_ASCII));
            line.append(meant(one.getBytes(US_ASCII), STRICT));
            if (at < wanted.size() - 1 && line.length() == wanted.get(at).length()) {
                joined.writeBytes(new byte[] {'\r', '\n'});
                line.setLength(0);
                at++;
            }
        }
        return joined.toByteArray();
    }

    private static String meant(byte[] octets, Charset charset) {
        return meant(new String(octets, charset));
    }

    /// Characters that stand for the same cell, or for each other's form, as one.
    private static String meant(String text) {
        String full = text;
        for (String[] pair : new String[][] {
            {"～", "〜"}, {"－", "−"}, {"∥", "‖"}, {"―", "—"}, {"￠", "¢"}, {"￡", "£"}, {"￢", "¬"}, {"￥", "¥"}, {"‾", "￣"},
            {"\u00A0", " "}, {"ｶﾞ", "ガ"}, {"ﾊﾟ", "パ"}, {"ｱ", "ア"}, {"か\u3099", "が"}, {"ﾞ", "゛"}
        }) full = full.replace(pair[0], pair[1]);
        return full;
    }
}
