package todoku.customer.source;

import static java.time.ZoneOffset.UTC;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.ImportProgress;

/// The runs of outside databases, as they are stored.
final class Runs {
    private static final String SELECT = "SELECT r.*, o.display_name FROM outside_run r LEFT JOIN operator o ON o.id = r.started_by ";

    private final JdbcClient db;

    Runs(JdbcClient db) {
        this.db = db;
    }

    /// Empty when one is under way: there are never two.
    Optional<Long> open(long source, boolean all, @Nullable Long operator, Instant now) {
        return db.sql("""
                INSERT INTO outside_run (source_id, started_at, started_by, state, all_rows) VALUES (:source, :now, :operator, 'RUNNING', :all)
                ON CONFLICT (source_id) WHERE ended_at IS NULL DO NOTHING RETURNING id
                """)
            .param("source", source).param("now", now.atOffset(UTC)).param("operator", operator).param("all", all)
            .query(Long.class).optional();
    }

    Optional<Run> find(long id) {
        return db.sql(SELECT + "WHERE r.id = :id").param("id", id).query(Runs::run).optional();
    }

    List<Run> unfinished() {
        return db.sql(SELECT + "WHERE r.ended_at IS NULL ORDER BY r.id").query(Runs::run).list();
    }

    /// The newest first.
    List<Run> of(long source, int limit) {
        return db.sql(SELECT + "WHERE r.source_id = :source ORDER BY r.id DESC LIMIT :limit")
                .param("source", source).param("limit", limit).query(Runs::run).list();
    }

    /// The last run of each source.
    List<Run> last() {
        return db.sql("""
                SELECT r.*, o.display_name FROM outside_source s
                  CROSS JOIN LATERAL (SELECT * FROM outside_run WHERE source_id = s.id ORDER BY id DESC LIMIT 1) r
                  LEFT JOIN operator o ON o.id = r.started_by
                """).query(Runs::run).list();
    }

    void attempted(long id) {
        db.sql("UPDATE outside_run SET attempts = attempts + 1 WHERE id = :id AND ended_at IS NULL").param("id", id).update();
    }

    /// Everything was read, and is being registered.
    void registering(long id, long importId, int rows, @Nullable Mark mark) {
        require(db.sql("UPDATE outside_run SET import_id = :import, read_rows = :rows, mark = :mark WHERE id = :id AND ended_at IS NULL")
                .param("import", importId).param("rows", rows).param("mark", mark == null ? null : mark.stored()).param("id", id).update());
    }

    void registered(long id, ImportProgress progress) {
        require(db.sql("""
                UPDATE outside_run SET success = :success, unsubscribed = :unsubscribed, failure = :failure, other = :other
                 WHERE id = :id AND ended_at IS NULL
                """)
            .param("success", progress.success()).param("unsubscribed", progress.unsubscribed())
            .param("failure", progress.failure()).param("other", progress.other()).param("id", id).update());
    }

    void missing(long id, int vanished, int brought) {
        db.sql("UPDATE outside_run SET vanished = :vanished, brought = :brought WHERE id = :id")
                .param("vanished", vanished).param("brought", brought).param("id", id).update();
    }

    void vanishing(long id, long importId) {
        db.sql("UPDATE outside_run SET vanishing_id = :import WHERE id = :id").param("import", importId).param("id", id).update();
    }

    /// Ends a run that is under way.
    void end(long id, Run.State state, Instant now) {
        require(db.sql("UPDATE outside_run SET state = :state, ended_at = :now WHERE id = :id AND ended_at IS NULL")
                .param("state", state.name()).param("now", now.atOffset(UTC)).param("id", id).update());
    }

    void fail(long id, Trouble.Kind trouble, String detail, Instant now) {
        db.sql("""
                UPDATE outside_run SET state = 'FAILED', trouble = :trouble, detail = :detail, ended_at = :now WHERE id = :id AND ended_at IS NULL
                """)
            .param("trouble", trouble.name()).param("detail", detail).param("now", now.atOffset(UTC)).param("id", id).update();
    }

    /// It goes on where it asked. False when it was decided already.
    boolean approve(long source, long id) {
        return db.sql("""
                UPDATE outside_run SET state = 'RUNNING', ended_at = NULL, attempts = 0, approved = true
                 WHERE id = :id AND source_id = :source AND state = 'ASKING'
                   AND NOT EXISTS (SELECT FROM outside_run o WHERE o.source_id = :source AND o.ended_at IS NULL)
                """)
            .param("id", id).param("source", source).update() == 1;
    }

    /// What a person, or a later run, has decided. False when it was decided already.
    boolean answered(long source, long id) {
        return db.sql("UPDATE outside_run SET state = 'DONE' WHERE id = :id AND source_id = :source AND state = 'ASKING'")
                .param("id", id).param("source", source).update() == 1;
    }

    /// A full run knows better than those before it.
    void overtaken(long source, long by) {
        db.sql("UPDATE outside_run SET state = 'DONE' WHERE source_id = :source AND id < :by AND state = 'ASKING'")
                .param("source", source).param("by", by).update();
    }

    private static void require(int updated) {
        if (updated != 1) throw new IllegalStateException("this run has ended elsewhere");
    }

    private static Run run(ResultSet row, int n) throws SQLException {
        @Nullable Timestamp ended = row.getTimestamp("ended_at");
        return new Run(row.getLong("id"), row.getLong("source_id"), row.getTimestamp("started_at").toInstant(),
                ended == null ? null : ended.toInstant(), row.getString("display_name"), Run.State.valueOf(row.getString("state")),
                row.getBoolean("all_rows"), row.getBoolean("approved"), row.getInt("attempts"), row.getObject("import_id", Long.class), row.getObject("vanishing_id", Long.class),
                row.getInt("read_rows"), row.getInt("success"), row.getInt("unsubscribed"), row.getInt("failure"), row.getInt("other"),
                row.getInt("vanished"), row.getInt("brought"), row.getString("mark"), row.getString("trouble"), row.getString("detail"));
    }
}
