package todoku.customer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import todoku.customer.Columns.Column;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What the fields of the house ask of the customers of one file.
///
/// @param missing  the labels of required fields the file says nothing about: nobody new can come by it
/// @param defaults what somebody new has where the line says nothing, by key
/// @param unique   fields of the file that no two customers may share
record FieldRules(List<String> missing, Map<String, Object> defaults, List<Field> unique) {
    static final FieldRules NONE = new FieldRules(List.of(), Map.of(), List.of());

    private static final JsonMapper JSON = JsonMapper.builder().build();

    static FieldRules of(Columns columns, List<Field> fields) {
        Set<String> told = new HashSet<>();
        for (Column column : columns.list()) if (column instanceof Column.Custom(String header, Field field)) told.add(field.key());
        List<String> missing = new ArrayList<>();
        Map<String, Object> defaults = new LinkedHashMap<>();
        List<Field> unique = new ArrayList<>();
        for (Field field : fields) {
            if (FieldValues.read(field, field.defaultText()) instanceof Reading.Value(Object value)) defaults.put(field.key(), value);
            else if (field.demanded() && !told.contains(field.key())) missing.add(field.label());
            if (field.distinct() && told.contains(field.key())) unique.add(field);
        }
        return new FieldRules(List.copyOf(missing), defaults, List.copyOf(unique));
    }

    /// The values of somebody new.
    String withDefaults(String custom) {
        if (defaults.isEmpty()) return custom;
        ObjectNode values = (ObjectNode) JSON.readTree(custom);
        defaults.forEach((key, value) -> {
            if (!values.has(key)) values.putPOJO(key, value);
        });
        return JSON.writeValueAsString(values);
    }

    List<String> uniqueKeys() {
        return unique.stream().map(Field::key).toList();
    }
}
