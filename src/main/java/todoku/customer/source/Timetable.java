package todoku.customer.source;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;

/// When a source is due, and whether everything is read then.
final class Timetable {
    /// A source that says what changed is read whole so often all the same: only then it is seen who vanished.
    static final Duration ALL_EVERY = Duration.ofDays(7);

    private Timetable() {}

    /// @param last the start of the last run; null: there was none
    static boolean isDue(Source source, @Nullable Instant last, Instant now, ZoneId zone) {
        Instant from = last == null || source.changedAt().isAfter(last) ? source.changedAt() : last;
        return switch (source.schedule().every()) {
            case OFF -> false;
            case HOURS -> !from.plus(Duration.ofHours(source.schedule().hours())).isAfter(now);
            case DAILY -> !next(from, source, zone).isAfter(now);
        };
    }

    /// The first time of day behind a moment.
    private static Instant next(Instant from, Source source, ZoneId zone) {
        ZonedDateTime day = from.atZone(zone);
        ZonedDateTime at = day.with(source.schedule().at());
        return (at.isAfter(day) ? at : day.plusDays(1).with(source.schedule().at())).toInstant();
    }

    static boolean readsAll(Source source, Instant now) {
        return source.changedSince() == null || source.mark() == null || source.fullAt() == null
                || !source.fullAt().plus(ALL_EVERY).isAfter(now);
    }
}
