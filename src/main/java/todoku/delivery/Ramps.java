package todoku.delivery;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The warm-ups of this node's addresses, by address and provider. How many mails went out is in the tallies, committed
/// with the verdicts; what a day was like is written every few seconds.
final class Ramps {
    private final JdbcClient db;
    private final WarmupPlan plan;
    private final ZoneId zone;
    private final Map<Key, Ramp> ramps = new ConcurrentHashMap<>();
    private final Map<Key, Ramp.Day> stored = new HashMap<>();

    private record Key(long ip, String provider, LocalDate from) {}

    Ramps(JdbcClient db, WarmupPlan plan, ZoneId zone) {
        this.db = db;
        this.plan = plan;
        this.zone = zone;
    }

    /// Null for an address that is warm.
    @Nullable Ramp of(SendingIp ip, Provider provider, long destination, Instant now) {
        LocalDate from = ip.warmupFrom();
        if (from == null) return null;
        var key = new Key(ip.id(), provider.isDefault() ? Ramp.NOBODYS + destination : provider.key(), from);
        return ramp(key, now);
    }

    private Ramp ramp(Key key, Instant now) {
        return ramps.computeIfAbsent(key, _ -> new Ramp(key.ip(), key.provider(), plan, zone, last(key), now));
    }

    /// Those that had begun when this node stopped.
    void restore(List<SendingIp> ips, Instant now) {
        for (SendingIp ip : ips) {
            LocalDate from = ip.warmupFrom();
            if (from == null) continue;
            db.sql("SELECT DISTINCT provider FROM warmup_day WHERE sending_ip_id = :ip AND day >= :from")
                    .param("ip", ip.id())
                    .param("from", from)
                    .query(String.class)
                    .list()
                    .forEach(provider -> ramp(new Key(ip.id(), provider, from), now));
        }
    }

    List<Ramp> all() {
        return List.copyOf(ramps.values());
    }

    /// Writes what is new. Only one thread may.
    void store(Instant now) {
        List<Key> keys = new ArrayList<>();
        List<Ramp.Day> days = new ArrayList<>();
        ramps.forEach((key, ramp) -> {
            Ramp.Day day = ramp.today(now);
            if (!ramp.isWorthWriting() || day.equals(stored.get(key))) return;
            keys.add(key);
            days.add(day);
        });
        if (keys.isEmpty()) return;
        db.sql("""
                INSERT INTO warmup_day AS w (sending_ip_id, provider, day, step, mails, refused, blocked)
                SELECT v.* FROM unnest(:ip::bigint[], :provider::text[], :day::date[], :step::int[], :mails::int[],
                                       :refused::int[], :blocked::int[]) AS v (ip, provider, day, step, mails, refused, blocked)
                  JOIN sending_ip i ON i.id = v.ip
                ON CONFLICT (sending_ip_id, provider, day) DO UPDATE
                   SET step = EXCLUDED.step, mails = EXCLUDED.mails, refused = EXCLUDED.refused, blocked = EXCLUDED.blocked
                """)
                .param("ip", keys.stream().map(Key::ip).toArray(Long[]::new))
                .param("provider", keys.stream().map(Key::provider).toArray(String[]::new))
                .param("day", days.stream().map(day -> day.day().toString()).toArray(String[]::new))
                .param("step", days.stream().map(Ramp.Day::step).toArray(Integer[]::new))
                .param("mails", days.stream().map(Ramp.Day::mails).toArray(Integer[]::new))
                .param("refused", days.stream().map(Ramp.Day::refused).toArray(Integer[]::new))
                .param("blocked", days.stream().map(Ramp.Day::blocked).toArray(Integer[]::new))
                .update();
        for (int i = 0; i < keys.size(); i++) stored.put(keys.get(i), days.get(i));
    }

    private Ramp.@Nullable Day last(Key key) {
        return db.sql("""
                SELECT day, step, mails, refused, blocked FROM warmup_day
                 WHERE sending_ip_id = :ip AND provider = :provider AND day >= :from ORDER BY day DESC LIMIT 1
                """)
                .param("ip", key.ip())
                .param("provider", key.provider())
                .param("from", key.from())
                .query((row, _) -> new Ramp.Day(
                        row.getObject("day", LocalDate.class), row.getInt("step"), row.getInt("mails"), row.getInt("refused"),
                        row.getInt("blocked")))
                .optional()
                .orElse(null);
    }
}
