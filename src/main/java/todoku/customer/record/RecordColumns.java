package todoku.customer.record;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import todoku.customer.Cell;
import todoku.customer.CsvFile;
import todoku.customer.ImportKey;
import todoku.customer.ImportReading;

/// What each column of a file of records is, in the order of the file.
///
/// @param meanings [#CUSTOMER], [#NUMBER], [#AT], [#FIELD] with the key of a field, or [ImportReading#IGNORED]
record RecordColumns(List<String> headers, List<String> meanings) {
    /// Whose record it is.
    static final String CUSTOMER = "CUSTOMER";
    static final String NUMBER = "NUMBER";
    static final String AT = "AT";
    static final String FIELD = "FIELD:";

    RecordColumns {
        headers = List.copyOf(headers);
        meanings = List.copyOf(meanings);
    }

    /// @param why null when lines can be read by these columns; otherwise where, why, and what to do
    record Matching(RecordColumns columns, @Nullable String why) {}

    static Matching match(CsvFile file, RecordKind kind, ImportKey by, ImportReading reading) {
        List<String> meanings = new ArrayList<>();
        for (int i = 0; i < file.header().size(); i++) {
            String chosen = reading.chosen(i);
            meanings.add(isMeaning(chosen, kind) ? chosen : ImportReading.IGNORED);
        }
        for (int i = 0; i < meanings.size(); i++) {
            if (isMeaning(reading.chosen(i), kind)) continue;
            String meaning = byHeader(file.header().get(i), kind, by);
            if (!meaning.equals(ImportReading.IGNORED) && !isChosenElsewhere(meaning, reading, kind, meanings.size())) meanings.set(i, meaning);
        }
        var columns = new RecordColumns(file.header(), meanings);
        return new Matching(columns, columns.trouble(kind, by));
    }

    private static boolean isChosenElsewhere(String meaning, ImportReading reading, RecordKind kind, int width) {
        for (int i = 0; i < width; i++) if (reading.chosen(i).equals(meaning) && isMeaning(meaning, kind)) return true;
        return false;
    }

    static boolean isMeaning(String text, RecordKind kind) {
        return switch (text) {
            case ImportReading.IGNORED, CUSTOMER, AT -> true;
            case NUMBER -> kind.numberLabel() != null;
            default -> text.startsWith(FIELD) && kind.field(text.substring(FIELD.length())).isPresent();
        };
    }

    /// As the operator calls it.
    static String label(String meaning, RecordKind kind, ImportKey by) {
        return switch (meaning) {
            case CUSTOMER -> by == ImportKey.NUMBER ? "会員番号" : "メールアドレス";
            case AT -> kind.atLabel();
            case NUMBER -> String.valueOf(kind.numberLabel());
            default -> kind.field(meaning.substring(FIELD.length())).map(RecordField::label).orElse(meaning);
        };
    }

    boolean has(String meaning) {
        return meanings.contains(meaning);
    }

    /// The keys of the fields the file has a column for.
    List<String> fields() {
        return meanings.stream().filter(each -> each.startsWith(FIELD)).map(each -> each.substring(FIELD.length())).toList();
    }

    private static String byHeader(String header, RecordKind kind, ImportKey by) {
        String folded = folded(header);
        if (folded.isEmpty()) return ImportReading.IGNORED;
        if (kind.numberLabel() != null && folded.equals(folded(kind.numberLabel()))) return NUMBER;
        if (folded.equals(folded(kind.atLabel()))) return AT;
        Optional<RecordField> field = kind.fields().stream()
                .filter(each -> folded.equals(folded(each.label())) || folded.equals(folded(each.key())))
                .findFirst();
        if (field.isPresent()) return FIELD + field.get().key();
        return by.isNamedBy(header) ? CUSTOMER : ImportReading.IGNORED;
    }

    private @Nullable String trouble(RecordKind kind, ImportKey by) {
        Map<String, String> seen = new HashMap<>();
        for (int i = 0; i < meanings.size(); i++) {
            String meaning = meanings.get(i);
            if (meaning.equals(ImportReading.IGNORED)) continue;
            @Nullable String other = seen.putIfAbsent(meaning, headers.get(i));
            if (other != null)
                return "「" + label(meaning, kind, by) + "」の列が2つあります（「" + other + "」と「" + headers.get(i)
                        + "」）。片方を「使わない」か別の意味にしてください。";
        }
        if (!has(CUSTOMER)) return missing(CUSTOMER, kind, by);
        if (kind.numberLabel() != null && !has(NUMBER)) return missing(NUMBER, kind, by);
        if (!has(AT)) return missing(AT, kind, by);
        return null;
    }

    private static String missing(String meaning, RecordKind kind, ImportKey by) {
        String label = label(meaning, kind, by);
        return "「" + label + "」の列がありません。見出しを「" + label + "」にするか、どの列かを選んでください。";
    }

    private static String folded(String header) {
        return Cell.plain(header).replace(" ", "").toLowerCase(Locale.ROOT);
    }
}
