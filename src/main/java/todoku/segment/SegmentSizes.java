package todoku.segment;

import java.sql.Date;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;

/// How many met each saved segment on each day: counted exactly once a day, and again when it is saved.
public final class SegmentSizes {
    /// 「30日」.
    static final int SHOWN_DAYS = 30;

    /// A year can be compared with the year before.
    private static final int KEPT_DAYS = 800;

    private final Database database;
    private final JdbcClient db;
    private final Segments segments;
    private final Rules rules;
    private final Tally tally;
    private final InstantSource clock;
    private final ZoneId zone;

    /// @param zone decides when a day begins
    public SegmentSizes(Database database, Segments segments, Rules rules, Tally tally, InstantSource clock, ZoneId zone) {
        this.database = database;
        this.db = database.client();
        this.segments = segments;
        this.rules = rules;
        this.tally = tally;
        this.clock = clock;
        this.zone = zone;
    }

    /// Those who met it on a day.
    public record Day(LocalDate day, int people) {}

    /// Counts the segments that were not counted today as they stand. One that takes too long, or asks for something that is
    /// no more, has no number on that day.
    public void look() {
        LocalDate today = today();
        List<Long> open = db.sql("""
                SELECT s.id FROM segment s
                 WHERE NOT EXISTS (SELECT FROM segment_size z WHERE z.segment_id = s.id AND z.day = :today AND z.version = s.version)
                 ORDER BY s.id
                """).param("today", Date.valueOf(today)).query(Long.class).list();
        for (long id : open) {
            Optional<Segment> segment = segments.find(id).filter(each -> rules.problems(each.rule()).isEmpty());
            segment.flatMap(each -> tally.exactly(each.rule())).ifPresent(people -> keep(segment.get(), people));
        }
        if (!open.isEmpty())
            db.sql("DELETE FROM segment_size WHERE day < :gone").param("gone", Date.valueOf(today.minusDays(KEPT_DAYS))).update();
    }

    /// Nothing is kept of a rule that was changed meanwhile.
    void keep(Segment segment, long people) {
        database.inTransaction(() -> {
            segments.counted(segment.id(), segment.version(), (int) people);
            return db.sql("""
                    INSERT INTO segment_size (segment_id, day, people, version)
                    SELECT id, :today, :people, version FROM segment WHERE id = :id AND version = :version
                    ON CONFLICT (segment_id, day) DO UPDATE SET people = excluded.people, version = excluded.version
                    """)
                    .param("today", Date.valueOf(today()))
                    .param("people", (int) people)
                    .param("id", segment.id())
                    .param("version", segment.version())
                    .update();
        });
    }

    /// The last days that were counted, the oldest first.
    List<Day> shown(long segment) {
        return db.sql("SELECT day, people FROM segment_size WHERE segment_id = :id AND day > :before ORDER BY day")
                .param("id", segment)
                .param("before", Date.valueOf(today().minusDays(SHOWN_DAYS)))
                .query((row, n) -> new Day(row.getObject(1, LocalDate.class), row.getInt(2)))
                .list();
    }

    LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), zone);
    }
}
