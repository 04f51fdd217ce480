package todoku.delivery;

import static java.time.ZoneOffset.UTC;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Finds the destinations that have work now, and for which pool. The question costs a step per destination with work, and nothing for those
/// without, nor for mailings that are paused.
final class WorkFinder {
    private final JdbcClient db;

    WorkFinder(JdbcClient db) {
        this.db = db;
    }

    /// @param pool whose addresses may take it; 0 where nobody asks
    /// @param priority of its most urgent work
    /// @param hosts that serve it, as [Carrier.Served.By] has them; null when nobody knows
    record Busy(long id, long pool, String name, @Nullable String hosts, int priority) {}

    /// What one destination has before it.
    record Queued(long fresh, long again) {
        static final Queued NOTHING = new Queued(0, 0);
    }

    /// By destination, of everything that is being sent; for pages.
    Map<Long, Queued> queued() {
        Map<Long, Queued> all = new HashMap<>();
        db.sql("""
                SELECT destination_id, sum(fresh) AS fresh, sum(again) AS again FROM (
                    SELECT b.destination_id, b.last_no - greatest(b.open_upto, b.first_no - 1) AS fresh, 0 AS again
                      FROM delivery_batch b JOIN mailing m ON m.id = b.mailing_id
                     WHERE b.state = 'WAITING' AND m.state = 'SENDING' AND NOT m.held
                    UNION ALL
                    SELECT w.destination_id, 0, count(*) FROM waiting_message w JOIN mailing m ON m.id = w.mailing_id
                     WHERE m.state = 'SENDING' AND NOT m.held GROUP BY w.destination_id) v
                 GROUP BY destination_id
                """).query(row -> {
            all.put(row.getLong("destination_id"), new Queued(row.getLong("fresh"), row.getLong("again")));
        });
        return all;
    }

    /// These, as they are called now, busy or not.
    List<Busy> named(Collection<Long> destinations) {
        return db.sql("SELECT id, name, hosts FROM destination WHERE id = ANY(:ids::bigint[])")
                .param("ids", destinations.toArray(Long[]::new))
                .query((row, _) -> new Busy(row.getLong("id"), 0, row.getString("name"), row.getString("hosts"), Integer.MAX_VALUE))
                .list();
    }

    List<Busy> busy(Instant now) {
        return db.sql("""
                WITH RECURSIVE batch_at AS (
                    SELECT m.id AS mailing_id, m.priority, m.open_stage, n.destination_id FROM mailing m
                     CROSS JOIN LATERAL (
                           SELECT b.destination_id FROM delivery_batch b WHERE b.mailing_id = m.id AND b.state = 'WAITING'
                            ORDER BY b.destination_id LIMIT 1) n
                     WHERE m.state = 'SENDING' AND NOT m.held
                    UNION ALL
                    SELECT a.mailing_id, a.priority, a.open_stage, n.destination_id FROM batch_at a
                     CROSS JOIN LATERAL (
                           SELECT b.destination_id FROM delivery_batch b
                            WHERE b.mailing_id = a.mailing_id AND b.state = 'WAITING' AND b.destination_id > a.destination_id
                            ORDER BY b.destination_id LIMIT 1) n),
                waiting_at AS (
                    (SELECT w.destination_id, w.pool_id, w.priority FROM waiting_message w
                      ORDER BY w.destination_id, w.pool_id, w.priority LIMIT 1)
                    UNION ALL
                    SELECT n.destination_id, n.pool_id, n.priority FROM waiting_at a
                     CROSS JOIN LATERAL (
                           SELECT w.destination_id, w.pool_id, w.priority FROM waiting_message w
                            WHERE (w.destination_id, w.pool_id, w.priority) > (a.destination_id, a.pool_id, a.priority)
                            ORDER BY w.destination_id, w.pool_id, w.priority LIMIT 1) n),
                work AS (
                    SELECT a.destination_id, n.pool_id, a.priority FROM batch_at a
                     CROSS JOIN LATERAL (
                           SELECT b.pool_id FROM delivery_batch b
                            WHERE b.mailing_id = a.mailing_id AND b.destination_id = a.destination_id
                              AND b.state = 'WAITING' AND b.stage <= a.open_stage AND b.not_before <= :now
                              AND b.leased_until <= clock_timestamp() LIMIT 1) n
                    UNION ALL
                    SELECT a.destination_id, a.pool_id, a.priority FROM waiting_at a
                     WHERE EXISTS (SELECT FROM waiting_message w JOIN mailing m ON m.id = w.mailing_id
                                    WHERE w.destination_id = a.destination_id AND w.pool_id = a.pool_id AND w.priority = a.priority
                                      AND w.due_at <= :now
                                      AND w.leased_until <= clock_timestamp() AND m.state = 'SENDING' AND NOT m.held))
                SELECT d.id, w.pool_id, d.name, d.hosts, min(w.priority) AS priority
                  FROM work w JOIN destination d ON d.id = w.destination_id GROUP BY d.id, w.pool_id
                """)
                .param("now", now.atOffset(UTC))
                .query((row, _) -> new Busy(
                        row.getLong("id"), row.getLong("pool_id"), row.getString("name"), row.getString("hosts"), row.getInt("priority")))
                .list();
    }

    /// 応答待ち: how many of a mailing are open, from the mark to the committed verdict, on all nodes.
    int open(long mailing) {
        return db.sql("""
                SELECT coalesce(sum(b.open_upto - b.first_no + 1 - ended.n - waiting.n), 0)
                       + (SELECT count(*) FROM waiting_message w WHERE w.mailing_id = :mailing AND w.opened)
                  FROM delivery_batch b
                 CROSS JOIN LATERAL (SELECT count(*) AS n FROM recipient_result r
                                      WHERE r.mailing_id = :mailing AND r.no BETWEEN b.first_no AND b.open_upto) ended
                 CROSS JOIN LATERAL (SELECT count(*) AS n FROM waiting_message w
                                      WHERE w.mailing_id = :mailing AND w.no BETWEEN b.first_no AND b.open_upto) waiting
                 WHERE b.mailing_id = :mailing AND b.state = 'WAITING' AND b.node_id IS NOT NULL
                """)
                .param("mailing", mailing)
                .query(Integer.class)
                .single();
    }
}
