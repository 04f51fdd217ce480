package todoku.delivery.standing;

import static java.time.ZoneOffset.UTC;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.delivery.Why;
import todoku.mailing.Mailings;

/// What slows destinations down, as the nodes that are there have written it: of several addresses the one that allows most,
/// because mail goes by that one.
final class Slowed {
    private static final long ANY_POOL = 0;
    private static final int LEAST_URGENT = Integer.MAX_VALUE;
    private static final String[] LIMITS =
            Arrays.stream(Why.What.values()).filter(Why.What::isLimit).map(Why.What::name).toArray(String[]::new);

    private final JdbcClient db;
    private final InstantSource clock;

    Slowed(JdbcClient db, InstantSource clock) {
        this.db = db;
        this.clock = clock;
    }

    /// By destination, whatever the pool and the priority.
    Map<Long, Why> of(Collection<Long> destinations) {
        return of(destinations, ANY_POOL, LEAST_URGENT);
    }

    /// By destination, for mail of this pool and priority.
    Map<Long, Why> of(Collection<Long> destinations, long pool, int priority) {
        Map<Long, Why> slowed = new HashMap<>();
        Why without = pool == ANY_POOL ? null : withoutAddress(pool);
        if (without != null) {
            destinations.forEach(id -> slowed.put(id, without));
            return slowed;
        }
        db.sql("""
                WITH slow AS (
                    SELECT l.*, CASE WHEN l.what = ANY(:limits::text[]) THEN 0 ELSE l.connections_since END AS allowed FROM lane_why l
                     WHERE l.destination_id = ANY(:destinations::bigint[]) AND (l.what <> 'QUIET_HOURS' OR :priority > :urgent)
                       -- A limit is over at its time, also where no work has asked about it since.
                       AND NOT (l.what = ANY(:limits::text[]) AND l.until <= :now))
                SELECT l.* FROM slow l JOIN node n ON n.id = l.node_id
                  JOIN sending_ip own ON own.id = l.sending_ip_id AND (:pool = 0 OR own.pool_id = :pool)
                 WHERE n.seen_at > clock_timestamp() - :silent::interval
                   -- Another address of the same pool goes on: then nobody waits for this one.
                   AND NOT EXISTS (
                       SELECT FROM sending_ip i JOIN sending_ip o ON o.pool_id = i.pool_id AND o.state = 'IN_USE' AND o.missing_since IS NULL
                        WHERE i.id = l.sending_ip_id
                          AND NOT EXISTS (SELECT FROM slow x
                                           WHERE x.destination_id = l.destination_id AND x.sending_ip_id = o.id))
                 ORDER BY l.destination_id, l.allowed DESC, l.until NULLS LAST
                """)
                .param("destinations", destinations.toArray(Long[]::new))
                .param("pool", pool)
                .param("priority", priority)
                .param("urgent", Mailings.LAST_URGENT_PRIORITY)
                .param("limits", LIMITS)
                .param("now", clock.instant().atOffset(UTC))
                .param("silent", Standings.SILENT.toString())
                .query(row -> {
                    slowed.putIfAbsent(row.getLong("destination_id"), why(row));
                });
        return slowed;
    }

    /// The names of destinations, the latest first. A limit counts only where something waits for its end.
    List<String> names(int most) {
        return db.sql("""
                SELECT d.name FROM destination d JOIN (
                       SELECT l.destination_id, max(l.since) AS since FROM lane_why l JOIN node n ON n.id = l.node_id
                        WHERE n.seen_at > clock_timestamp() - :silent::interval
                          AND (l.what <> ALL(:limits::text[])
                               OR l.until > :now
                                  AND (EXISTS (SELECT FROM delivery_batch b WHERE b.destination_id = l.destination_id AND b.state = 'WAITING')
                                       OR EXISTS (SELECT FROM waiting_message w WHERE w.destination_id = l.destination_id)))
                        GROUP BY 1) l ON l.destination_id = d.id
                 ORDER BY l.since DESC, d.name LIMIT :most
                """)
                .param("silent", Standings.SILENT.toString())
                .param("limits", LIMITS)
                .param("now", clock.instant().atOffset(UTC))
                .param("most", most)
                .query(String.class)
                .list();
    }

    /// Why no address of this pool sends; null when one may.
    private @Nullable Why withoutAddress(long pool) {
        record Pool(boolean usable, @Nullable Instant missing) {}
        Pool found = db.sql("""
                SELECT count(*) FILTER (WHERE missing_since IS NULL) > 0 AS usable, min(missing_since) AS missing
                  FROM sending_ip WHERE pool_id = :pool AND state = 'IN_USE'
                """)
                .param("pool", pool)
                .query((row, _) -> new Pool(row.getBoolean("usable"), MailingRow.instant(row, "missing")))
                .single();
        if (found.usable()) return null;
        return found.missing() == null ? Why.allOut(Instant.EPOCH) : Why.allMissing(found.missing());
    }

    private static Why why(ResultSet row) throws SQLException {
        @Nullable Instant until = MailingRow.instant(row, "until");
        return new Why(
                Why.What.valueOf(row.getString("what")),
                row.getString("reply"),
                row.getString("rule"),
                row.getObject("since", OffsetDateTime.class).toInstant(),
                until,
                row.getInt("connections_before"),
                row.getInt("connections_since"));
    }
}
