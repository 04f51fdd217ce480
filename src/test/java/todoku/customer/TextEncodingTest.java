package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextEncodingTest {
    private static final String TEXT = "姓,セイ,メールアドレス\r\n山田,ヤマダ,taro@example.jp\r\n";

    @TempDir
    Path folder;

    @Test
    void a_byte_order_mark_decides_and_is_not_part_of_the_text() throws IOException {
        Path file = file(("\uFEFF" + TEXT).getBytes(StandardCharsets.UTF_8));
        assertThat(TextEncoding.of(file)).contains(TextEncoding.UTF_8_MARKED);
        assertThat(TextEncoding.UTF_8_MARKED.open(file).read()).isEqualTo('姓');
        assertThat(TextEncoding.of(file(("\uFEFF" + TEXT).getBytes(StandardCharsets.UTF_16LE)))).contains(TextEncoding.UTF_16LE_MARKED);
    }

    @Test
    void each_rung_of_the_ladder_is_found() throws IOException {
        assertThat(TextEncoding.of(file(TEXT.getBytes(StandardCharsets.UTF_8)))).contains(TextEncoding.UTF_8);
        assertThat(TextEncoding.of(file(TEXT.getBytes(Charset.forName("windows-31j"))))).contains(TextEncoding.WINDOWS_31J);
        assertThat(TextEncoding.of(file(TEXT.getBytes(Charset.forName("EUC-JP"))))).contains(TextEncoding.EUC_JP);
        assertThat(TextEncoding.of(file(TEXT.getBytes(Charset.forName("ISO-2022-JP"))))).contains(TextEncoding.ISO_2022_JP);
    }

    @Test
    void half_width_kana_are_not_taken_for_euc() throws IOException {
        assertThat(TextEncoding.of(file("ﾀﾅｶﾊﾅ".getBytes(Charset.forName("windows-31j"))))).contains(TextEncoding.WINDOWS_31J);
    }

    @Test
    void bytes_of_no_encoding_are_not_guessed_at() throws IOException {
        assertThat(TextEncoding.of(file(new byte[] {'a', ',', (byte) 0xFD, (byte) 0xFF, (byte) 0x81, '\n'}))).isEmpty();
    }

    @Test
    void what_the_beginning_of_a_long_file_shows_is_what_all_of_it_says() throws IOException {
        String ascii = "name,mail\r\n", kanji = "山田,taro@example.jp\r\n";
        byte[][] ends = {new byte[0], bytes(TEXT, "UTF-8"), bytes(TEXT, "windows-31j"), bytes(TEXT, "EUC-JP"), bytes(TEXT, "ISO-2022-JP"),
            {'a', (byte) 0xFD, (byte) 0xFF, '\n'}};
        for (String beginning : new String[] {ascii, kanji, TEXT})
            for (String charset : new String[] {"UTF-8", "windows-31j", "EUC-JP", "ISO-2022-JP"})
                for (byte[] end : ends) {
                    var whole = new ByteArrayOutputStream();
                    while (whole.size() < 1_100_000) whole.writeBytes(bytes(beginning, charset));
                    whole.writeBytes(end);
                    Path file = file(whole.toByteArray());
                    Optional<TextEncoding> seen = CsvFile.inspect(file, null) instanceof CsvFile.Inspection.Readable(CsvFile csv)
                            ? Optional.of(csv.encoding())
                            : Optional.empty();
                    assertThat(seen).as(beginning + charset + " " + end.length).isEqualTo(TextEncoding.of(file));
                }
    }

    private static byte[] bytes(String text, String charset) {
        return text.getBytes(Charset.forName(charset));
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("file.csv"), bytes);
    }
}
