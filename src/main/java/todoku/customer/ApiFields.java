package todoku.customer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import todoku.web.api.Wrong;
import tools.jackson.databind.JsonNode;

/// The fields of a customer as programs name them: `email`, `familyName`, `custom.会員ランク`.
public final class ApiFields {
    static final String EMAIL = "email";
    private static final String CUSTOM = "custom";

    private ApiFields() {}

    /// `family_name` is `familyName`.
    static String name(StandardField field) {
        StringBuilder name = new StringBuilder();
        for (String part : field.column.split("_"))
            name.append(name.isEmpty() ? part : Character.toUpperCase(part.charAt(0)) + part.substring(1));
        return name.toString();
    }

    /// What was sent, over what there was.
    ///
    /// @param fields the house's own
    /// @param wrongs receives custom fields nobody has made
    static CustomerForm form(JsonNode json, CustomerForm before, List<Field> fields, List<Wrong> wrongs) {
        Map<String, String> typed = new LinkedHashMap<>(before.typed());
        if (json.has(EMAIL)) typed.put("address", text(json.get(EMAIL)));
        for (StandardField field : StandardField.values())
            if (json.has(name(field))) typed.put(field.column, text(json.get(name(field))));
        var known = fields.stream().map(Field::key).collect(Collectors.toSet());
        json.path(CUSTOM).properties().forEach(entry -> {
            if (known.contains(entry.getKey())) typed.put(CustomerForm.CUSTOM + entry.getKey(), text(entry.getValue()));
            else wrongs.add(new Wrong(CUSTOM + "." + entry.getKey(), "web.api.bad.unknown"));
        });
        return new CustomerForm(typed);
    }

    /// A value as it would be typed.
    public static String text(@Nullable JsonNode value) {
        if (value == null || value.isNull()) return "";
        if (value.isNumber()) return value.decimalValue().toPlainString();
        return value.isArray() ? value.valueStream().map(ApiFields::text).collect(Collectors.joining(FieldValues.JOINT)) : value.asString();
    }

    /// The name of a program's field for one of the form.
    static String named(String formField) {
        if (formField.equals("address")) return EMAIL;
        for (StandardField field : StandardField.values()) if (field.column.equals(formField)) return name(field);
        return formField;
    }
}
