package todoku.customer;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;

/// A result list as Excel in Japan opens it.
final class ResultCsv {
    private static final Charset CP932 = Charset.forName("windows-31j");

    /// A character CP932 does not have becomes 〓, the printers' mark for a missing type.
    private static final byte[] MISSING = {(byte) 0x81, (byte) 0xAC};

    /// Lines fetched at a time.
    private static final int PAGE_LINES = 2_000;

    private static final Pattern SIGNED_NUMBER = Pattern.compile("[-+]?[\\d,]+(\\.\\d+)?");

    private final JdbcClient db;

    ResultCsv(JdbcClient db) {
        this.db = db;
    }

    private record Kept(int line, String reason, String[] cells) {}

    void write(long importId, LineClass lineClass, OutputStream to) throws IOException {
        var encoder = CP932.newEncoder().replaceWith(MISSING)
                .onUnmappableCharacter(CodingErrorAction.REPLACE).onMalformedInput(CodingErrorAction.REPLACE);
        var writer = new OutputStreamWriter(to, encoder);
        CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(writer);
        String[] header = header(importId);
        csv.writeRecord(row(header, header.length, "処理結果"));
        int after = 0;
        for (List<Kept> page = page(importId, lineClass, after); !page.isEmpty(); page = page(importId, lineClass, after)) {
            for (Kept kept : page) csv.writeRecord(row(kept.cells(), header.length, kept.reason()));
            after = page.getLast().line();
        }
        csv.flush();
        writer.flush();
    }

    private String[] header(long importId) {
        return db.sql("SELECT header FROM customer_import WHERE id = :id").param("id", importId)
                .query((ResultSet row, int n) -> strings(row, 1)).single();
    }

    private List<Kept> page(long importId, LineClass lineClass, int after) {
        return db.sql("""
                SELECT line, coalesce(reason, ''), cells FROM customer_import_line
                 WHERE import_id = :id AND class = :class AND line > :after ORDER BY line LIMIT :limit
                """)
            .param("id", importId).param("class", lineClass.name()).param("after", after).param("limit", PAGE_LINES)
            .query((ResultSet row, int n) -> new Kept(row.getInt(1), row.getString(2), strings(row, 3))).list();
    }

    /// The reason stays right-most and in its column also for a row that is too short.
    private static List<String> row(String[] cells, int width, String reason) {
        List<String> row = new ArrayList<>(Math.max(cells.length, width) + 1);
        Arrays.stream(cells).map(ResultCsv::harmless).forEach(row::add);
        while (row.size() < width) row.add("");
        row.add(harmless(reason));
        return row;
    }

    /// A spreadsheet runs what begins like a formula; an apostrophe makes it text. Signed numbers stay numbers.
    static String harmless(String cell) {
        if (cell.isEmpty() || "=+-@\t\r".indexOf(cell.charAt(0)) < 0 || SIGNED_NUMBER.matcher(cell).matches()) return cell;
        return "'" + cell;
    }

    private static String[] strings(ResultSet row, int column) throws SQLException {
        return (String[]) row.getArray(column).getArray();
    }
}
