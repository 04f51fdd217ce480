package todoku.segment;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How many meet each row of the builder by itself; under the empty path, how many meet the whole.
///
/// @param all customers there are
public record RowCounts(Map<String, Tally.Row> byPath, long all) {
    public RowCounts {
        byPath = new LinkedHashMap<>(byPath);
    }

    /// Null for what is not counted.
    public Tally.@Nullable Row of(String path) {
        return byPath.get(path);
    }

    /// Where the number stands in the page.
    public static String id(String path) {
        return path.isEmpty() ? "n-whole" : "n-" + path.replace('.', '-');
    }
}
