package todoku.database;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Rows in the text format of `COPY … FROM STDIN`, for [Database#copyIn]. For one thread.
public final class CopyRows {
    private final StringBuilder text;
    private boolean inRow;

    /// @param expectedChars as many as will probably be written
    public CopyRows(int expectedChars) {
        text = new StringBuilder(expectedChars);
    }

    /// The next cell of the row; null is NULL.
    public CopyRows add(@Nullable String cell) {
        next();
        if (cell == null) text.append("\\N");
        else append(cell);
        return this;
    }

    public CopyRows add(long cell) {
        next();
        text.append(cell);
        return this;
    }

    /// Ends the row.
    public void end() {
        text.append('\n');
        inRow = false;
    }

    public boolean isEmpty() {
        return text.isEmpty();
    }

    public byte[] bytes() {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void next() {
        if (inRow) text.append('\t');
        inRow = true;
    }

    private void append(String cell) {
        if (isPlain(cell)) {
            text.append(cell);
            return;
        }
        for (int i = 0; i < cell.length(); i++) {
            char c = cell.charAt(i);
            switch (c) {
                case '\\' -> text.append("\\\\");
                case '\t' -> text.append("\\t");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                default -> text.append(c);
            }
        }
    }

    private static boolean isPlain(String cell) {
        return cell.indexOf('\\') < 0 && cell.indexOf('\t') < 0 && cell.indexOf('\n') < 0 && cell.indexOf('\r') < 0;
    }
}
