package todoku.delivery;

import static java.time.ZoneOffset.UTC;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mailing.Result;
import todoku.mailing.Results;

/// Ends what has waited too long, also while paused: answered before = failed, never answered = skipped, doubtful =
/// unknown. Only what no living node holds. Of a stopped mailing only the doubtful end; the others stay 未配信 and only
/// their waiting rows go, once no batch needs them to tell who was sent to. Its batches end at once, and whom a dead node had open
/// is named, for nobody claims them any more.
final class Expiry {
    private static final int MAX_AT_ONCE = 2_000;

    private final Database database;
    private final JdbcClient db;
    private final Results results;
    private final Settlement settlement;
    private final long nodeId;

    Expiry(Database database, Results results, Settlement settlement, long nodeId) {
        this.database = database;
        this.db = database.client();
        this.results = results;
        this.settlement = settlement;
        this.nodeId = nodeId;
    }

    void run(Instant now) {
        database.inTransaction(() -> {
            waiting(now);
            batches(now);
        });
    }

    /// What is left of mailings that were stopped.
    void stopped(Instant now) {
        Long[] stopped = stoppedWithBatches();
        database.inTransaction(() -> {
            opened(now);
            if (stopped.length > 0) {
                untouched(stopped);
                left(stopped, now);
            }
        });
    }

    /// Mailings with batches are few, and batches may be very many: from one mailing to the next along the index.
    private Long[] stoppedWithBatches() {
        return db.sql("""
                WITH RECURSIVE waits AS (
                    (SELECT mailing_id FROM delivery_batch WHERE state = 'WAITING' ORDER BY mailing_id LIMIT 1)
                    UNION ALL
                    SELECT n.mailing_id FROM waits w CROSS JOIN LATERAL (
                           SELECT mailing_id FROM delivery_batch b WHERE b.state = 'WAITING' AND b.mailing_id > w.mailing_id
                            ORDER BY b.mailing_id LIMIT 1) n)
                SELECT m.id FROM waits w JOIN mailing m ON m.id = w.mailing_id WHERE m.state = 'STOPPED'
                """)
                .query(Long.class)
                .list()
                .toArray(Long[]::new);
    }

    private void opened(Instant now) {
        settlement.waiting(db.sql("""
                SELECT w.mailing_id, w.no FROM waiting_message w JOIN mailing m ON m.id = w.mailing_id
                 WHERE w.node_id <> :node AND w.opened AND w.leased_until <= clock_timestamp() AND m.state = 'STOPPED'
                 LIMIT :max FOR UPDATE OF w SKIP LOCKED
                """)
                .param("node", nodeId)
                .param("max", MAX_AT_ONCE)
                .query((row, _) -> new Key(row.getLong("mailing_id"), row.getInt("no")))
                .list(), now, _ -> true);
    }

    private void untouched(Long[] stopped) {
        db.sql("""
                UPDATE delivery_batch b SET state = 'ENDED', fence = b.fence + 1 FROM (
                    SELECT id FROM delivery_batch
                     WHERE mailing_id = ANY(:stopped::bigint[]) AND state = 'WAITING' AND node_id IS NULL
                     LIMIT :max FOR UPDATE SKIP LOCKED) v
                 WHERE b.id = v.id
                """)
                .param("stopped", stopped)
                .param("max", MAX_AT_ONCE)
                .update();
    }

    private void left(Long[] stopped, Instant now) {
        List<Expired> left = db.sql("""
                UPDATE delivery_batch b SET state = 'ENDED', fence = b.fence + 1 FROM (
                    SELECT id FROM delivery_batch
                     WHERE mailing_id = ANY(:stopped::bigint[]) AND state = 'WAITING' AND node_id <> :node
                       AND leased_until <= clock_timestamp()
                     LIMIT 10 FOR UPDATE SKIP LOCKED) v
                 WHERE b.id = v.id
                RETURNING b.id, b.mailing_id, b.first_no, b.open_upto, b.last_no, true AS dead
                """)
                .param("stopped", stopped)
                .param("node", nodeId)
                .query(Expiry::expired)
                .list();
        for (Expired batch : left)
            settlement.batch(batch.id(), batch.mailing(), batch.firstNo(), batch.openUpto(), now, _ -> true);
    }

