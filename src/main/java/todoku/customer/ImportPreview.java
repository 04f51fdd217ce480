package todoku.customer;

import java.util.List;

/// A file before it is registered: how it was understood.
///
/// @param charset   as Java names it
/// @param delimiter `,` or a tab
/// @param lines     records after the header
/// @param rows      the first ones, as they are
public record ImportPreview(String charset, char delimiter, int lines, List<Understood> columns, List<List<String>> rows) {
    static final int ROWS = 5;

    /// One column.
    ///
    /// @param meaning `KEY`, `CONSENT`, `NAMELESS`, `STANDARD` or the type of a custom field
    /// @param fresh   a custom field that this import will add
    public record Understood(String header, String meaning, boolean fresh) {}

    /// How looking at a file ended.
    public sealed interface Look {
        record Fine(ImportPreview preview) implements Look {}

        /// Where, why, and what to do.
        record Unusable(String why) implements Look {}
    }
}
