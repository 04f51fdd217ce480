package todoku.segment;

import java.util.Map;

/// A condition as SQL: a truth about the row `c` of the table `customer`, and the values of its parameters.
///
/// @param ofFew the same, for asking few customers, whom the statement names as `asked (id)`
/// @param ids a statement that gives each who meets it once, without reading the customers; empty when there is none
public record Where(String sql, String ofFew, String ids, Map<String, Object> parameters) {
    public static final Where EVERYBODY = new Where("true", "true", "", Map.of());

    /// How many meet it.
    String count() {
        return ids.isEmpty() ? "SELECT count(*) FROM customer c WHERE " + sql : "SELECT count(*) FROM (" + ids + ") s";
    }
}
