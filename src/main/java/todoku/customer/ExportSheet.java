package todoku.customer;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.dhatim.fastexcel.Workbook;
import org.dhatim.fastexcel.Worksheet;

/// An Excel workbook that is being written: every cell is text, so none of them is a formula and codes keep their zeros.
final class ExportSheet implements ExportTarget {
    private static final int LAST_ROW = 1_048_576;
    private static final int CELL_LIMIT_CHARS = 32_767;

    /// Rows in memory.
    private static final int FLUSHED_ROWS = 500;

    private final OutputStream out;
    private final Workbook workbook;
    private List<String> header = List.of();
    private Worksheet sheet;
    private int sheets = 1;
    private int row;

    ExportSheet(OutputStream to) {
        this.out = new BufferedOutputStream(to, 1 << 16);
        this.workbook = new Workbook(out, "Todoku", "1.0");
        this.sheet = workbook.newWorksheet("1");
    }

    @Override
    public boolean write(List<String> cells) throws IOException {
        if (header.isEmpty()) header = List.copyOf(cells);
        if (row == LAST_ROW) {
            sheet.finish();
            sheet = workbook.newWorksheet(String.valueOf(++sheets));
            row = 0;
            put(header);
        }
        put(cells);
        return true;
    }

    private void put(List<String> cells) throws IOException {
        for (int i = 0; i < cells.size(); i++) {
            String text = Spreadsheet.meant(cells.get(i));
            if (!text.isEmpty()) sheet.inlineString(row, i, text.length() > CELL_LIMIT_CHARS ? text.substring(0, CELL_LIMIT_CHARS) : text);
        }
        if (++row % FLUSHED_ROWS == 0) sheet.flush();
    }

    @Override
    public void close() throws IOException {
        try (out; workbook) {
            sheet.finish();
        }
    }
}
