package todoku.segment;

import java.util.Map;

/// A condition as SQL: a truth about the row `c` of the table `customer`, and the values of its parameters.
public record Where(String sql, Map<String, Object> parameters) {
    public static final Where EVERYBODY = new Where("true", Map.of());
}
