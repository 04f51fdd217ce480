package todoku.report;

import static java.time.ZoneOffset.UTC;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Deque;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.database.Database;

/// The installation at a glance.
@Component
public class Overview {
    private static final Duration RATE_WINDOW = Duration.ofMinutes(1);

    private final JdbcClient db;
    private final InstantSource clock;
    private final ZoneId zone;
    private final Deque<Sample> samples = new ArrayDeque<>();

    private record Sample(Instant at, long done) {}

    Overview(Database database, InstantSource clock, ZoneId zone) {
        this.db = database.client();
        this.clock = clock;
        this.zone = zone;
    }

    /// The engine in two figures.
    ///
    /// @param remaining of what is being sent; a paused campaign, or one that a restore holds, waits for a person
    /// @param perHour measured over the last minute in which somebody looked
    public record Now(long remaining, long perHour, int running) {}

    /// The figures of the home page.
    public record Figures(long deliveredToday, long remaining, long perHour, long customers, long delivered30, long failed30) {}

    Now now() {
        record Row(long remaining, long done, int running) {}
        Row row = db.sql(
                        """
                        SELECT coalesce(sum(m.planned - p.done) FILTER (WHERE m.state = 'SENDING' AND NOT m.held), 0) AS remaining,
                               coalesce(sum(p.done), 0) AS done, count(*) FILTER (WHERE m.state = 'SENDING' AND NOT m.held) AS running
                          FROM mailing m CROSS JOIN LATERAL (
                               SELECT coalesce(sum(delivered + failed + skipped + unknown), 0) AS done
                                 FROM mailing_progress WHERE mailing_id = m.id) p
                         WHERE m.state IN ('SENDING', 'PAUSED') OR m.ended_at > :since
                        """)
                .param("since", clock.instant().minus(RATE_WINDOW.multipliedBy(10)).atOffset(UTC))
                .query((r, n) -> new Row(r.getLong(1), r.getLong(2), r.getInt(3)))
                .single();
        return new Now(row.remaining(), row.running() == 0 ? 0 : perHour(row.done()), row.running());
    }

    private synchronized long perHour(long done) {
        Instant now = clock.instant();
        while (!samples.isEmpty()
                && (samples.peekFirst().at().isBefore(now.minus(RATE_WINDOW)) || samples.peekFirst().done() > done))
            samples.removeFirst();
        samples.addLast(new Sample(now, done));
        Sample first = samples.peekFirst();
        long millis = Duration.between(first.at(), now).toMillis();
        return millis == 0 ? 0 : (done - first.done()) * Duration.ofHours(1).toMillis() / millis;
    }

    /// Counted from the roll-ups, never from the results themselves.
    Figures figures() {
        Now now = now();
        Instant today = clock.instant().atZone(zone).toLocalDate().atStartOfDay(zone).toInstant();
        return db.sql(
                        """
                        SELECT coalesce(sum(p.delivered) FILTER (WHERE m.started_at >= :today), 0),
                               coalesce(sum(p.delivered), 0), coalesce(sum(p.failed), 0),
                               (SELECT count(*) FROM customer)
                          FROM mailing m JOIN mailing_progress p ON p.mailing_id = m.id
                         WHERE m.started_at >= :month AND m.kind <> 'TEST'
                        """)
                .param("today", today.atOffset(UTC))
                .param("month", today.minus(Duration.ofDays(30)).atOffset(UTC))
                .query((row, n) -> new Figures(
                        row.getLong(1), now.remaining(), now.perHour(), row.getLong(4), row.getLong(2), row.getLong(3)))
                .single();
    }
}
