package todoku.customer;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One field of the house (項目): a thing known about customers beside the standard ones.
///
/// @param key         its name in files, mails and conditions; it stays
/// @param personal    個人情報: shown only to those who may see it
/// @param choices     of 選択肢, in the order they are shown
/// @param required    whoever is registered or changed from now on has it
/// @param unique      no two customers have the same
/// @param searchable  looked up by index
/// @param defaultText as typed: what new customers have who come without a value
/// @param minimum     of the number, or of the text's length in characters
/// @param retired     no longer asked for and not shown; the values are kept
/// @param indexWhy    why the index cannot be made
public record Field(long id, String key, String label, FieldType type, boolean personal, List<String> choices, boolean required,
                    boolean unique, boolean searchable, String defaultText, @Nullable BigDecimal minimum,
                    @Nullable BigDecimal maximum, boolean retired, IndexState index, @Nullable String indexWhy, int version) {

    /// How far the index behind `searchable` and `unique` is.
    public enum IndexState { NONE, BUILDING, READY, FAILED }

    /// Characters of a value that is in an index: four bytes each, and an entry of PostgreSQL has room for 2,700.
    static final int INDEXED_LIMIT_CHARS = 500;

    /// Not yet stored, with nothing but a name and a type.
    static Field plain(String key, FieldType type) {
        return new Field(0, key, key, type, false, List.of(), false, false, false, "", null, null, false, IndexState.NONE, null, 1);
    }

    /// The value of this field in SQL, of the customer the statement calls `customer` (an alias such as `c`): exactly the
    /// expression its index is made of, so that PostgreSQL can use it. The key is a quoted literal in it; a parameter would never
    /// match an index.
    ///
    /// What comes out is NULL for no value, and otherwise by type:
    /// - [FieldType#NUMBER]: `numeric`, for `=`, `<`, `BETWEEN`, `= ANY (…)`
    /// - [FieldType#DATE], [FieldType#DATETIME]: `text`, the day as `2024-01-05`, for `=`, `<`, `BETWEEN`
    /// - [FieldType#CHOICES]: `jsonb`, an array, for `@> to_jsonb(:choice::text)`
    /// - all others: `text`, for `=`, `= ANY (…)` and `LIKE 'beginning%'`; [FieldType#YES_NO] is `true` or `false`
    public String sql(String customer) {
        return sql(key, type, customer);
    }

    /// As above, for a caller that knows the field by its key and type alone.
    public static String sql(String key, FieldType type, String customer) {
        return expression(key, type, customer.isEmpty() ? "custom" : customer + ".custom");
    }

    private static String expression(String key, FieldType type, String custom) {
        String name = "'" + key.replace("'", "''") + "'";
        return switch (type) {
            case NUMBER -> "(CASE WHEN jsonb_typeof(" + custom + " -> " + name + ") = 'number' THEN (" + custom + " ->> " + name + ")::numeric END)";
            case DATE, DATETIME -> "left(" + custom + " ->> " + name + ", 10)";
            case CHOICES -> "(" + custom + " -> " + name + ")";
            case TEXT, LONG_TEXT, YES_NO, CHOICE, MAIL_ADDRESS, TELEPHONE, POSTAL_CODE, URL -> "(" + custom + " ->> " + name + ")";
        };
    }

    Field withDefault(String text) {
        return new Field(id, key, label, type, personal, choices, required, unique, searchable, text, minimum, maximum, retired, index, indexWhy, version);
    }

    Field with(List<String> choices) {
        return new Field(id, key, label, type, personal, choices, required, unique, searchable, defaultText, minimum, maximum, retired,
                index, indexWhy, version);
    }

    Field with(boolean unique, boolean searchable) {
        return new Field(id, key, label, type, personal, choices, required, unique, searchable, defaultText, minimum, maximum, retired,
                index, indexWhy, version);
    }

    /// As it is to be stored for this row, when nobody has changed it since this version.
    Field as(long id, int version) {
        return new Field(id, key, label, type, personal, choices, required, unique, searchable, defaultText, minimum, maximum, retired,
                index, indexWhy, version);
    }

    /// Whether there is an index, or will be.
    boolean indexed() {
        return !retired && (searchable || unique);
    }

    /// Characters a text of this field may have at most.
    int longest() {
        int limit = searchable || unique ? INDEXED_LIMIT_CHARS : LineReader.CELL_LIMIT_CHARS;
        return maximum == null || !type.isFreeText() ? limit : maximum.min(BigDecimal.valueOf(limit)).intValue();
    }

    /// Whether a second customer with the same value is refused.
    boolean distinct() {
        return unique && !retired;
    }

    /// Asked for whenever somebody is registered or changed.
    boolean demanded() {
        return required && !retired;
    }
}
