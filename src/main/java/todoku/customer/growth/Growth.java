package todoku.customer.growth;

import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.database.Database;

/// How many customers there were, came and went (H-27 to H-29). Days, months and years are those of the installation's zone.
@Component
public class Growth {
    private static final int MONTHS = 12;

    private final JdbcClient db;
    private final InstantSource clock;
    private final ZoneId zone;

    Growth(Database database, InstantSource clock, ZoneId zone) {
        this.db = database.client();
        this.clock = clock;
        this.zone = zone;
    }

    /// 月別最大顧客レコード数
    public record Month(LocalDateTime from, long most, boolean current) {}

    /// @param count when it ended, or now
    public record Row(LocalDateTime from, long count, long came, long went) {}

    /// Who joined and who left a group, through whom.
    public record BySource(String source, long joined, long departed) {}

    /// Of the last twelve months, this one first.
    public List<Month> months() {
        LocalDateTime thisMonth = Span.MONTH.begin(now());
        LocalDateTime first = Span.MONTH.next(thisMonth, 1 - MONTHS);
        Map<LocalDateTime, Long> peaks = new HashMap<>();
        db.sql("""
                SELECT date_trunc('month', hour AT TIME ZONE :zone) AS month, max(peak) AS most FROM record_growth
                 WHERE hour >= :from GROUP BY 1
                """)
                .param("zone", zone.getId())
                .param("from", at(first))
                .query((row, _) -> peaks.put(row.getObject("month", LocalDateTime.class), row.getLong("most")))
                .list();
        List<Month> months = new ArrayList<>();
        Map<LocalDateTime, Row> rows = new HashMap<>();
        rows(Span.MONTH, null).forEach(row -> rows.put(row.from(), row));
        for (LocalDateTime month = first; !month.isAfter(thisMonth); month = Span.MONTH.next(month, 1)) {
            Row row = rows.getOrDefault(month, new Row(month, 0, 0, 0));
            long before = row.count() - row.came() + row.went();
            months.add(new Month(month, Math.max(peaks.getOrDefault(month, 0L), before), month.equals(thisMonth)));
        }
        return months.reversed();
    }

    /// The rows that end with the span in which `until` lies, the newest first.
    public List<Row> rows(Span span, @Nullable LocalDateTime until) {
        return rows(span, until, 0);
    }

    /// The same of those who are 配信中 in a group.
    public List<Row> rows(Span span, @Nullable LocalDateTime until, long group) {
        LocalDateTime last = span.begin(until == null ? now() : until);
        LocalDateTime first = span.next(last, 1 - span.rows);
        Map<LocalDateTime, long[]> moves = new TreeMap<>();
        String source = group == 0
                ? "SELECT hour, created AS came, deleted AS went FROM record_growth WHERE hour >= :from AND hour < :to AND :group = 0"
                : "SELECT hour, joined AS came, departed AS went FROM group_growth WHERE group_id = :group AND hour >= :from AND hour < :to";
        db.sql("SELECT date_trunc(:unit, hour AT TIME ZONE :zone) AS begins, sum(came) AS came, sum(went) AS went FROM (" + source
                        + ") g GROUP BY 1")
                .param("unit", span.unit)
                .param("zone", zone.getId())
                .param("group", group)
                .param("from", at(first))
                .param("to", at(span.next(last, 1)))
                .query((row, _) -> moves.put(
                        row.getObject("begins", LocalDateTime.class), new long[] {row.getLong("came"), row.getLong("went")}))
                .list();
        long count = group == 0 ? countBefore(first) : membersBefore(first, group);
        List<Row> rows = new ArrayList<>();
        for (LocalDateTime begin = first; !begin.isAfter(last); begin = span.next(begin, 1)) {
            long[] move = moves.getOrDefault(begin, new long[2]);
            count += move[0] - move[1];
            rows.add(new Row(begin, count, move[0], move[1]));
        }
        return rows.reversed();
    }

    /// Of the whole time that [#rows] shows, the largest source first.
    public List<BySource> sources(Span span, @Nullable LocalDateTime until, long group) {
        LocalDateTime last = span.begin(until == null ? now() : until);
        return db.sql("""
                SELECT source, sum(joined) AS joined, sum(departed) AS departed FROM group_growth
                 WHERE group_id = :group AND hour >= :from AND hour < :to GROUP BY source ORDER BY sum(joined + departed) DESC, source
                """)
                .param("group", group)
                .param("from", at(span.next(last, 1 - span.rows)))
                .param("to", at(span.next(last, 1)))
                .query((row, _) -> new BySource(row.getString("source"), row.getLong("joined"), row.getLong("departed")))
                .list();
    }

    /// The most records of this month so far.
    public long thisMonth() {
        return months().getFirst().most();
    }

    /// When the first customer came; null while there has been none.
    public @Nullable LocalDateTime begun() {
        Instant first = db.sql("SELECT min(hour) FROM record_growth")
                .query((row, _) -> row.getTimestamp(1) == null ? Instant.MAX : row.getTimestamp(1).toInstant())
                .single();
        return first.equals(Instant.MAX) ? null : LocalDateTime.ofInstant(first, zone);
    }

    private long countBefore(LocalDateTime time) {
        return db.sql("SELECT coalesce(sum(created), 0) - coalesce(sum(deleted), 0) FROM record_growth WHERE hour < :at")
                .param("at", at(time))
                .query(Long.class)
                .single();
    }

    private long membersBefore(LocalDateTime time, long group) {
        return db.sql("SELECT coalesce(sum(joined), 0) - coalesce(sum(departed), 0) FROM group_growth WHERE group_id = :group AND hour < :at")
                .param("group", group)
                .param("at", at(time))
                .query(Long.class)
                .single();
    }

    LocalDateTime now() {
        return LocalDateTime.ofInstant(clock.instant(), zone);
    }

    private OffsetDateTime at(LocalDateTime time) {
        return time.atZone(zone).toInstant().atOffset(ZoneOffset.UTC);
    }
}
