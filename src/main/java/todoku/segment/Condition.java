package todoku.segment;

import java.util.List;

/// One row of 配信条件: a field, how it is compared, and with what, as it was typed. Stored as it stands here.
public record Condition(String field, Operator operator, List<String> values) implements Rule {
    public Condition {
        values = List.copyOf(values);
    }

    public Condition(String field, Operator operator, String... values) {
        this(field, operator, List.of(values));
    }
}
