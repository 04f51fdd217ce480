package todoku.customer.source;

import java.util.List;
import java.util.Map;

/// The first rows of a result as they would be read.
///
/// @param suggested what each column probably is, by its name
public record Preview(List<ResultColumn> columns, List<List<String>> rows, Map<String, String> suggested) {
    static final int ROWS = 10;
}
