package todoku.delivery;

import static java.time.ZoneOffset.UTC;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Counts what waits in everything that is being sent. The batches and the waiting ones of these mailings are counted once;
/// whatever their number, the answer is short.
final class Backlog {
    /// All destinations that have no row of their own.
    static final long OTHERS = -1;

    private final JdbcClient db;

    Backlog(JdbcClient db) {
        this.db = db;
    }

    /// @param id a destination, [Destinations#UNRESOLVED] or [#OTHERS]
    /// @param destinations how many this row is about
    /// @param fresh not begun yet
    /// @param oldest since when the first of them may be sent
    /// @param again waiting to be sent to again
    /// @param due when the first of those is
    record Row(long id, int destinations, long fresh, @Nullable Instant oldest, long again, @Nullable Instant due) {}

    /// @param slowed these have a row of their own, then those with the longest queues
    /// @param most rows for single destinations
    List<Row> rows(Collection<Long> slowed, int most) {
        return db.sql("""
                WITH waiting AS (
                    SELECT destination_id, sum(fresh) AS fresh, min(oldest) AS oldest, sum(again) AS again, min(due) AS due FROM (
                        SELECT b.destination_id, b.last_no - greatest(b.open_upto, b.first_no - 1) AS fresh,
                               CASE WHEN b.open_upto < b.last_no THEN greatest(b.not_before, m.started_at) END AS oldest, 0 AS again, NULL::timestamptz AS due
                          FROM mailing m JOIN delivery_batch b ON b.mailing_id = m.id AND b.state = 'WAITING'
                         WHERE m.state = 'SENDING' AND NOT m.held
                        UNION ALL
                        SELECT w.destination_id, 0, NULL, count(*), min(w.due_at)
                          FROM mailing m JOIN waiting_message w ON w.mailing_id = m.id
                         WHERE m.state = 'SENDING' AND NOT m.held GROUP BY w.destination_id) v
                     GROUP BY destination_id HAVING sum(fresh) + sum(again) > 0),
                ranked AS (
                    SELECT w.*, row_number() OVER (
                               ORDER BY destination_id <> :unresolved, destination_id <> ALL(:slowed::bigint[]), fresh + again DESC,
                                        destination_id) AS place
                      FROM waiting w)
                SELECT CASE WHEN place <= :most THEN destination_id ELSE :others END AS id, count(*) AS destinations,
                       sum(fresh) AS fresh, min(oldest) AS oldest, sum(again) AS again, min(due) AS due
                  FROM ranked GROUP BY 1
                """)
                .param("unresolved", Destinations.UNRESOLVED)
                .param("others", OTHERS)
                .param("slowed", slowed.toArray(Long[]::new))
                .param("most", most)
                .query((row, _) -> new Row(
                        row.getLong("id"), row.getInt("destinations"), row.getLong("fresh"), at(row, "oldest"),
                        row.getLong("again"), at(row, "due")))
                .list();
    }

    /// 不明, of what is being sent or has ended since then.
    long unknown(Instant since) {
        return db.sql("""
                SELECT coalesce(sum(p.unknown), 0) FROM mailing m JOIN mailing_progress p ON p.mailing_id = m.id
                 WHERE m.state IN ('SENDING', 'PAUSED') OR m.ended_at > :since
                """)
                .param("since", since.atOffset(UTC))
                .query(Long.class)
                .single();
    }

    private static @Nullable Instant at(ResultSet row, String column) throws SQLException {
        OffsetDateTime there = row.getObject(column, OffsetDateTime.class);
        return there == null ? null : there.toInstant();
    }
}
