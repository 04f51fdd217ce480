package todoku.customer;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What kind of file: a CSV file in a character set, or a workbook. The names are stored.
public enum ExportFormat {
    /// As Excel in Japan opens it.
    CP932(Charset.forName("windows-31j")),
    /// With a byte order mark, by which Excel knows it.
    UTF8(StandardCharsets.UTF_8),
    /// A workbook of Excel; every character it knows.
    XLSX(StandardCharsets.UTF_8);

    public static ExportFormat typed(@Nullable String name) {
        for (ExportFormat each : values()) if (each.name().equals(name)) return each;
        return CP932;
    }

    public String mediaType() {
        return this == XLSX ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" : "text/csv;charset=" + charset.name();
    }

    /// How the name of such a file ends.
    public String ending() {
        return this == XLSX ? ".xlsx" : ".csv";
    }

    /// A character CP932 does not have becomes 〓, the printers' mark for a missing type.
    private static final byte[] MISSING = {(byte) 0x81, (byte) 0xAC};

    /// Signs that other systems write with a character CP932 does not have, each with its own behind it.
    private static final String ALIKE = "〜～−－‖∥—―¢￠£￡¬￢¥￥";

    final Charset charset;

    ExportFormat(Charset charset) {
        this.charset = charset;
    }

    Writer writer(OutputStream to) throws IOException {
        if (this == UTF8) {
            var writer = new OutputStreamWriter(to, charset);
            writer.write('\uFEFF');
            return writer;
        }
        return new OutputStreamWriter(to, charset.newEncoder().replaceWith(MISSING)
                .onUnmappableCharacter(CodingErrorAction.REPLACE).onMalformedInput(CodingErrorAction.REPLACE));
    }

    /// The text with the signs this character set has for them.
    String spelled(String text) {
        if (this != CP932 || isAscii(text)) return text;
        var spelled = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            int alike = ALIKE.indexOf(text.charAt(i));
            spelled.append(alike >= 0 && alike % 2 == 0 ? ALIKE.charAt(alike + 1) : text.charAt(i));
        }
        return spelled.toString();
    }

    static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) if (text.charAt(i) >= 0x80) return false;
        return true;
    }
}
