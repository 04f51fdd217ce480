package todoku.event;

import static java.time.ZoneOffset.UTC;

import java.time.Instant;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/// A restored database begins a new epoch: its transaction numbers begin again, and it does not know what was done after
/// the backup. The server is named by its system identifier and timeline: a restore changes one of them.
public final class Epochs {
    private final JdbcClient db;

    public Epochs(JdbcClient db) {
        this.db = db;
    }

    private record Server(String systemIdentifier, String timeline) {}

    /// Notes where the database lives, in the caller's transaction. True when it has lived somewhere else before: then a
    /// new epoch has begun.
    public boolean settle(Instant now) {
        db.sql("LOCK TABLE epoch IN EXCLUSIVE MODE").update(); // two nodes may start at once
        Server here = server();
        Optional<Server> before = db.sql("SELECT system_identifier, timeline FROM epoch ORDER BY epoch DESC LIMIT 1")
                .query((row, _) -> new Server(row.getString("system_identifier"), row.getString("timeline")))
                .optional();
        if (before.isPresent() && before.get().equals(here)) return false;
        begin(here, now);
        return before.isPresent();
    }

    /// Begins a new epoch although the server is the same: somebody knows more than the database. In the caller's
    /// transaction.
    public void begin(Instant now) {
        begin(server(), now);
    }

    /// The rows come from a backup: whichever server this is, the next [#settle] finds that they have lived elsewhere. In the
    /// caller's transaction.
    public void cameFromBackup(Instant now) {
        db.sql("""
                INSERT INTO epoch (epoch, system_identifier, timeline, since)
                SELECT coalesce(max(epoch), 0) + 1, 'a backup', '', :now FROM epoch
                """).param("now", now.atOffset(UTC)).update();
    }

    private void begin(Server here, Instant now) {
        int epoch = db.sql("""
                INSERT INTO epoch (epoch, system_identifier, timeline, since)
                SELECT coalesce(max(epoch), 0) + 1, :system, :timeline, :now FROM epoch RETURNING epoch
                """)
                .param("system", here.systemIdentifier())
                .param("timeline", here.timeline())
                .param("now", now.atOffset(UTC))
                .query(Integer.class)
                .single();
        // Whoever writes an event takes the epoch from here; the number is ours, no statement takes a parameter there.
        if (epoch > 1) db.sql("ALTER TABLE event ALTER COLUMN epoch SET DEFAULT " + epoch).update();
    }

    private Server server() {
        return db.sql("""
                SELECT system_identifier::text AS system, left(pg_walfile_name(pg_current_wal_lsn()), 8) AS timeline
                  FROM pg_control_system()
                """)
                .query((row, _) -> new Server(row.getString("system"), row.getString("timeline")))
                .single();
    }
}
