package todoku.backup;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Schema;

/// The tables a backup holds, each after those it refers to. A partitioned table is one, wherever its rows lie.
final class Tables {
    /// What the migrations note; what [todoku.mailing.Partitions] makes anew; who is signed in, and will sign in again.
    private static final Set<String> LEFT_OUT = Set.of(Schema.HISTORY, "mailing_partition", "operator_session");

    private Tables() {}

    /// @param columns in the order of the table, without those that PostgreSQL computes
    record Shape(String name, List<String> columns) {}

    /// Always the same for the same version of the tables.
    static List<Shape> ordered(JdbcClient db) {
        Map<String, List<String>> columns = columns(db);
        Map<String, Set<String>> refersTo = references(db);
        List<Shape> ordered = new ArrayList<>();
        Set<String> placed = new HashSet<>();
        while (ordered.size() < columns.size()) {
            int before = ordered.size();
            columns.forEach((name, its) -> {
                if (!placed.contains(name) && placed.containsAll(refersTo.getOrDefault(name, Set.of()))) {
                    ordered.add(new Shape(name, its));
                    placed.add(name);
                }
            });
            if (ordered.size() == before) throw new IllegalStateException("tables that refer to each other in a circle");
        }
        return ordered;
    }

    private static Map<String, List<String>> columns(JdbcClient db) {
        Map<String, List<String>> found = new TreeMap<>();
        db.sql("""
                SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                   AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                 ORDER BY c.relname COLLATE "C", a.attnum
                """).query(row -> {
            String table = row.getString(1);
            if (!LEFT_OUT.contains(table)) found.computeIfAbsent(table, _ -> new ArrayList<>()).add(row.getString(2));
        });
        return found;
    }

    private static Map<String, Set<String>> references(JdbcClient db) {
        Map<String, Set<String>> found = new HashMap<>();
        db.sql("""
                SELECT DISTINCT child.relname, parent.relname
                  FROM pg_constraint f JOIN pg_class child ON child.oid = f.conrelid JOIN pg_class parent ON parent.oid = f.confrelid
                 WHERE f.contype = 'f' AND child.oid <> parent.oid AND child.relnamespace = 'public'::regnamespace
                """).query(row -> {
            found.computeIfAbsent(row.getString(1), _ -> new HashSet<>()).add(row.getString(2));
        });
        return found;
    }
}
