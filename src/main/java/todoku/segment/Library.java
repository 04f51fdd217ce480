package todoku.segment;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Reads what rules may name.
final class Library {
    private static final String OURS = "(cardinality(:departments::bigint[]) = 0 OR department_id = ANY (:departments))";

    private final JdbcClient db;
    private final Fields fields;
    private final Long[] departments;

    /// What anybody may name.
    Library(JdbcClient db) {
        this(db, new Long[0]);
    }

    /// @param departments whose groups, mailings and segments may be named; none: all
    private Library(JdbcClient db, Long[] departments) {
        this.db = db;
        this.fields = new Fields(db);
        this.departments = departments;
    }

    /// Only what belongs to these departments.
    Library of(Set<Long> of) {
        return new Library(db, of.isEmpty() ? new Long[] {0L} : of.toArray(Long[]::new));
    }

    /// Everything these rules name, and all fields, groups and kinds of records there are.
    Known of(List<Rule> rules) {
        Map<Long, Known.Saved> segments = segments(rules);
        List<Rule> all = new ArrayList<>(rules);
        segments.values().forEach(saved -> all.add(saved.rule()));
        Set<Long> mailings = new HashSet<>();
        all.forEach(rule -> Rules.leaves(rule).forEach(leaf -> {
            if (leaf instanceof Rule.Behaviour b && b.mailing() != null) mailings.add(b.mailing());
        }));
        return new Known(fields.all(), groups(), mailings(mailings), kinds(), segments);
    }

    /// Those named, and those they name.
    private Map<Long, Known.Saved> segments(List<Rule> rules) {
        Map<Long, Known.Saved> found = new HashMap<>();
        Deque<Long> asked = new ArrayDeque<>();
        rules.forEach(rule -> asked.addAll(Rules.segmentsIn(rule)));
        while (!asked.isEmpty()) {
            long id = asked.pop();
            if (found.containsKey(id)) continue;
            db.sql("SELECT name, rule FROM segment WHERE id = :id AND " + OURS).param("id", id).param("departments", departments).query(row -> {
                Rule rule = Rules.read(row.getString(2));
                found.put(id, new Known.Saved(row.getString(1), rule));
                asked.addAll(Rules.segmentsIn(rule));
            });
        }
        return found;
    }

    private Map<Long, String> groups() {
        Map<Long, String> groups = new LinkedHashMap<>();
        db.sql("SELECT id, name FROM customer_group WHERE " + OURS + " ORDER BY name").param("departments", departments).query(row -> {
            groups.put(row.getLong(1), row.getString(2));
        });
        return groups;
    }

    /// Those that still have their recipients, by the names of their campaigns, where they were campaigns.
    private Map<Long, String> mailings(Set<Long> ids) {
        Map<Long, String> mailings = new HashMap<>();
        if (ids.isEmpty()) return mailings;
        db.sql("""
                SELECT m.id, coalesce((SELECT p.name FROM campaign p WHERE p.mailing_id = m.id LIMIT 1), m.id::text)
                  FROM mailing m WHERE m.id = ANY (:ids) AND m.details_gone_at IS NULL AND
                """ + OURS)
                .param("ids", ids.toArray(Long[]::new))
                .param("departments", departments)
                .query(row -> {
                    mailings.put(row.getLong(1), row.getString(2));
                });
        return mailings;
    }

    private Map<Long, RecordKind> kinds() {
        Map<Long, List<Field>> byKind = new LinkedHashMap<>();
        Map<Long, String> labels = new LinkedHashMap<>();
        db.sql("""
                SELECT k.id, k.label, f.key, f.label, f.type, f.personal, f.choices
                  FROM record_kind k LEFT JOIN record_field f ON f.kind_id = k.id ORDER BY k.id, f.position, f.id
                """).query(row -> {
                    labels.put(row.getLong(1), row.getString(2));
                    List<Field> of = byKind.computeIfAbsent(row.getLong(1), _ -> new ArrayList<>());
                    if (row.getString(3) != null)
                        of.add(new Field(
                                Field.RECORD + row.getString(3), row.getString(4), row.getString(4), Fields.type(row.getString(5)),
                                row.getBoolean(6), List.of((String[]) row.getArray(7).getArray())));
                });
        Map<Long, RecordKind> kinds = new LinkedHashMap<>();
        labels.forEach((id, label) -> kinds.put(id, new RecordKind(id, label, byKind.getOrDefault(id, List.of()))));
        return kinds;
    }
}
