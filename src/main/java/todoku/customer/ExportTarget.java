package todoku.customer;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/// A file that rows are written to, one after the other.
public interface ExportTarget extends AutoCloseable {
    static ExportTarget of(OutputStream to, ExportFormat format) throws IOException {
        return format == ExportFormat.XLSX ? new ExportSheet(to) : new ExportLines(to, format);
    }

    /// False when the character set does not have one of its characters.
    boolean write(List<String> row) throws IOException;

    @Override
    void close() throws IOException;
}
