package todoku.report;

import static java.time.ZoneOffset.UTC;

import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;

/// Deletes the per-recipient details of old mailings: recipients, results, opens, clicks, dialogues. First the figures of the
/// report are written down, and from then on nobody reads the details; then they go, ten thousand recipients at a time, and
/// at any point it may be cut off and goes on later. Mailings that have not ended, the ledger, suppressions and proofs of
/// consent are not touched, and whom an unsubscribe link is for stays.
public final class DetailRetention {
    /// Bounces come back for days, and change results.
    public static final int SHORTEST_DAYS = 7;

    /// Recipients in one transaction, many blocks of [#BLOCK].
    private static final int CHUNK = 10_000;
    /// Recipients in one row of those that unsubscribe links name.
    private static final int BLOCK = 1_000;
    /// Mailings in one run: the next run comes soon, and a program that ends does not wait long.
    private static final int AT_ONCE = 10;

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private static final String BY_DAYS = "mailing m WHERE m.ended_at < :before AND ";

    /// Of each department, so that one that sends much does not take the details of the others; test mails do not count.
    private static final String BY_MAILS =
            """
            (SELECT id, row_number() OVER (PARTITION BY department_id, environment ORDER BY started_at DESC, id DESC) AS newer
               FROM mailing WHERE kind IN ('GROUP', 'SPOT', 'CSV', 'STEP') AND planned > 0 AND started_at IS NOT NULL) x
              JOIN mailing m ON m.id = x.id WHERE x.newer > :mails AND
            """;

    private static final String ENDED =
            """
            m.details_gone_at IS NULL AND m.planned > 0 AND m.state IN ('SENT', 'STOPPED') AND NOT m.held AND m.ended_at < :settled
                   AND NOT EXISTS (SELECT FROM waiting_message w WHERE w.mailing_id = m.id)
                   AND NOT EXISTS (SELECT FROM delivery_batch b WHERE b.mailing_id = m.id AND b.state = 'WAITING')
            """;

    private final Database database;
    private final JdbcClient db;
    private final Reports reports;
    private final Retention retention;
    private final InstantSource clock;

    public DetailRetention(Database database, Reports reports, Retention retention, InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.reports = reports;
        this.retention = retention;
        this.clock = clock;
    }

    /// One run: what was begun is finished, and some of what is due is begun and finished.
    ///
    /// @return how many mailings have no details any more by it
    public int look() {
        Retention.Setting setting = retention.setting();
        int emptied = 0;
        for (long mailing : begun()) if (empty(mailing)) emptied++;
        for (long mailing : due(setting)) if (close(mailing) && empty(mailing)) emptied++;
        return emptied;
    }

    /// How many mailings have no details any more, and how many of them are still being emptied.
    record Done(int gone, int leaving) {}

    Done done() {
        return db.sql("SELECT count(*), count(*) FILTER (WHERE emptied_at IS NULL) FROM mailing_figures")
                .query((row, _) -> new Done(row.getInt(1), row.getInt(2)))
                .single();
    }

    private List<Long> begun() {
        return db.sql("SELECT mailing_id FROM mailing_figures WHERE emptied_at IS NULL ORDER BY mailing_id LIMIT :most")
                .param("most", AT_ONCE)
                .query(Long.class)
                .list();
    }

    /// The oldest first.
    private List<Long> due(Retention.Setting setting) {
        if (setting.forEver()) return List.of();
        return db.sql("SELECT m.id FROM " + which(setting) + " ORDER BY m.ended_at, m.id LIMIT :most")
                .params(parameters(setting))
                .param("most", AT_ONCE)
                .query(Long.class)
                .list();
    }

    /// How many mailings would lose their details if it were set so.
    int count(Retention.Setting setting) {
        if (setting.forEver()) return 0;
        return db.sql("SELECT count(*) FROM " + which(setting)).params(parameters(setting)).query(Integer.class).single();
    }

    private static String which(Retention.Setting setting) {
        return (setting.days() == null ? BY_MAILS : BY_DAYS) + ENDED;
    }

    private Map<String, ?> parameters(Retention.Setting setting) {
        OffsetDateTime settled = daysAgo(SHORTEST_DAYS);
        Integer days = setting.days();
        Integer mails = setting.mails();
        return Map.of(
                "settled", settled,
                "before", days == null ? settled : daysAgo(days),
                "mails", mails == null ? 0 : mails);
    }

