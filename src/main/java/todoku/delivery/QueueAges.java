package todoku.delivery;

import static java.time.ZoneOffset.UTC;

import java.time.Instant;
import java.time.InstantSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/// How long mails have waited that are being sent, on all nodes. Counts everything that waits: not to be asked often.
public final class QueueAges {
    /// Upper ends of the ages, in seconds; what is older comes last.
    public static final long[] SECONDS = {60, 600, 3_600, 21_600, 86_400};

    private final JdbcClient db;
    private final InstantSource clock;

    public QueueAges(JdbcClient db, InstantSource clock) {
        this.db = db;
        this.clock = clock;
    }

    /// @param fresh not begun yet, by age; one more than [#SECONDS]
    /// @param again waiting to be sent to again, by the age of the mail
    public record Ages(long[] fresh, long[] again) {}

    public Ages ages() {
        var ages = new Ages(new long[SECONDS.length + 1], new long[SECONDS.length + 1]);
        Instant now = clock.instant();
        db.sql("""
                SELECT again, age, sum(n) AS n FROM (
                    SELECT false AS again, width_bucket(extract(epoch FROM :now - greatest(b.not_before, m.started_at)), :seconds::numeric[]) AS age,
                           b.last_no - greatest(b.open_upto, b.first_no - 1) AS n
                      FROM mailing m JOIN delivery_batch b ON b.mailing_id = m.id AND b.state = 'WAITING'
                     WHERE m.state = 'SENDING' AND NOT m.held
                    UNION ALL
                    SELECT true, width_bucket(extract(epoch FROM :now - w.dated_at), :seconds::numeric[]), 1
                      FROM mailing m JOIN waiting_message w ON w.mailing_id = m.id
                     WHERE m.state = 'SENDING' AND NOT m.held) v
                 GROUP BY again, age
                """)
                .param("now", now.atOffset(UTC))
                .param("seconds", "{60,600,3600,21600,86400}")
                .query(row -> {
                    (row.getBoolean("again") ? ages.again() : ages.fresh())[row.getInt("age")] = row.getLong("n");
                });
        return ages;
    }
}
