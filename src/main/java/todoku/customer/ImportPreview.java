package todoku.customer;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A file before it is registered: how it was understood.
///
/// @param charset   as Java names it
/// @param delimiter `,` or a tab
/// @param lines     records after the header
/// @param rows      the first ones, as they are
public record ImportPreview(String charset, char delimiter, int lines, List<Understood> columns, List<List<String>> rows) {
    static final int ROWS = 5;

    /// The standard fields a column can be said to be.
    public static final List<Field> FIELDS =
            Arrays.stream(StandardField.values()).map(field -> new Field(field.name(), "customer.field." + field.column)).toList();

    /// What a column can be said to say about a consent.
    public static final List<Field> CONSENTS =
            Arrays.stream(ConsentColumn.values()).map(part -> new Field(part.name(), "customer.meaning." + part.name())).toList();

    /// A meaning, and the key of its text.
    public record Field(String name, String textKey) {}

    /// What a column means.
    ///
    /// @param kind  `KEY`, `KEY_NUMBER`, `ADDRESS`, `CONSENT`, a [ConsentColumn], `NAMELESS`, `STANDARD` or the type of a custom field
    /// @param field of `STANDARD`: its column in the table of customers
    public record Meaning(String kind, @Nullable String field) {
        /// Of its text.
        public String textKey() {
            return field == null ? "customer.meaning." + kind : "customer.field." + field;
        }
    }

    /// One column.
    ///
    /// @param automatic what it means when nobody chooses
    /// @param fresh     a custom field that this import will add
    /// @param typed     a custom field there is already, whose type is not text
    public record Understood(String header, Meaning meaning, Meaning automatic, boolean fresh, boolean typed) {}

    /// How looking at a file ended.
    public sealed interface Look {
        record Fine(ImportPreview preview) implements Look {}

        /// Where, why, and what to do.
        ///
        /// @param preview null when not even the columns can be shown
        record Unusable(String why, @Nullable ImportPreview preview) implements Look {}
    }
}
