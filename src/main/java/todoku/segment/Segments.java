package todoku.segment;

import static java.time.ZoneOffset.UTC;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;

/// The saved segments. Safe for many threads; all state is in the database.
public final class Segments {
    /// Of one installation: they stand in one list.
    private static final int LIMIT = 1_000;

    private static final String SELECT = """
            SELECT s.*, o.display_name AS changer FROM segment s LEFT JOIN operator o ON o.id = s.changed_by
            """;

    private final Database database;
    private final JdbcClient db;
    private final InstantSource clock;

    public Segments(Database database, InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.clock = clock;
    }

    /// How a wish to save ended.
    public sealed interface Saving {
        record Saved(Segment segment) implements Saving {}

        record Stale(Segment stands) implements Saving {}

        record NameTaken() implements Saving {}

        /// It would ask itself, through the segment of this name.
        record Circle(String through) implements Saving {}
    }

    public List<Segment> of(Collection<Long> departments) {
        return db.sql(SELECT + "WHERE s.department_id = ANY (:departments) ORDER BY s.name LIMIT :limit")
                .param("departments", departments.toArray(Long[]::new))
                .param("limit", LIMIT)
                .query(Segments::segment)
                .list();
    }

    public Optional<Segment> find(long id) {
        return db.sql(SELECT + "WHERE s.id = :id").param("id", id).query(Segments::segment).optional();
    }

    Saving add(long department, String name, Rule rule, long by) {
        try {
            long id = database.inTransaction(() -> db.sql("""
                    INSERT INTO segment (department_id, name, rule, changed_at, changed_by)
                    VALUES (:department, :name, :rule::jsonb, :now, :by) RETURNING id
                    """)
                    .param("department", department)
                    .param("name", name)
                    .param("rule", Rules.json(rule))
                    .param("now", clock.instant().atOffset(UTC))
                    .param("by", by)
                    .query(Long.class)
                    .single());
            return new Saving.Saved(find(id).orElseThrow());
        } catch (DuplicateKeyException taken) {
            return new Saving.NameTaken();
        }
    }

    Saving edit(long id, int version, String name, Rule rule, long by) {
        try {
            return database.inTransaction(() -> {
                // One at a time: two that begin to name each other at once would both find no circle.
                db.sql("LOCK TABLE segment IN SHARE ROW EXCLUSIVE MODE").update();
                Optional<String> through = circle(id, rule);
                if (through.isPresent()) return new Saving.Circle(through.get());
                int changed = db.sql("""
                        UPDATE segment SET name = :name, rule = :rule::jsonb, version = version + 1, changed_at = :now, changed_by = :by,
                               last_count = NULL, counted_at = NULL
                         WHERE id = :id AND version = :version
                        """)
                        .param("id", id)
                        .param("version", version)
                        .param("name", name)
                        .param("rule", Rules.json(rule))
                        .param("now", clock.instant().atOffset(UTC))
                        .param("by", by)
                        .update();
                Segment now = find(id).orElseThrow();
                return changed == 1 ? new Saving.Saved(now) : new Saving.Stale(now);
            });
        } catch (DuplicateKeyException taken) {
            return new Saving.NameTaken();
        }
    }

    /// The segment through which a rule of this segment would come back to it.
    private Optional<String> circle(long id, Rule rule) {
        Deque<Long> asked = new ArrayDeque<>(Rules.segmentsIn(rule));
        Set<Long> seen = new HashSet<>();
        while (!asked.isEmpty()) {
            Optional<Segment> next = find(asked.pop());
            if (next.isEmpty() || !seen.add(next.get().id())) continue;
            Set<Long> further = Rules.segmentsIn(next.get().rule());
            if (next.get().id() == id || further.contains(id)) return Optional.of(next.get().name());
            asked.addAll(further);
        }
        return Optional.empty();
    }

    /// False while something uses it, or when it was changed since that version was read.
    boolean remove(long id, int version) {
        return database.inTransaction(() -> {
            db.sql("LOCK TABLE segment IN SHARE ROW EXCLUSIVE MODE").update();
            if (!users(id).isEmpty()) return false;
            return db.sql("DELETE FROM segment WHERE id = :id AND version = :version").param("id", id).param("version", version).update() == 1;
        });
    }

    void counted(long id, int version, int count) {
        db.sql("UPDATE segment SET last_count = :count, counted_at = :now WHERE id = :id AND version = :version")
                .param("count", count)
                .param("now", clock.instant().atOffset(UTC))
                .param("id", id)
                .param("version", version)
                .update();
    }

    /// Campaigns that have not ended and other segments that name it.
    public List<Segment.User> users(long id) {
        return users().getOrDefault(id, List.of());
    }

    /// By segment.
    Map<Long, List<Segment.User>> users() {
        Map<Long, List<Segment.User>> users = new TreeMap<>();
        db.sql("SELECT id, name, rule FROM segment WHERE jsonb_path_exists(rule, '$.** ? (@.is == \"SEGMENT\")') ORDER BY name").query(row -> {
            var user = new Segment.User(row.getString(2), "/segments/" + row.getLong(1), false);
            for (long used : Rules.segmentsIn(Rules.read(row.getString(3)))) users.computeIfAbsent(used, _ -> new ArrayList<>()).add(user);
        });
        db.sql("""
                SELECT id, name, condition FROM campaign
                 WHERE state NOT IN ('SENT', 'STOPPED', 'FAILED', 'CANCELLED') AND jsonb_path_exists(condition, '$.** ? (@.is == "SEGMENT")') ORDER BY id
                """).query(row -> {
                    var user = new Segment.User(row.getString(2), "/campaigns/" + row.getLong(1), true);
                    for (long used : Rules.segmentsIn(Rules.read(row.getString(3)))) users.computeIfAbsent(used, _ -> new ArrayList<>()).add(user);
                });
        return users;
    }

    private static Segment segment(ResultSet row, int n) throws SQLException {
        OffsetDateTime counted = row.getObject("counted_at", OffsetDateTime.class);
        return new Segment(
                row.getLong("id"),
                row.getLong("department_id"),
                row.getString("name"),
                Rules.read(row.getString("rule")),
                row.getInt("version"),
                row.getObject("changed_at", OffsetDateTime.class).toInstant(),
                row.getString("changer"),
                row.getObject("last_count", Integer.class),
                counted == null ? null : counted.toInstant());
    }
}
