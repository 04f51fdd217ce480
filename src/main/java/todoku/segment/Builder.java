package todoku.segment;

import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.database.Database;

/// The condition builder (design.md §11), for the page of a segment and for the first step of a campaign: what can be
/// chosen, and what was.
@Component
public class Builder {
    /// The newest mailings of the picker; the chosen ones are always among them.
    private static final int MAILINGS = 100;

    private final JdbcClient db;
    private final Library library;
    private final Segments segments;
    private final Rules rules;
    private final RowCounter counter;

    Builder(Database database, Segments segments, Rules rules, Tally tally) {
        this.db = database.client();
        this.library = new Library(db);
        this.segments = segments;
        this.rules = rules;
        this.counter = new RowCounter(rules, tally);
    }

    /// A mailing to choose.
    public record Sent(long id, String name, @Nullable Instant startedAt) {}

    /// What can be chosen.
    ///
    /// @param links  the links of chosen mailings
    /// @param counts how many meet what was chosen, as far as it is known already
    public record Palette(
            List<Field> fields,
            Map<Long, String> groups,
            List<Sent> mailings,
            Map<Long, Map<Integer, String>> links,
            List<RecordKind> kinds,
            List<Segment> segments,
            List<Carrier> carriers,
            RowCounts counts) {

        /// The field of a customer, or of a record of a kind; null for none.
        public @Nullable Field field(long kind, String id) {
            if (kind == 0) return Fields.find(fields, id).orElse(null);
            return kinds.stream().filter(each -> each.id() == kind).findFirst()
                    .flatMap(each -> Fields.find(each.fields(), id)).orElse(null);
        }

        public List<Operator> operators(@Nullable Field field) {
            return RuleForm.fitting(Optional.ofNullable(field));
        }

        /// The one typed, or the first that fits.
        public Operator operator(@Nullable Field field, String typed) {
            return RuleForm.operator(Optional.ofNullable(field), typed);
        }
    }

    /// What was typed, and the rule it makes.
    ///
    /// @param touched the place of the row that a button made or moved; empty for none
    public record Draft(RuleRow rows, Rule rule, List<Problem> problems, String sentence, String touched) {
        public boolean usable() {
            return problems.isEmpty();
        }

        /// While it is being built: rows are told what is wrong with them when the whole is to be saved.
        public Draft unfinished() {
            return new Draft(rows.quiet(), rule, problems, sentence, touched);
        }
    }

    /// What a form sent, after its button was pressed; then it is still unfinished.
    ///
    /// @param departments whose groups, mailings and segments may be named
    public Draft read(Map<String, List<String>> form, Set<Long> departments, Locale locale) {
        List<String> act = form.getOrDefault("act", List.of());
        var tree = new RuleTree(RuleForm.rows(form));
        if (!act.isEmpty()) tree.act(act.getFirst());
        Draft draft = draft(tree.rows(), tree.touched(), departments, locale);
        // A browser with scripts asks for them by itself.
        if (act.contains("count")) alone(draft, departments);
        return act.isEmpty() ? draft : draft.unfinished();
    }

    public Draft of(Rule rule, Set<Long> departments, Locale locale) {
        return draft(RuleForm.of(rule), "", departments, locale);
    }

    private Draft draft(RuleRow rows, String touched, Set<Long> departments, Locale locale) {
        // The kinds of records must be known before the rule can name them.
        Known fresh = library.of(departments).of(List.of());
        Rule rule = new RuleForm(fresh).rule(rows);
        Known known = library.of(departments).of(List.of(rule));
        List<Problem> problems = rules.problems(rule, known);
        boolean japanese = locale.getLanguage().equals("ja");
        String sentence = rule.equals(Rule.EVERYBODY) ? "" : new RuleWords(known, japanese).sentence(rule);
        return new Draft(new RuleForm(known).judged(rows), rule, problems, sentence, touched);
    }

    public Palette palette(Draft draft, Set<Long> departments) {
        Known known = library.of(departments).of(List.of(draft.rule()));
        List<Sent> mailings = mailings(known, departments);
        return new Palette(
                known.fields(),
                known.groups(),
                mailings,
                links(known.mailings().keySet()),
                List.copyOf(known.kinds().values()),
                segments.of(departments),
                List.of(Carrier.values()),
                counter.known(draft, known));
    }

    private List<Sent> mailings(Known known, Set<Long> departments) {
        return db.sql("""
                SELECT m.id, c.name, m.started_at FROM campaign c JOIN mailing m ON m.id = c.mailing_id
                 WHERE c.department_id = ANY (:departments) AND m.details_gone_at IS NULL
                 ORDER BY m.id = ANY (:chosen) DESC, m.id DESC LIMIT :limit
                """)
                .param("departments", departments.toArray(Long[]::new))
                .param("chosen", known.mailings().keySet().toArray(Long[]::new))
                .param("limit", MAILINGS)
                .query((row, n) -> new Sent(
                        row.getLong(1), row.getString(2), row.getTimestamp(3) == null ? null : row.getTimestamp(3).toInstant()))
                .list();
    }

    private Map<Long, Map<Integer, String>> links(Set<Long> mailings) {
        Map<Long, Map<Integer, String>> links = new HashMap<>();
        if (mailings.isEmpty()) return links;
        db.sql("""
                SELECT m.id, l.link_no, coalesce(nullif(l.title, ''), l.target)
                  FROM mailing m JOIN tracked_link l ON l.mail_version_id = m.mail_version_id
                 WHERE m.id = ANY (:mailings) ORDER BY m.id, l.link_no
                """)
                .param("mailings", mailings.toArray(Long[]::new))
                .query(row -> {
                    links.computeIfAbsent(row.getLong(1), _ -> new LinkedHashMap<>()).put(row.getInt(2), row.getString(3));
                });
        return links;
    }

    /// How many meet each row by itself.
    RowCounts alone(Draft draft, Set<Long> departments) {
        return counter.alone(draft, library.of(departments).of(List.of(draft.rule())));
    }
}
