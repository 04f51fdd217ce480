package todoku.customer.consent;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import todoku.customer.Spreadsheet;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/// Everything about one person as a ZIP: each sheet as CSV, and all of them as one JSON document. Rows are written as they are
/// read, so a person of many mails costs no more memory than one of few.
final class PersonalData {
    private static final JsonMapper JSON = JsonMapper.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    private PersonalData() {}

    /// @param name of the file, in ASCII
    /// @param rows hands its rows to whoever asks; it is asked once for the CSV and once for the JSON
    record Sheet(String name, List<String> columns, Consumer<Consumer<List<String>>> rows) {}

    static void write(List<Sheet> sheets, OutputStream to) throws IOException {
        var zip = new ZipOutputStream(to);
        for (Sheet sheet : sheets) {
            zip.putNextEntry(new ZipEntry(sheet.name() + ".csv"));
            csv(sheet, zip);
            zip.closeEntry();
        }
        zip.putNextEntry(new ZipEntry("data.json"));
        json(sheets, zip);
        zip.closeEntry();
        zip.finish();
        zip.flush();
    }

    private static void csv(Sheet sheet, OutputStream to) throws IOException {
        Writer writer = new OutputStreamWriter(to, StandardCharsets.UTF_8);
        writer.write('\uFEFF');
        CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(writer);
        csv.writeRecord(sheet.columns());
        sheet.rows().accept(row -> csv.writeRecord(row.stream().map(Spreadsheet::harmless).toList()));
        csv.flush();
        writer.flush();
    }

    private static void json(List<Sheet> sheets, OutputStream to) {
        try (JsonGenerator json = JSON.createGenerator(to)) {
            json.writeStartObject();
            for (Sheet sheet : sheets) {
                json.writeName(sheet.name());
                json.writeStartArray();
                sheet.rows().accept(row -> {
                    json.writeStartObject();
                    for (int i = 0; i < row.size(); i++) {
                        json.writeName(sheet.columns().get(i));
                        json.writeString(row.get(i));
                    }
                    json.writeEndObject();
                });
                json.writeEndArray();
            }
            json.writeEndObject();
        }
    }
}
