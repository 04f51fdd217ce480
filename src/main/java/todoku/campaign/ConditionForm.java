package todoku.campaign;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.util.MultiValueMap;
import todoku.segment.Condition;
import todoku.segment.Field;
import todoku.segment.Operator;
import todoku.segment.Problem;

/// Conditions between the form and the list that is stored: each row sends `field`, `operator`, `first` and `second`.
final class ConditionForm {
    private static final int ROWS_LIMIT = 50;
    private static final String ADD = "add";
    private static final String REMOVE = "remove-";

    private final List<Field> fields;

    ConditionForm(List<Field> fields) {
        this.fields = fields;
    }

    /// What was typed; rows without a field are dropped. An operator that does not fit its field gives way to one that does.
    List<Condition> read(MultiValueMap<String, String> form) {
        List<Condition> conditions = new ArrayList<>();
        List<String> ids = form.getOrDefault("field", List.of());
        for (int i = 0; i < Math.min(ids.size(), ROWS_LIMIT); i++) {
            if (ids.get(i).isBlank()) continue;
            Operator operator = operator(ids.get(i), at(form, "operator", i));
            conditions.add(new Condition(ids.get(i), operator, values(operator, at(form, "first", i), at(form, "second", i))));
        }
        return conditions;
    }

    private Operator operator(String field, String typed) {
        List<Operator> fitting = fitting(field);
        return fitting.stream()
                .filter(operator -> operator.name().equals(typed))
                .findFirst()
                .orElse(fitting.isEmpty() ? Operator.EQUALS : fitting.getFirst());
    }

    private List<Operator> fitting(String field) {
        return fields.stream()
                .filter(known -> known.id().equals(field))
                .findFirst()
                .map(known -> Arrays.stream(Operator.values()).filter(o -> o.fits(known.type())).toList())
                .orElse(List.of());
    }

    private static List<String> values(Operator operator, String first, String second) {
        if (operator.isChoice())
            return Arrays.stream(first.split("[,，、\n]")).map(String::strip).filter(text -> !text.isEmpty()).toList();
        return switch (operator.needs()) {
            case 0 -> List.of();
            case 1 -> List.of(first.strip());
            default -> List.of(first.strip(), second.strip());
        };
    }

    /// The rows to show after a button of theirs was pressed: `add` or `remove-2`.
    List<ConditionRow> rows(List<Condition> conditions, String act, Map<Integer, String> errors) {
        List<ConditionRow> rows = new ArrayList<>();
        for (int i = 0; i < conditions.size(); i++) {
            if (act.equals(REMOVE + i)) continue;
            rows.add(row(conditions.get(i), errors.getOrDefault(i, "")));
        }
        if (act.equals(ADD)) rows.add(new ConditionRow("", Operator.EQUALS, "", "", List.of(), null));
        return rows;
    }

    private ConditionRow row(Condition condition, String error) {
        List<String> values = condition.values();
        boolean choice = condition.operator().isChoice();
        return new ConditionRow(
                condition.field(),
                condition.operator(),
                choice ? String.join("、", values) : values.isEmpty() ? "" : values.getFirst(),
                choice || values.size() < 2 ? "" : values.get(1),
                fitting(condition.field()),
                error.isEmpty() ? null : error);
    }

    static Map<Integer, String> errors(List<Problem> problems) {
        Map<Integer, String> errors = new HashMap<>();
        for (Problem problem : problems) errors.put(problem.path().isEmpty() ? 0 : Integer.parseInt(problem.path()), problem.key());
        return errors;
    }

    private static String at(MultiValueMap<String, String> form, String name, int i) {
        List<String> values = form.getOrDefault(name, List.of());
        return i < values.size() ? values.get(i) : "";
    }
}
