package todoku.segment;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Counts the rows of the builder, each by itself, after the answer everybody waits for.
final class RowCounter {
    /// Of one answer; rows that are left keep the number they had.
    private static final long PATIENCE_NANOS = Duration.ofSeconds(4).toNanos();

    private final Rules rules;
    private final Tally tally;

    RowCounter(Rules rules, Tally tally) {
        this.rules = rules;
        this.tally = tally;
    }

    /// What is remembered; nothing is counted for it.
    RowCounts known(Builder.Draft draft, Known known) {
        Map<String, Tally.Row> counts = new LinkedHashMap<>();
        asked(draft, known).forEach((path, rule) -> tally.known(rule).ifPresent(count -> counts.put(path, count)));
        return counts(counts);
    }

    /// Without the rows that cannot be counted in a moment.
    RowCounts alone(Builder.Draft draft, Known known) {
        long began = System.nanoTime();
        Map<String, Tally.Row> counts = new LinkedHashMap<>();
        asked(draft, known).forEach((path, rule) -> {
            Optional<Tally.Row> count = System.nanoTime() - began < PATIENCE_NANOS ? tally.alone(rule) : tally.known(rule).filter(row -> !row.old());
            count.ifPresent(found -> counts.put(path, found));
        });
        return counts(counts);
    }

    private RowCounts counts(Map<String, Tally.Row> counts) {
        return new RowCounts(counts, counts.isEmpty() ? 0 : tally.all());
    }

    /// The rows that say something complete, from the outside; the whole is the first.
    private Map<String, Rule> asked(Builder.Draft draft, Known known) {
        Map<String, Rule> asked = new LinkedHashMap<>();
        if (draft.usable() && !draft.rule().equals(Rule.EVERYBODY)) asked.put("", draft.rule());
        RuleForm form = new RuleForm(known);
        List<RuleRow> open = new ArrayList<>(draft.rows().rows());
        while (!open.isEmpty()) {
            RuleRow row = open.removeFirst();
            open.addAll(row.rows());
            if (row.error() != null) continue;
            form.said(row).filter(rule -> rules.problems(rule, known).isEmpty()).ifPresent(rule -> asked.put(row.path(), rule));
        }
        return asked;
    }
}
