package todoku.customer.record;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import todoku.customer.CsvFile;
import todoku.customer.ImportEncoding;
import todoku.customer.ImportKey;
import todoku.customer.ImportReading;

/// An import of records between its first page and its start.
///
/// @param token by which the kept file is found again
/// @param file  as the sender called it
public record RecordImportForm(String token, String file, RecordKind kind, ImportKey customerBy, boolean overwrite, ImportReading reading) {
    private static final int FILE_NAME_CHARS = 100;

    static RecordImportForm of(Map<String, String> typed, RecordKind kind) {
        return new RecordImportForm(typed.getOrDefault("token", ""), fileName(typed.getOrDefault("file", "")), kind,
                typed.getOrDefault("customerBy", "").equals(ImportKey.ADDRESS.name()) ? ImportKey.ADDRESS : ImportKey.NUMBER,
                typed.getOrDefault("overwrite", "").equals("true"), reading(typed, kind));
    }

    RecordChoices choices() {
        return new RecordChoices(kind.id(), file, customerBy, overwrite, reading);
    }

    private static ImportReading reading(Map<String, String> typed, RecordKind kind) {
        Map<Integer, String> columns = new TreeMap<>();
        for (int i = 0; i < CsvFile.COLUMN_LIMIT; i++) {
            String meaning = typed.getOrDefault("column." + i, "");
            if (RecordColumns.isMeaning(meaning, kind)) columns.put(i, meaning);
        }
        @Nullable ImportEncoding encoding = null;
        for (ImportEncoding each : ImportEncoding.values()) if (each.name().equals(typed.get("encoding"))) encoding = each;
        return new ImportReading(encoding, columns);
    }

    /// Without folders and control characters.
    static String fileName(@Nullable String sent) {
        String name = sent == null ? "" : sent;
        String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1).replaceAll("\\p{Cntrl}", "");
        return last.length() > FILE_NAME_CHARS ? last.substring(0, FILE_NAME_CHARS) : last;
    }
}
