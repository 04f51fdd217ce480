package todoku.customer.record;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A file of records before it is registered: how it was understood.
///
/// @param charset   as Java names it
/// @param delimiter `,` or a tab
/// @param lines     records after the header
/// @param meanings  what a column can be said to be
/// @param rows      the first ones, as they are
/// @param why       null when it can be registered; otherwise where, why, and what to do
public record RecordPreview(
        String charset, char delimiter, int lines, List<Understood> columns, List<Meaning> meanings, List<List<String>> rows, @Nullable String why) {
    static final int ROWS = 5;

    /// One column. A meaning without a label is "not used".
    public record Understood(String header, Meaning meaning, boolean personal) {}

    /// A meaning as forms send it, and as people call it.
    public record Meaning(String name, String label) {}
}
