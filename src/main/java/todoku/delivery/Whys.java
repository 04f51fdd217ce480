package todoku.delivery;

import static java.time.ZoneOffset.UTC;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/// What slows this node's lanes down, as others may read it, and as a restart finds it again.
final class Whys {
    /// Who rested longer ago has forgotten us: no mail tries first.
    private static final Duration KEPT = Duration.ofDays(1);

    private final JdbcClient db;
    private final long nodeId;
    private final Map<LaneKey, Why> stored = new HashMap<>();

    Whys(JdbcClient db, long nodeId) {
        this.db = db;
        this.nodeId = nodeId;
    }

    /// What was so when this node stopped, by lane.
    Map<LaneKey, Why> load(Instant now) {
        db.sql("""
                DELETE FROM lane_why
                 WHERE node_id = :node
                   AND (since < :long_ago OR connections_since > 0 AND what <> 'PROBING' AND (until IS NULL OR until <= :now))
                """)
                .param("node", nodeId)
                .param("long_ago", now.minus(KEPT).atOffset(UTC))
                .param("now", now.atOffset(UTC))
                .update();
        db.sql("""
                SELECT sending_ip_id, destination_id, what, reply, rule, since, until, connections_before, connections_since
                  FROM lane_why WHERE node_id = :node
                """).param("node", nodeId).query(row -> {
            Timestamp until = row.getTimestamp("until");
            stored.put(
                    new LaneKey(row.getLong("sending_ip_id"), row.getLong("destination_id")),
                    new Why(
                            Why.What.valueOf(row.getString("what")),
                            row.getString("reply"),
                            row.getString("rule"),
                            row.getTimestamp("since").toInstant(),
                            until == null ? null : until.toInstant(),
                            row.getInt("connections_before"),
                            row.getInt("connections_since")));
        });
        return Map.copyOf(stored);
    }

    /// Writes what is new. Only one thread may.
    void store(Collection<Pace> paces) {
        List<LaneKey> gone = new ArrayList<>();
        Map<LaneKey, Why> fresh = new HashMap<>();
        for (Pace pace : paces) {
            Why now = pace.why();
            if (now == null) {
                if (stored.containsKey(pace.lane())) gone.add(pace.lane());
            } else if (!now.equals(stored.get(pace.lane()))) {
                fresh.put(pace.lane(), now);
            }
        }
        if (!gone.isEmpty()) forget(gone);
        if (!fresh.isEmpty()) write(fresh);
        gone.forEach(stored::remove);
        stored.putAll(fresh);
    }

    private void forget(List<LaneKey> lanes) {
        db.sql("""
                DELETE FROM lane_why w USING unnest(:ip::bigint[], :destination::bigint[]) AS v (ip, destination)
                 WHERE w.node_id = :node AND w.sending_ip_id = v.ip AND w.destination_id = v.destination
                """)
                .param("node", nodeId)
                .param("ip", ips(lanes))
                .param("destination", destinations(lanes))
                .update();
    }

    private void write(Map<LaneKey, Why> fresh) {
        List<LaneKey> lanes = List.copyOf(fresh.keySet());
        List<Why> whys = lanes.stream().map(fresh::get).toList();
        db.sql("""
                INSERT INTO lane_why (node_id, sending_ip_id, destination_id, what, reply, rule, since, until, connections_before,
                                      connections_since)
                SELECT :node, v.* FROM unnest(:ip::bigint[], :destination::bigint[], :what::text[], :reply::text[], :rule::text[],
                           :since::timestamptz[], :until::timestamptz[], :before::int[], :after::int[]) AS v
                ON CONFLICT (node_id, sending_ip_id, destination_id) DO UPDATE
                   SET what = EXCLUDED.what, reply = EXCLUDED.reply, rule = EXCLUDED.rule, since = EXCLUDED.since,
                       until = EXCLUDED.until, connections_before = EXCLUDED.connections_before,
                       connections_since = EXCLUDED.connections_since
                """)
                .param("node", nodeId)
                .param("ip", ips(lanes))
                .param("destination", destinations(lanes))
                .param("what", whys.stream().map(why -> why.what().name()).toArray(String[]::new))
                .param("reply", whys.stream().map(Why::reply).toArray(String[]::new))
                .param("rule", whys.stream().map(Why::rule).toArray(String[]::new))
                .param("since", whys.stream().map(why -> written(why.since())).toArray(String[]::new))
                .param("until", whys.stream().map(why -> written(why.until())).toArray(String[]::new))
                .param("before", whys.stream().map(Why::from).toArray(Integer[]::new))
                .param("after", whys.stream().map(Why::to).toArray(Integer[]::new))
                .update();
    }

    private static Long[] ips(List<LaneKey> lanes) {
        return lanes.stream().map(LaneKey::ip).toArray(Long[]::new);
    }

    private static Long[] destinations(List<LaneKey> lanes) {
        return lanes.stream().map(LaneKey::destination).toArray(Long[]::new);
    }

    private static @Nullable String written(@Nullable Instant at) {
        return at == null ? null : at.atOffset(UTC).toString();
    }
}
