package todoku.customer.record;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What was typed about a kind of records: `label`, `number`, `at`, `amount`, and for each row `field.N.label`, `.key` of one
/// that is stored, `.type`, `.personal`, `.choices`, `.use`.
public record KindForm(Map<String, String> typed) {
    /// Empty rows at the end of the form.
    private static final int SPARE = 3;

    /// How a field makes the amount; nothing for the others.
    static final String AMOUNT = "AMOUNT";
    static final String TIMES = "TIMES";

    public KindForm {
        typed = Map.copyOf(typed);
    }

    static KindForm of(RecordKind kind) {
        Map<String, String> typed = new HashMap<>();
        typed.put("label", kind.label());
        typed.put("number", kind.numberLabel() == null ? "" : kind.numberLabel());
        typed.put("at", kind.atLabel());
        RecordKind.@Nullable Amount amount = kind.amount();
        typed.put("amount", amount == null ? "" : amount.label());
        for (int i = 0; i < kind.fields().size(); i++) {
            RecordField field = kind.fields().get(i);
            String row = "field." + i + ".";
            typed.put(row + "key", kind.version() == 0 ? "" : field.key());
            typed.put(row + "label", field.label());
            typed.put(row + "type", field.type().name());
            typed.put(row + "personal", String.valueOf(field.personal()));
            typed.put(row + "choices", String.join("、", field.choices()));
            if (amount != null && field.key().equals(amount.field())) typed.put(row + "use", AMOUNT);
            if (amount != null && field.key().equals(amount.times())) typed.put(row + "use", TIMES);
        }
        return new KindForm(typed);
    }

    static KindForm empty() {
        return new KindForm(Map.of("at", "日時"));
    }

    public String get(String name) {
        return typed.getOrDefault(name, "").strip();
    }

    /// Of a row.
    public String get(int row, String name) {
        return get("field." + row + "." + name);
    }

    /// Those that are filled, and some that are not.
    public int rows() {
        int last = -1;
        for (int i = 0; i < RecordKind.FIELDS; i++) if (!get(i, "label").isEmpty()) last = i;
        return Math.min(RecordKind.FIELDS, last + 1 + SPARE);
    }

    /// The kind, or what is wrong with it.
    ///
    /// @param errors text keys by name in the form, with what goes into the text
    record Reading(@Nullable RecordKind kind, Map<String, Wrong> errors) {}

    record Wrong(String key, List<Object> arguments) {
        static Wrong of(String key, Object... arguments) {
            return new Wrong(key, List.of(arguments));
        }
    }

    /// @param before null for a new kind
    /// @param used   there are records: types stay
    Reading read(@Nullable RecordKind before, int version, boolean used) {
        Map<String, Wrong> errors = new LinkedHashMap<>();
        for (String name : List.of("label", "number", "at", "amount"))
            if (get(name).length() > RecordField.NAME_LIMIT_CHARS) errors.put(name, Wrong.of("record.too-long", RecordField.NAME_LIMIT_CHARS));
        if (get("label").isEmpty()) errors.put("label", Wrong.of("record.kind.no-label"));
        else if (before == null && !RecordField.isKey(get("label"))) errors.put("label", Wrong.of("record.bad-key"));
        if (get("at").isEmpty()) errors.put("at", Wrong.of("record.kind.no-at"));
        List<RecordField> fields = new ArrayList<>();
        Map<String, List<String>> uses = new HashMap<>();
        Set<String> names = new HashSet<>();
        for (int row = 0; row < RecordKind.FIELDS; row++) {
            if (get(row, "label").isEmpty()) continue;
            @Nullable RecordField field = field(row, before, used, errors);
            if (field == null) continue;
            if (!names.add(field.key()) || Stream.of("number", "at").anyMatch(name -> get(name).equals(field.label())))
                errors.put("field." + row, Wrong.of("record.field.twice", field.label()));
            fields.add(field);
            String use = get(row, "use");
            if (use.isEmpty()) continue;
            if (field.type() != ValueType.NUMBER) errors.put("field." + row, Wrong.of("record.amount.no-number"));
            uses.computeIfAbsent(use, _ -> new ArrayList<>()).add(field.key());
        }
        RecordKind.@Nullable Amount amount = amount(uses, errors);
        if (!errors.isEmpty()) return new Reading(null, errors);
        return new Reading(
                new RecordKind(
                        before == null ? 0 : before.id(),
                        before == null ? get("label") : before.key(),
                        get("label"),
                        get("number").isEmpty() ? null : get("number"),
                        get("at"), amount, fields, version, null),
                errors);
    }

    private @Nullable RecordField field(int row, @Nullable RecordKind before, boolean used, Map<String, Wrong> errors) {
        String label = get(row, "label"), place = "field." + row;
        @Nullable RecordField stored = before == null ? null : before.field(get(row, "key")).orElse(null);
        @Nullable ValueType type = type(get(row, "type"));
        List<String> choices = Stream.of(get(row, "choices").split("[,、，\\n]")).map(String::strip).filter(choice -> !choice.isEmpty()).distinct().toList();
        if (label.length() > RecordField.NAME_LIMIT_CHARS) errors.put(place, Wrong.of("record.too-long", RecordField.NAME_LIMIT_CHARS));
        else if (stored == null && !RecordField.isKey(label)) errors.put(place, Wrong.of("record.bad-key"));
        else if (type == null) errors.put(place, Wrong.of("record.field.no-type"));
        else if (stored != null && used && stored.type() != type) errors.put(place, Wrong.of("record.field.type-stays", stored.label()));
        else if (type == ValueType.CHOICE && choices.isEmpty()) errors.put(place, Wrong.of("record.field.no-choices"));
        else if (choices.size() > RecordField.CHOICES || choices.stream().anyMatch(choice -> choice.length() > RecordField.NAME_LIMIT_CHARS))
            errors.put(place, Wrong.of("record.field.too-many-choices", RecordField.CHOICES, RecordField.NAME_LIMIT_CHARS));
        else
            return new RecordField(stored == null ? label : stored.key(), label, type, get(row, "personal").equals("true"),
                    type == ValueType.CHOICE ? choices : List.of());
        return null;
    }

    private RecordKind.@Nullable Amount amount(Map<String, List<String>> uses, Map<String, Wrong> errors) {
        List<String> amounts = uses.getOrDefault(AMOUNT, List.of()), times = uses.getOrDefault(TIMES, List.of());
        if (amounts.size() > 1 || times.size() > 1 || amounts.isEmpty() && !times.isEmpty()) errors.put("amount", Wrong.of("record.amount.one"));
        if (amounts.size() != 1) return null;
        return new RecordKind.Amount(get("amount").isEmpty() ? amounts.getFirst() : get("amount"), amounts.getFirst(), times.isEmpty() ? null : times.getFirst());
    }

    private static @Nullable ValueType type(String name) {
        for (ValueType each : ValueType.values()) if (each.name().equals(name)) return each;
        return null;
    }
}