    private OffsetDateTime daysAgo(int days) {
        return clock.instant().minus(days, ChronoUnit.DAYS).atOffset(UTC);
    }

    /// From now on nobody reads the details, and nobody adds to them.
    private boolean close(long mailing) {
        return database.inTransaction(() -> {
            boolean ended = db.sql("SELECT m.id FROM mailing m WHERE m.id = :mailing AND " + ENDED + " FOR UPDATE")
                    .param("mailing", mailing)
                    .param("settled", daysAgo(SHORTEST_DAYS))
                    .query(Long.class)
                    .optional()
                    .isPresent();
            if (!ended) return false;
            reports.keepFigures(mailing);
            db.sql("UPDATE mailing SET details_gone_at = :now WHERE id = :mailing")
                    .param("now", now().atOffset(UTC))
                    .param("mailing", mailing)
                    .update();
            return true;
        });
    }

    private boolean empty(long mailing) {
        boolean alone = db.sql("SELECT count(*) FROM mailing_partition WHERE first_id = :mailing AND after_id = :mailing + 1")
                        .param("mailing", mailing)
                        .query(Integer.class)
                        .single() == 1;
        int planned = db.sql("SELECT planned FROM mailing WHERE id = :mailing").param("mailing", mailing).query(Integer.class).single();
        for (int from = 1; from <= planned; from += CHUNK) {
            int first = from;
            int last = Math.min(planned, from + CHUNK - 1);
            database.inTransaction(() -> {
                keepCustomers(mailing, first, last);
                if (!alone) delete(mailing, first, last);
            });
        }
        try {
            return database.inTransaction(() -> end(mailing, alone));
        } catch (DataAccessException e) {
            if (somebodyReads(e)) return false;
            throw e;
        }
    }

    private static boolean somebodyReads(DataAccessException e) {
        return e.getRootCause() instanceof SQLException cause && LOCK_NOT_AVAILABLE.equals(cause.getSQLState());
    }

    private boolean end(long mailing, boolean alone) {
        if (alone) truncate(mailing);
        for (String table : List.of("transcript", "waiting_bounce"))
            db.sql("DELETE FROM " + table + " WHERE mailing_id = :mailing").param("mailing", mailing).update();
        return db.sql("UPDATE mailing_figures SET emptied_at = :now WHERE mailing_id = :mailing AND emptied_at IS NULL")
                        .param("now", now().atOffset(UTC))
                        .param("mailing", mailing)
                        .update()
                == 1;
    }

    /// Somebody who leaves by the link of an old mail must be found for as long as there are such mails.
    private void keepCustomers(long mailing, int first, int last) {
        db.sql("""
                INSERT INTO old_recipient (mailing_id, first_no, customers)
                SELECT :mailing, (n.no - 1) / :block * :block + 1, array_agg(r.customer_id ORDER BY n.no)
                  FROM generate_series(:first::int, :last::int) n (no)
                  LEFT JOIN mailing_recipient r ON r.mailing_id = :mailing AND r.no = n.no AND r.no BETWEEN :first AND :last
                 GROUP BY 2 HAVING count(r.customer_id) > 0
                ON CONFLICT DO NOTHING
                """)
                .param("mailing", mailing)
                .param("block", BLOCK)
                .param("first", first)
                .param("last", last)
                .update();
    }

    private void delete(long mailing, int first, int last) {
        for (String table : List.of("first_click", "first_open", "recipient_result", "mailing_recipient"))
            db.sql("DELETE FROM " + table + " WHERE mailing_id = :mailing AND no BETWEEN :first AND :last")
                    .param("mailing", mailing)
                    .param("first", first)
                    .param("last", last)
                    .update();
    }

    /// The partitions of a large mailing hold nobody else: they are emptied at once, and the disk has its room again. Who
    /// reads one at this moment is waited for only shortly; then it is left for the next run.
    private void truncate(long mailing) {
        db.sql("SELECT set_config('lock_timeout', '2s', true)").query(String.class).single();
        db.sql("TRUNCATE first_click_%1$d, first_open_%1$d, recipient_result_%1$d, mailing_recipient_%1$d".formatted(mailing)).update();
    }

    private Instant now() {
        return clock.instant();
    }
}
