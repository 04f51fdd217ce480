package todoku.customer;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.charset.CharsetEncoder;
import java.util.List;

/// A CSV file that is being written.
final class ExportLines implements ExportTarget {
    private final Writer writer;
    private final CsvWriter csv;
    private final ExportFormat format;
    private final CharsetEncoder known;

    ExportLines(OutputStream to, ExportFormat format) throws IOException {
        this.writer = format.writer(new BufferedOutputStream(to, 1 << 16));
        this.csv = CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(writer);
        this.format = format;
        this.known = format.charset.newEncoder();
    }

    @Override
    public boolean write(List<String> row) {
        List<String> spelled = row.stream().map(format::spelled).toList();
        csv.writeRecord(spelled);
        return spelled.stream().allMatch(cell -> ExportFormat.isAscii(cell) || known.canEncode(cell));
    }

    @Override
    public void close() throws IOException {
        csv.close();
        writer.close();
    }
}
