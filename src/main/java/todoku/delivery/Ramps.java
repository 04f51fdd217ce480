package todoku.delivery;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
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

    /// Days of a course that are shown: two weeks are read at a glance.
    private static final int SHOWN_DAYS = 14;
    /// Of these so many have been.
    private static final int PAST_DAYS = 9;

    /// What was stored, today as it stands, and the days to come by the plan.
    WarmupCourse course(SendingIp ip, String provider, Warmup today) {
        LocalDate on = today.next().atZone(zone).toLocalDate().minusDays(1);
        LocalDate begun = Objects.requireNonNull(ip.warmupFrom());
        LocalDate first = begun.isAfter(on) ? on : begun.isBefore(on.minusDays(PAST_DAYS)) ? on.minusDays(PAST_DAYS) : begun;
        Map<LocalDate, Ramp.Day> known = db.sql("""
                SELECT day, step, mails, refused, blocked FROM warmup_day
                 WHERE sending_ip_id = :ip AND provider = :provider AND day >= :from AND day < :today
                """)
                .param("ip", ip.id())
                .param("provider", provider)
                .param("from", first)
                .param("today", on)
                .query((row, _) -> day(row))
                .list()
                .stream()
                .collect(Collectors.toMap(Ramp.Day::day, day -> day));
        List<WarmupCourse.Day> days = new ArrayList<>();
        int step = known.values().stream().mapToInt(Ramp.Day::step).min().orElse(today.day() - 1);
        for (LocalDate day = first; day.isBefore(on); day = day.plusDays(1)) {
            Ramp.Day was = known.get(day);
            if (was != null) step = was.step();
            days.add(new WarmupCourse.Day(day, plan.mails(provider, step), was == null ? 0 : was.mails()));
        }
        days.add(new WarmupCourse.Day(on, today.limit(), today.mails()));
        for (int ahead = 1; days.size() < SHOWN_DAYS; ahead++) {
            int limit = plan.mails(provider, today.day() - 1 + ahead);
            if (limit == 0) break;
            days.add(new WarmupCourse.Day(on.plusDays(ahead), limit, null));
        }
        return new WarmupCourse(today, days);
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
                .query((row, _) -> day(row))
                .optional()
                .orElse(null);
    }

    private static Ramp.Day day(ResultSet row) throws SQLException {
        return new Ramp.Day(
                row.getObject("day", LocalDate.class), row.getInt("step"), row.getInt("mails"), row.getInt("refused"),
                row.getInt("blocked"));
    }
}
