package todoku.delivery;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;

/// The time of the day in which one provider's customers get only what they wait for: minutes since midnight, from
/// inclusive, to exclusive, on the clocks of the installation's zone. They may lie around midnight.
record QuietHours(int from, int to) {
    private static final int DAY_MINUTES = 24 * 60;

    static QuietHours of(Rule rule) {
        return new QuietHours(rule.get(RuleField.QUIET_FROM), rule.get(RuleField.QUIET_TO));
    }

    /// One time of quiet.
    record Stretch(Instant since, Instant until) {}

    /// The one that this moment is in; null when it is in none.
    @Nullable Stretch at(Instant moment, ZoneId zone) {
        if (from == to) return null;
        ZonedDateTime there = moment.atZone(zone);
        int minute = there.getHour() * 60 + there.getMinute();
        int since = Math.floorMod(minute - from, DAY_MINUTES);
        if (since >= Math.floorMod(to - from, DAY_MINUTES)) return null;
        LocalDate began = minute >= from ? there.toLocalDate() : there.toLocalDate().minusDays(1);
        LocalDate ends = to > from ? began : began.plusDays(1);
        return new Stretch(on(began, from, zone), on(ends, to, zone));
    }

    private static Instant on(LocalDate day, int minute, ZoneId zone) {
        return day.atTime(minute / 60, minute % 60).atZone(zone).toInstant();
    }
}
