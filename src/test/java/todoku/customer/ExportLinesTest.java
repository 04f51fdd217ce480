package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExportLinesTest {
    @Test
    void a_character_that_shift_jis_does_not_have_becomes_geta_and_is_told() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var lines = new ExportLines(bytes, ExportFormat.CP932)) {
            assertThat(lines.write(List.of("10時〜12時", "−5℃", "髙﨑"))).isTrue();
            assertThat(lines.write(List.of("届く😀"))).isFalse();
        }
        assertThat(bytes.toString(ExportFormat.CP932.charset)).isEqualTo("10時～12時,－5℃,髙﨑\r\n届く〓\r\n");
    }

    @Test
    void utf_8_has_them_all_behind_a_byte_order_mark() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var lines = new ExportLines(bytes, ExportFormat.UTF8)) {
            assertThat(lines.write(List.of("10時〜12時", "届く😀"))).isTrue();
        }
        assertThat(bytes.toString(ExportFormat.UTF8.charset)).isEqualTo("\uFEFF10時〜12時,届く😀\r\n");
    }
}
