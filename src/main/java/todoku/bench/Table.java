package todoku.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectMapper;

/// What was measured: one row for each line of work, every figure with its runs.
final class Table {
    /// One line: the median of its runs, the spread, what it cost, and what others reached in the same run.
    static final class Row {
        private final String id;
        private final String name;
        private final String unit;
        private final List<Double> runs;
        private final Map<String, Double> costs = new LinkedHashMap<>();
        private final Map<String, Double> peers = new LinkedHashMap<>();
        private @Nullable Double goal;

        Row(String id, String name, String unit, List<Double> runs) {
            this.id = id;
            this.name = name;
            this.unit = unit;
            this.runs = List.copyOf(runs);
        }

        Row with(String cost, double value) {
            costs.put(cost, value);
            return this;
        }

        Row goal(double value) {
            goal = value;
            return this;
        }

        /// The sum of what these processes used.
        Row cpu(String... processes) {
            double sum = 0;
            for (String process : processes) sum += costs.getOrDefault("cpu_us_" + process, 0.0);
            return with("cpu_us", sum);
        }

        double value() {
            return median(runs);
        }

        /// Of all processes, the receiver too. A busy machine gives many processes more than few; this it cannot change.
        private double allCpu() {
            return costs.entrySet().stream()
                    .filter(cost -> cost.getKey().startsWith("cpu_us_"))
                    .mapToDouble(Map.Entry::getValue)
                    .sum();
        }
    }

    private final List<Row> rows = new ArrayList<>();

    void add(Row row) {
        rows.add(row);
    }

    /// Sets one beside the other, run by run: the ratio of two runs that followed each other means more than either.
    void compare(String ours, String theirs) {
        Row us = row(ours);
        Row them = row(theirs);
        if (us == null || them == null) return;
        us.peers.put(theirs, them.value());
        List<Double> factors = new ArrayList<>();
        for (int i = 0; i < Math.min(us.runs.size(), them.runs.size()); i++) factors.add(us.runs.get(i) / them.runs.get(i));
        us.with("times_" + theirs, median(factors));
        us.with("cpu_times_" + theirs, them.allCpu() / us.allCpu());
    }

    private @Nullable Row row(String id) {
        return rows.stream().filter(row -> row.id.equals(id)).findFirst().orElse(null);
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
                    "%-18s %-34s %9s %-9s (%s–%s, %d runs)%s%n",
                    row.id,
                    row.name,
                    shown(row.value()),
                    row.unit,
                    shown(row.runs.stream().mapToDouble(d -> d).min().orElse(0)),
                    shown(row.runs.stream().mapToDouble(d -> d).max().orElse(0)),
                    row.runs.size(),
                    row.goal == null ? "" : ", goal " + shown(row.goal));
            row.costs.forEach((cost, value) -> System.out.printf(Locale.ROOT, "%-18s %-34s %9.1f%n", "", cost, value));
        }
        for (Row row : rows) row.peers.forEach((peer, theirs) -> sayWhoWon(row, peer));
    }

    private static void sayWhoWon(Row row, String peer) {
        double factor = row.costs.getOrDefault("times_" + peer, 1.0);
        if (factor >= 1) System.out.printf(Locale.ROOT, "%s beats %s by %.1f times%n", row.id, peer, factor);
        else System.out.printf(Locale.ROOT, "%s beats %s by %.1f times%n", peer, row.id, 1 / factor);
    }

    private static String shown(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%.0f", value);
    }

    /// As `docs/performance.md` describes it.
    String json() {
        Map<String, Object> all = new LinkedHashMap<>();
        for (Row row : rows) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", row.name);
            one.put("value", rounded(row.value()));
            one.put("unit", row.unit);
            if (row.goal != null) one.put("goal", rounded(row.goal));
            one.put("runs", row.runs.stream().map(Table::rounded).toList());
            row.costs.forEach((cost, value) -> one.put(cost, rounded(value)));
            if (!row.peers.isEmpty()) {
                Map<String, Double> peers = new LinkedHashMap<>();
                row.peers.forEach((peer, value) -> peers.put(peer, rounded(value)));
                one.put("peers", peers);
            }
            all.put(row.id, one);
        }
        return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n";
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
