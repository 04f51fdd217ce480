package todoku.customer;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
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

        /// By the name of the field: key of the text, and what it is about.
        record Refused(Map<String, String> errors) implements Check {}
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
        customer.custom().forEach((key, value) -> typed.put(CUSTOM + key, shown(value)));
        return new CustomerForm(typed);
    }

    private static String shown(Object value) {
        return value instanceof Double number ? new BigDecimal(number.toString()).toPlainString() : value.toString();
    }

    private static void put(Map<String, String> typed, StandardField field, @Nullable String value) {
        typed.put(field.column, value == null ? "" : value);
    }

    Check check(List<Fields.Field> fields) {
        Map<String, String> errors = new LinkedHashMap<>();
        typed.forEach((field, text) -> {
            if (text.length() > LONGEST) errors.put(field, "customer.bad.long");
        });
        MailAddress address = null;
        switch (MailAddress.parse(get("address").strip())) {
            case Parsing.Parsed(MailAddress parsed, boolean _) -> address = parsed;
            case Parsing.Refused(Parsing.Problem problem) -> errors.put("address", "customer.bad.address." + problem.name());
        }
        Map<StandardField, @Nullable String> standard = new LinkedHashMap<>();
        for (StandardField field : StandardField.values()) {
            String text = Cell.plain(get(field.column));
            standard.put(field, text.isEmpty() ? null : text);
        }
        LocalDate birthday = null;
        String typedDay = Cell.plain(get(StandardField.BIRTHDAY.column));
        if (!typedDay.isEmpty()) {
            Optional<LocalDate> day = Cell.date(typedDay);
            if (day.isPresent()) birthday = day.get();
            else errors.put(StandardField.BIRTHDAY.column, "customer.bad.date");
        }
        Map<String, Object> custom = new LinkedHashMap<>();
        for (Fields.Field field : fields) custom(field, custom, errors);
        if (!errors.isEmpty() || address == null) return new Check.Refused(errors);
        return new Check.Fine(new Checked(address, standard, birthday, custom));
    }

    private void custom(Fields.Field field, Map<String, Object> into, Map<String, String> errors) {
        String name = CUSTOM + field.key();
        String text = field.type() == FieldType.TEXT ? Cell.trimmed(get(name)) : Cell.plain(get(name));
        if (text.isEmpty()) return;
        switch (field.type()) {
            case TEXT -> into.put(field.key(), text);
            case NUMBER -> {
                Optional<BigDecimal> number = Cell.number(text);
                if (number.isPresent()) into.put(field.key(), number.get());
                else errors.put(name, "customer.bad.number");
            }
            case DATE -> {
                Optional<LocalDate> day = Cell.date(text);
                if (day.isPresent()) into.put(field.key(), day.get().toString());
                else errors.put(name, "customer.bad.date");
            }
            case DATETIME -> {
                Optional<LocalDateTime> time = Cell.dateTime(text.replace('T', ' '));
                if (time.isPresent()) into.put(field.key(), time.get().toString());
                else errors.put(name, "customer.bad.datetime");
            }
        }
    }
}
