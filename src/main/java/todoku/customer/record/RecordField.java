package todoku.customer.record;

import java.util.List;
import java.util.regex.Pattern;

/// One typed column of a kind of records.
///
/// @param key      its name in `data` and in conditions; it stays
/// @param personal 個人情報: shown only to those who may see it
/// @param choices  of a choice, in their order
public record RecordField(String key, String label, ValueType type, boolean personal, List<String> choices) {
    /// Characters of a name, a label, or a choice.
    public static final int NAME_LIMIT_CHARS = 50;

    /// Choices of one field.
    static final int CHOICES = 100;

    /// What a merge field and a condition can name: no space, no sign.
    private static final Pattern KEY = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_・ー]{0,49}");

    public RecordField {
        choices = List.copyOf(choices);
    }

    static RecordField of(String name, ValueType type, String... choices) {
        return new RecordField(name, name, type, false, List.of(choices));
    }

    static boolean isKey(String name) {
        return KEY.matcher(name).matches();
    }
}
