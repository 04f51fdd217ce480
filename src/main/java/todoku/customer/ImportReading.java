package todoku.customer;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// How a file is to be read where the operator knows better than we do; it stays with the import.
///
/// @param encoding null: known by the bytes
/// @param columns  by their place in the file, from 0: [#IGNORED], [#ADDRESS], [#CONSENT], [#TEXT], the name of a standard field
///                 or of a [ConsentColumn];
///                 a column that is not there is known by its header and its cells
public record ImportReading(@Nullable ImportEncoding encoding, Map<Integer, String> columns) {
    public static final ImportReading AUTOMATIC = new ImportReading(null, Map.of());

    /// The column is not registered; result lists show it.
    public static final String IGNORED = "IGNORED";
    public static final String ADDRESS = "ADDRESS";
    public static final String CONSENT = "CONSENT";

    /// A field of this house, as text.
    public static final String TEXT = "TEXT";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    public ImportReading {
        columns = Collections.unmodifiableMap(new TreeMap<>(columns));
    }

    public String chosen(int column) {
        return columns.getOrDefault(column, "");
    }

    public boolean automatic() {
        return encoding == null && columns.isEmpty();
    }

    /// The same reading is the same text.
    public String json() {
        return JSON.writeValueAsString(this);
    }

    public static ImportReading of(String json) {
        return JSON.readValue(json, ImportReading.class);
    }

    /// What a form sent: `encoding`, and `column.3` for the fourth column. What is not a choice is automatic.
    static ImportReading typed(Map<String, String> form) {
        Map<Integer, String> columns = new TreeMap<>();
        for (int i = 0; i < CsvFile.COLUMN_LIMIT; i++) {
            String meaning = form.getOrDefault("column." + i, "");
            if (isMeaning(meaning)) columns.put(i, meaning);
        }
        String encoding = form.getOrDefault("encoding", "");
        for (ImportEncoding each : ImportEncoding.values()) if (each.name().equals(encoding)) return new ImportReading(each, columns);
        return new ImportReading(null, columns);
    }

    private static boolean isMeaning(String text) {
        return text.equals(IGNORED) || text.equals(ADDRESS) || text.equals(CONSENT) || text.equals(TEXT) || standard(text).isPresent()
                || ConsentColumn.of(text).isPresent();
    }

    /// The names of the fields every customer has, each the meaning of one column.
    public static List<String> standardFields() {
        return Arrays.stream(StandardField.values()).map(Enum::name).toList();
    }

    /// What a column of this name means to every import; empty when its name does not say.
    public static String meaningOf(String header) {
        return Columns.meaningOf(header);
    }

    /// Of the text of a chosen meaning.
    public static String textKey(String meaning) {
        return switch (meaning) {
            case IGNORED -> "customer.import.meaning.ignored";
            case TEXT -> "customer.import.meaning.text";
            case ADDRESS, CONSENT -> "customer.meaning." + meaning;
            default -> standard(meaning).map(field -> "customer.field." + field.column).orElse("customer.meaning." + meaning);
        };
    }

    static Optional<StandardField> standard(String meaning) {
        for (StandardField field : StandardField.values()) if (field.name().equals(meaning)) return Optional.of(field);
        return Optional.empty();
    }
}
