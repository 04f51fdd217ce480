package todoku.customer;

import java.time.LocalDate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import todoku.mail.address.MailAddress;
import todoku.mail.address.Parsing;

/// What was typed about one customer, by the name of the field: the columns of [StandardField], `address`, and `custom.`
/// with the key of the house's own fields.
public record CustomerForm(Map<String, String> typed) {
    static final int LONGEST = 500;
    static final String CUSTOM = "custom.";

    /// Everything checked and in the form it is stored.
    record Checked(MailAddress address, Map<StandardField, @Nullable String> standard, @Nullable LocalDate birthday, Map<String, Object> custom) {}

    /// How checking ended.
    sealed interface Check {
        record Fine(Checked values) implements Check {}

        /// By the name of the field.
        record Refused(Map<String, Problem> errors) implements Check {}
    }

    public String get(String field) {
        return typed.getOrDefault(field, "");
    }

    static CustomerForm of(Customer customer) {
        Map<String, String> typed = new LinkedHashMap<>();
        typed.put("address", customer.address());
        put(typed, StandardField.NUMBER, customer.number());
        put(typed, StandardField.FAMILY_NAME, customer.familyName());
        put(typed, StandardField.GIVEN_NAME, customer.givenName());
        put(typed, StandardField.FAMILY_KANA, customer.familyKana());
        put(typed, StandardField.GIVEN_KANA, customer.givenKana());
        put(typed, StandardField.GENDER, customer.gender());
        put(typed, StandardField.BIRTHDAY, customer.birthday() == null ? null : customer.birthday().toString());
        put(typed, StandardField.POSTAL_CODE, customer.postalCode());
        put(typed, StandardField.PREFECTURE, customer.prefecture());
        put(typed, StandardField.CITY, customer.city());
        put(typed, StandardField.TELEPHONE, customer.telephone());
        put(typed, StandardField.PREFERRED_FORMAT, customer.preferredFormat());
        put(typed, StandardField.DEVICE, customer.device());
        put(typed, StandardField.CARRIER, customer.carrier());
        customer.custom().forEach((key, value) -> typed.put(CUSTOM + key, FieldValues.shown(value)));
        return new CustomerForm(typed);
    }

    /// For somebody new.
    static CustomerForm empty(List<Field> fields) {
        Map<String, String> typed = new LinkedHashMap<>();
        for (Field field : fields) typed.put(CUSTOM + field.key(), field.defaultText());
        return new CustomerForm(typed);
    }

    public String of(Field field) {
        return get(CUSTOM + field.key());
    }

    /// Whether this choice is among those of the field.
    public boolean chosen(Field field, String choice) {
        return List.of(FieldValues.BETWEEN_CHOICES.split(of(field))).contains(choice);
    }

    /// What the customer has and is no longer offered.
    public List<String> goneChoices(Field field) {
        return Arrays.stream(FieldValues.BETWEEN_CHOICES.split(of(field))).filter(choice -> !choice.isEmpty() && !field.choices().contains(choice)).toList();
    }

    private static void put(Map<String, String> typed, StandardField field, @Nullable String value) {
        typed.put(field.column, value == null ? "" : value);
    }

    /// @param stored what the customer has of the house's own fields: a value that is not touched need not pass today's rules
    Check check(List<Field> fields, Map<String, Object> stored) {
        Map<String, Problem> errors = new LinkedHashMap<>();
        typed.forEach((field, text) -> {
            if (text.length() > (field.startsWith(CUSTOM) ? LineReader.CELL_LIMIT_CHARS : LONGEST)) errors.put(field, Problem.of("customer.bad.long"));
        });
        MailAddress address = null;
        switch (MailAddress.parse(get("address").strip())) {
            case Parsing.Parsed(MailAddress parsed, boolean _) -> address = parsed;
            case Parsing.Refused(Parsing.Problem problem) -> errors.put("address", Problem.of("customer.bad.address." + problem.name()));
        }
        Map<StandardField, @Nullable String> standard = new LinkedHashMap<>();
        for (StandardField field : StandardField.values()) standard.put(field, standard(field, errors));
        LocalDate birthday = null;
        String typedDay = Cell.plain(get(StandardField.BIRTHDAY.column));
        if (!typedDay.isEmpty()) {
            Optional<LocalDate> day = Cell.date(typedDay);
            if (day.isPresent()) birthday = day.get();
            else errors.put(StandardField.BIRTHDAY.column, Problem.of("customer.bad.date"));
        }
        Map<String, Object> custom = new LinkedHashMap<>();
        for (Field field : fields) custom(field, stored.get(field.key()), custom, errors);
        if (!errors.isEmpty() || address == null) return new Check.Refused(errors);
        return new Check.Fine(new Checked(address, standard, birthday, custom));
    }

    private @Nullable String standard(StandardField field, Map<String, Problem> errors) {
        String text = Cell.plain(get(field.column));
        if (text.isEmpty()) return null;
        if (field.form != StandardField.Form.WORD) return text;
        Optional<String> word = field.word(text);
        if (word.isEmpty()) errors.put(field.column, Problem.of("customer.bad." + field.column));
        return word.orElse(null);
    }

    private void custom(Field field, @Nullable Object stored, Map<String, Object> into, Map<String, Problem> errors) {
        String text = of(field);
        if (stored != null && text.equals(FieldValues.shown(stored))) {
            into.put(field.key(), stored);
            return;
        }
        switch (FieldValues.read(field, text)) {
            case Reading.Bad(Problem why) -> errors.put(CUSTOM + field.key(), why);
            case Reading.Blank() -> {
                if (field.demanded()) errors.put(CUSTOM + field.key(), Problem.of("customer.bad.required"));
            }
            case Reading.Value(Object value) -> into.put(field.key(), value);
        }
    }
}
