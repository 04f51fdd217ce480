package todoku.customer;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.util.ArrayList;
import java.util.List;
import todoku.customer.KeptLines.Kept;

/// A result list as Excel in Japan opens it.
public final class ResultCsv {
    private static final Charset CP932 = Charset.forName("windows-31j");

    /// A character CP932 does not have becomes 〓, the printers' mark for a missing type.
    private static final byte[] MISSING = {(byte) 0x81, (byte) 0xAC};

    private final KeptLines lines;

    public ResultCsv(KeptLines lines) {
        this.lines = lines;
    }

    /// @param header of the imported file
    public void write(long importId, List<String> header, LineClass lineClass, OutputStream to) throws IOException {
        var encoder = CP932.newEncoder().replaceWith(MISSING)
                .onUnmappableCharacter(CodingErrorAction.REPLACE).onMalformedInput(CodingErrorAction.REPLACE);
        var writer = new OutputStreamWriter(to, encoder);
        CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(writer);
        csv.writeRecord(row(header, header.size(), "処理結果"));
        List<Kept> block = lines.after(0, importId, lineClass);
        while (!block.isEmpty()) {
            for (Kept kept : block) csv.writeRecord(row(kept.cells(), header.size(), kept.reason()));
            block = lines.after(block.getLast().line(), importId, lineClass);
        }
        csv.flush();
        writer.flush();
    }

    /// The reason stays right-most and in its column also for a row that is too short.
    private static List<String> row(List<String> cells, int width, String reason) {
        List<String> row = new ArrayList<>(Math.max(cells.size(), width) + 1);
        cells.stream().map(Spreadsheet::meant).map(Spreadsheet::harmless).forEach(row::add);
        while (row.size() < width) row.add("");
        row.add(Spreadsheet.harmless(reason));
        return row;
    }
}
