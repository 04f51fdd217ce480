package todoku.customer;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What was typed about one field, by the name of the input.
public record FieldForm(Map<String, String> typed) {
    private static final int CHOICES_LIMIT = 200;
    private static final int CHOICE_LIMIT_CHARS = 100;

    sealed interface Check {
        record Fine(Field field) implements Check {}

        record Refused(Map<String, Problem> errors) implements Check {}
    }

    public String get(String name) {
        return typed.getOrDefault(name, "");
    }

    public boolean on(String name) {
        return get(name).equals("true");
    }

    static FieldForm of(Field field) {
        Map<String, String> typed = new LinkedHashMap<>();
        typed.put("name", field.label());
        typed.put("choices", String.join("\n", field.choices()));
        typed.put("minimum", field.minimum() == null ? "" : FieldValues.plain(field.minimum()));
        typed.put("maximum", field.maximum() == null ? "" : FieldValues.plain(field.maximum()));
        typed.put("default", field.defaultText());
        typed.put("personal", "" + field.personal());
        typed.put("required", "" + field.required());
        typed.put("unique", "" + field.unique());
        typed.put("searchable", "" + field.searchable());
        return new FieldForm(typed);
    }

    /// The field as it was, or a plain one, with what was typed.
    Check check(Field before) {
        Map<String, Problem> errors = new LinkedHashMap<>();
        String label = Cell.plain(get("name"));
        if (label.isEmpty() || label.length() > Fields.NAME_LIMIT_CHARS || label.chars().anyMatch(Character::isISOControl))
            errors.put("name", Problem.of("customer.field.bad-name", Fields.NAME_LIMIT_CHARS));
        FieldType type = before.type();
        boolean unique = type.maybeUnique() && on("unique"), searchable = type.maybeSearched() && on("searchable");
        List<String> choices = type.hasChoices() ? choices(errors) : List.of();
        @Nullable BigDecimal minimum = type.hasRange() ? limit("minimum", type, errors) : null;
        @Nullable BigDecimal maximum = type.hasRange() ? limit("maximum", type, errors) : null;
        if (minimum != null && maximum != null && minimum.compareTo(maximum) > 0) errors.put("maximum", Problem.of("customer.field.bad-range"));
        Field field = new Field(before.id(), before.key(), label, type, on("personal"), choices, on("required"), unique, searchable, "",
                minimum, maximum, before.retired(), before.index(), before.indexWhy(), before.version());
        return errors.isEmpty() ? withDefault(field, errors) : new Check.Refused(errors);
    }

    private Check withDefault(Field field, Map<String, Problem> errors) {
        String text = Cell.trimmed(get("default"));
        if (text.isEmpty()) return new Check.Fine(field);
        if (field.unique()) {
            errors.put("default", Problem.of("customer.field.default-unique"));
            return new Check.Refused(errors);
        }
        return switch (FieldValues.read(field, text)) {
            case Reading.Bad(Problem why) -> {
                errors.put("default", why);
                yield new Check.Refused(errors);
            }
            case Reading.Blank() -> new Check.Fine(field);
            case Reading.Value(Object value) -> new Check.Fine(field.withDefault(FieldValues.shown(value)));
        };
    }

    private List<String> choices(Map<String, Problem> errors) {
        List<String> choices = new ArrayList<>();
        for (String line : get("choices").split("\\R")) {
            String choice = Cell.trimmed(line);
            if (choice.isEmpty()) continue;
            if (choice.length() > CHOICE_LIMIT_CHARS) errors.put("choices", Problem.of("customer.field.choice-long", CHOICE_LIMIT_CHARS));
            else if (FieldValues.BETWEEN_CHOICES.matcher(choice).find()) errors.put("choices", Problem.of("customer.field.choice-sign", choice));
            else if (choices.stream().anyMatch(other -> Columns.folded(other).equals(Columns.folded(choice))))
                errors.put("choices", Problem.of("customer.field.choice-twice", choice));
            choices.add(choice);
        }
        if (choices.isEmpty() || choices.size() > CHOICES_LIMIT) errors.put("choices", Problem.of("customer.field.choices-none", CHOICES_LIMIT));
        return List.copyOf(choices);
    }

    private @Nullable BigDecimal limit(String name, FieldType type, Map<String, Problem> errors) {
        if (Cell.trimmed(get(name)).isEmpty()) return null;
        Optional<BigDecimal> number = Cell.number(get(name));
        if (number.isPresent() && (type == FieldType.NUMBER || isLength(number.get()))) return number.get();
        errors.put(name, type == FieldType.NUMBER ? Problem.of("customer.bad.number") : Problem.of("customer.field.bad-length", LineReader.CELL_LIMIT_CHARS));
        return null;
    }

    private static boolean isLength(BigDecimal number) {
        return number.scale() <= 0 && number.signum() > 0 && number.compareTo(BigDecimal.valueOf(LineReader.CELL_LIMIT_CHARS)) <= 0;
    }
}
