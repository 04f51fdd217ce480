package todoku.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.ObjectMapper;

/// What was measured: one row for each line of work, every figure with its runs.
final class Table {
    /// One line: the median of its runs, the spread, and what it cost.
    record Row(String id, String name, String unit, List<Double> runs, Map<String, Double> costs) {
        Row(String id, String name, String unit, List<Double> runs) {
            this(id, name, unit, List.copyOf(runs), new LinkedHashMap<>());
        }

        Row with(String cost, double value) {
            costs.put(cost, value);
            return this;
        }

        double value() {
            return median(runs);
        }
    }

    private final List<Row> rows = new ArrayList<>();

    void add(Row row) {
        rows.add(row);
    }

    List<Row> rows() {
        return rows;
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    void print() {
        for (Row row : rows) {
            System.out.printf(
                    Locale.ROOT,
                    "%-4s %-38s %9.0f %-9s (%.0f–%.0f, %d runs)%n",
                    row.id(),
                    row.name(),
                    row.value(),
                    row.unit(),
                    row.runs().stream().mapToDouble(d -> d).min().orElse(0),
                    row.runs().stream().mapToDouble(d -> d).max().orElse(0),
                    row.runs().size());
            row.costs().forEach((cost, value) -> System.out.printf(Locale.ROOT, "     %-38s %9.1f%n", cost, value));
        }
    }

    String json() {
        Map<String, Object> all = new LinkedHashMap<>();
        for (Row row : rows) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", row.name());
            one.put("value", rounded(row.value()));
            one.put("unit", row.unit());
            one.put("runs", row.runs().stream().map(Table::rounded).toList());
            row.costs().forEach((cost, value) -> one.put(cost, rounded(value)));
            all.put(row.id(), one);
        }
        return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n";
    }

    private static double rounded(double value) {
        return Math.round(value * 10) / 10.0;
    }
}
