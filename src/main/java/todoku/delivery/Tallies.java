package todoku.delivery;

import static java.time.ZoneOffset.UTC;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The tallies of this node in the database. Written with the verdicts, in their transaction, and only where a rule has
/// a limit per hour or day: nobody else pays for it.
final class Tallies {
    private static final Duration HOUR = Duration.ofHours(1);
    /// Longer than any day; older rows are taken away at a start.
    private static final Duration KEPT = Duration.ofHours(48);

    private final JdbcClient db;
    private final long nodeId;
    private final ZoneId zone;
    private final Map<LaneKey, Tally> tallies = new ConcurrentHashMap<>();

    Tallies(JdbcClient db, long nodeId, ZoneId zone) {
        this.db = db;
        this.nodeId = nodeId;
        this.zone = zone;
    }

    Tally of(LaneKey lane) {
        return tallies.computeIfAbsent(lane, key -> new Tally(key, zone));
    }

    /// All that have been given mails since yesterday.
    Set<LaneKey> lanes() {
        return Set.copyOf(tallies.keySet());
    }

    /// What goes into one group.
    record Taken(List<LaneKey> lanes, List<Long> hours, List<Integer> mails) {
        static final Taken NOTHING = new Taken(List.of(), List.of(), List.of());
    }

    /// What a restart would have forgotten; before the first mail.
    void restore(Instant now) {
        db.sql("DELETE FROM lane_tally WHERE node_id = :node AND hour < :long_ago")
                .param("node", nodeId)
                .param("long_ago", now.minus(KEPT).atOffset(UTC))
                .update();
        db.sql("SELECT sending_ip_id, destination_id, extract(epoch FROM hour)::bigint / :seconds AS hour, mails FROM lane_tally WHERE node_id = :node")
                .param("seconds", HOUR.toSeconds())
                .param("node", nodeId)
                .query(row -> {
                    of(new LaneKey(row.getLong("sending_ip_id"), row.getLong("destination_id"))).restore(row.getLong("hour"), row.getInt("mails"));
                });
    }

    static Taken take(Set<Tally> counted) {
        if (counted.isEmpty()) return Taken.NOTHING;
        var taken = new Taken(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (Tally tally : counted) {
            tally.takeUnstored().forEach((hour, mails) -> {
                taken.lanes().add(tally.lane());
                taken.hours().add(hour);
                taken.mails().add(mails);
            });
        }
        return taken;
    }

    /// In the caller's transaction.
    static void store(JdbcClient db, long nodeId, Taken taken) {
        if (taken.lanes().isEmpty()) return;
        db.sql("""
                INSERT INTO lane_tally AS t (node_id, sending_ip_id, destination_id, hour, mails)
                SELECT :node, v.ip, v.destination, to_timestamp(v.hour * :seconds), v.mails
                  FROM unnest(:ip::bigint[], :destination::bigint[], :hour::bigint[], :mails::int[]) AS v (ip, destination, hour, mails)
                ON CONFLICT (node_id, sending_ip_id, destination_id, hour) DO UPDATE SET mails = t.mails + EXCLUDED.mails
                """)
                .param("node", nodeId)
                .param("seconds", HOUR.toSeconds())
                .param("ip", taken.lanes().stream().map(LaneKey::ip).toArray(Long[]::new))
                .param("destination", taken.lanes().stream().map(LaneKey::destination).toArray(Long[]::new))
                .param("hour", taken.hours().toArray(Long[]::new))
                .param("mails", taken.mails().toArray(Integer[]::new))
                .update();
    }
}
