package todoku.segment;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A condition as SQL: a truth about the row `c` of the table `customer`, and the values of its parameters.
///
/// @param ofFew the same, for asking few customers, whom the statement names as `asked (id)`
/// @param recipients the same, for asking recipients of a mailing; null when others can meet it too
/// @param ids a statement that gives each who meets it once, without reading the customers; empty when there is none
public record Where(String sql, String ofFew, @Nullable Recipients recipients, String ids, Map<String, Object> parameters) {
    public static final Where EVERYBODY = new Where("true", "true", null, "", Map.of());

    /// Nobody meets it who was not a recipient of this mailing.
    ///
    /// @param truth for few of them, whom the statement names as `asked (id, no)`
    public record Recipients(long mailing, String truth) {}

    /// How many meet it.
    String count() {
        return ids.isEmpty() ? "SELECT count(*) FROM customer c WHERE " + sql : "SELECT count(*) FROM (" + ids + ") s";
    }
}
