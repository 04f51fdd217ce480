package todoku.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// How many mails one lane has been given, by hour: what limits per hour and per day need. Stored with the
/// verdicts where there is such a limit, so a restart does not begin at nothing. Safe for many threads.
final class Tally {
    private static final long HOUR_SECONDS = Duration.ofHours(1).toSeconds();
    /// Longer than any day.
    private static final int KEPT_HOURS = 26;

    private final LaneKey lane;
    private final ZoneId zone;
    private final TreeMap<Long, Integer> byHour = new TreeMap<>();
    private final Map<Long, Integer> unstored = new HashMap<>();

    /// @param zone decides what a day is
    Tally(LaneKey lane, ZoneId zone) {
        this.lane = lane;
        this.zone = zone;
    }

    LaneKey lane() {
        return lane;
    }

    ZoneId zone() {
        return zone;
    }

    synchronized void add(int mails, Instant now) {
        long hour = hour(now);
        byHour.merge(hour, mails, Integer::sum);
        unstored.merge(hour, mails, Integer::sum);
        if (byHour.size() <= KEPT_HOURS) return;
        byHour.headMap(hour - KEPT_HOURS).clear();
        unstored.keySet().retainAll(byHour.keySet());
    }

    /// Counts what another has counted, too; it need not be stored once more.
    void addAll(Tally other) {
        Map<Long, Integer> hours = other.hours();
        synchronized (this) {
            hours.forEach((hour, mails) -> byHour.merge(hour, mails, Integer::sum));
        }
    }

    private synchronized Map<Long, Integer> hours() {
        return new TreeMap<>(byHour);
    }

    synchronized int thisHour(Instant now) {
        return Math.max(0, byHour.getOrDefault(hour(now), 0));
    }

    synchronized int today(Instant now) {
        long first = hour(now.atZone(zone).toLocalDate().atStartOfDay(zone).toInstant());
        return Math.max(0, byHour.tailMap(first).values().stream().mapToInt(Integer::intValue).sum());
    }

    /// Whole hours only.
    synchronized int since(Instant from) {
        return Math.max(0, byHour.tailMap(hour(from)).values().stream().mapToInt(Integer::intValue).sum());
    }

    Instant nextHour(Instant now) {
        return Instant.ofEpochSecond((hour(now) + 1) * HOUR_SECONDS);
    }

    Instant nextDay(Instant now) {
        return now.atZone(zone).toLocalDate().plusDays(1).atStartOfDay(zone).toInstant();
    }

    /// What the database does not know yet, by hour since 1970: to be stored now.
    synchronized Map<Long, Integer> takeUnstored() {
        Map<Long, Integer> taken = new TreeMap<>(unstored);
        taken.values().removeIf(mails -> mails == 0);
        unstored.clear();
        return taken;
    }

    /// What the database knew at the start.
    synchronized void restore(long hour, int mails) {
        byHour.merge(hour, mails, Integer::sum);
    }

    private static long hour(Instant at) {
        return Math.floorDiv(at.getEpochSecond(), HOUR_SECONDS);
    }
}
