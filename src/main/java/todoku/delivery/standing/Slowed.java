package todoku.delivery.standing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.delivery.Why;

/// What slows destinations down, as the nodes that are there have written it: of several addresses the one that allows most,
/// because mail goes by that one.
final class Slowed {
    private static final long ANY_POOL = 0;

    private final JdbcClient db;

    Slowed(JdbcClient db) {
        this.db = db;
    }

    /// By destination, whatever the pool.
    Map<Long, Why> of(Collection<Long> destinations) {
        return of(destinations, ANY_POOL);
    }

    /// By destination, for mail of this pool.
    Map<Long, Why> of(Collection<Long> destinations, long pool) {
        Map<Long, Why> slowed = new HashMap<>();
        if (pool != ANY_POOL && isWithoutAddress(pool)) {
            destinations.forEach(id -> slowed.put(id, Why.allOut(Instant.EPOCH)));
            return slowed;
        }
        db.sql("""
                SELECT l.* FROM lane_why l JOIN node n ON n.id = l.node_id
                  JOIN sending_ip own ON own.id = l.sending_ip_id AND (:pool = 0 OR own.pool_id = :pool)
                 WHERE l.destination_id = ANY(:destinations::bigint[]) AND n.seen_at > clock_timestamp() - :silent::interval
                   -- Another address of the same pool goes on: then nobody waits for this one.
                   AND NOT EXISTS (
                       SELECT FROM sending_ip i JOIN sending_ip o ON o.pool_id = i.pool_id AND o.state = 'IN_USE'
                        WHERE i.id = l.sending_ip_id
                          AND NOT EXISTS (SELECT FROM lane_why x
                                           WHERE x.destination_id = l.destination_id AND x.sending_ip_id = o.id))
                 ORDER BY l.destination_id, l.connections_since DESC, l.until NULLS LAST
                """)
                .param("destinations", destinations.toArray(Long[]::new))
                .param("pool", pool)
                .param("silent", Standings.SILENT.toString())
                .query(row -> {
                    slowed.putIfAbsent(row.getLong("destination_id"), why(row));
                });
        return slowed;
    }

    private boolean isWithoutAddress(long pool) {
        return db.sql("SELECT NOT EXISTS (SELECT FROM sending_ip WHERE pool_id = :pool AND state = 'IN_USE')")
                .param("pool", pool)
                .query(Boolean.class)
                .single();
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
