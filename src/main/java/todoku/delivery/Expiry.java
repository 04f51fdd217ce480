package todoku.delivery;

import static java.time.ZoneOffset.UTC;

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
/// their waiting rows go, once no batch needs them to tell who was sent to.
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
                .query((row, _) -> new Expired(
                        row.getLong("id"),
                        new MailingId(row.getLong("mailing_id")),
                        row.getInt("first_no"),
                        row.getInt("open_upto"),
                        row.getInt("last_no"),
                        row.getBoolean("dead")))
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