    private void waiting(Instant now) {
        results.record(nodeId, db.sql("""
                WITH gone AS (DELETE FROM waiting_message w USING (
                    SELECT x.mailing_id, x.no, x.opened, m.state = 'STOPPED' AS stopped
                      FROM waiting_message x JOIN mailing m ON m.id = x.mailing_id
                     WHERE x.expires_at <= :now
                       AND (m.state IN ('SENDING', 'PAUSED') AND NOT m.held
                            OR m.state = 'STOPPED' AND m.id NOT IN (
                               SELECT mailing_id FROM delivery_batch WHERE state = 'WAITING' AND node_id IS NOT NULL))
                       AND (x.node_id IS NULL OR (x.node_id <> :node AND x.leased_until <= clock_timestamp()))
                     LIMIT :max FOR UPDATE OF x SKIP LOCKED) v
                 WHERE w.mailing_id = v.mailing_id AND w.no = v.no
                RETURNING w.mailing_id, w.no, w.attempts, w.reply_id, w.doubtful OR v.opened AS doubtful, v.stopped)
                SELECT * FROM gone WHERE doubtful OR NOT stopped
                """)
                .param("now", now.atOffset(UTC))
                .param("node", nodeId)
                .param("max", MAX_AT_ONCE)
                .query((row, _) -> {
                    long reply = row.getLong("reply_id");
                    boolean answered = !row.wasNull();
                    Result.State state = row.getBoolean("doubtful")
                            ? Result.State.UNKNOWN
                            : answered ? Result.State.FAILED : Result.State.SKIPPED;
                    return new Result(
                            new MailingId(row.getLong("mailing_id")),
                            row.getInt("no"),
                            state,
                            Reason.EXPIRED,
                            answered ? reply : null,
                            row.getInt("attempts"),
                            now);
                })
                .list());
    }

    private record Expired(long id, MailingId mailing, int firstNo, int openUpto, int lastNo, boolean dead) {}

    private static Expired expired(ResultSet row, int n) throws SQLException {
        return new Expired(
                row.getLong("id"),
                new MailingId(row.getLong("mailing_id")),
                row.getInt("first_no"),
                row.getInt("open_upto"),
                row.getInt("last_no"),
                row.getBoolean("dead"));
    }

    private void batches(Instant now) {
        List<Expired> expired = db.sql("""
                UPDATE delivery_batch b SET state = 'ENDED', fence = b.fence + 1 FROM (
                    SELECT x.id, x.node_id IS NOT NULL AS dead FROM delivery_batch x JOIN mailing m ON m.id = x.mailing_id
                     WHERE x.state = 'WAITING' AND x.expires_at <= :now
                       AND (x.node_id IS NULL OR (x.node_id <> :node AND x.leased_until <= clock_timestamp()))
                       AND m.state IN ('SENDING', 'PAUSED') AND NOT m.held
                     LIMIT 10 FOR UPDATE OF x SKIP LOCKED) v
                 WHERE b.id = v.id
                RETURNING b.id, b.mailing_id, b.first_no, b.open_upto, b.last_no, v.dead
                """)
                .param("now", now.atOffset(UTC))
                .param("node", nodeId)
                .query(Expiry::expired)
                .list();
        for (Expired batch : expired) {
            if (batch.dead())
                settlement.batch(batch.id(), batch.mailing(), batch.firstNo(), batch.openUpto(), now, _ -> true);
            results.record(nodeId, db.sql("""
                    SELECT no FROM mailing_recipient WHERE mailing_id = :mailing AND no > :upto AND no <= :last ORDER BY no
                    """)
                    .param("mailing", batch.mailing().value())
                    .param("upto", batch.openUpto())
                    .param("last", batch.lastNo())
                    .query((row, _) -> new Result(
                            batch.mailing(), row.getInt("no"), Result.State.SKIPPED, Reason.EXPIRED, null, 0, now))
                    .list());
        }
    }
}
