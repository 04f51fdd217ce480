package todoku.guard;

import static java.time.ZoneOffset.UTC;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.MailingId;
import todoku.guard.FirstPercent.Verdict;

/// The limits, and the first percent of each mailing.
public final class GuardTable {
    private final JdbcClient db;

    public GuardTable(JdbcClient db) {
        this.db = db;
    }

    public GuardSettings settings() {
        return db.sql("SELECT stop_percent, stop_results, first_on, first_percent, version FROM guard_setting")
                .query((row, n) -> new GuardSettings(
                        row.getInt("stop_percent"),
                        row.getInt("stop_results"),
                        row.getBoolean("first_on"),
                        row.getInt("first_percent"),
                        row.getInt("version")))
                .single();
    }

    /// False when somebody else changed it since that version was read, or a limit is none.
    public boolean change(GuardSettings wanted) {
        if (!wanted.wrong().isEmpty()) return false;
        return db.sql("""
                UPDATE guard_setting SET stop_percent = :stop, stop_results = :results, first_on = :on, first_percent = :first,
                       version = version + 1
                 WHERE version = :version
                """)
                        .param("stop", wanted.stopPercent())
                        .param("results", wanted.stopResults())
                        .param("on", wanted.firstOn())
                        .param("first", wanted.firstPercent())
                        .param("version", wanted.version())
                        .update()
                == 1;
    }

    /// Notes in the transaction that plans a mailing how many go first.
    public void plan(MailingId mailing, int first) {
        db.sql("INSERT INTO first_percent (mailing_id, recipients) VALUES (:mailing, :first)")
                .param("mailing", mailing.value())
                .param("first", first)
                .update();
    }

    public Optional<FirstPercent> first(MailingId mailing) {
        return db.sql("SELECT recipients, rated, refused, verdict, judged_at FROM first_percent WHERE mailing_id = :mailing")
                .param("mailing", mailing.value())
                .query(GuardTable::first)
                .optional();
    }

    private static FirstPercent first(ResultSet row, int ignored) throws SQLException {
        String verdict = row.getString("verdict");
        OffsetDateTime at = row.getObject("judged_at", OffsetDateTime.class);
        return new FirstPercent(
                row.getInt("recipients"),
                row.getInt("rated"),
                row.getInt("refused"),
                verdict == null ? null : Verdict.valueOf(verdict),
                at == null ? null : at.toInstant());
    }

    /// The error rate so far.
    public Rate rate(MailingId mailing) {
        return db.sql("""
                SELECT coalesce(sum(rated), 0) AS rated, coalesce(sum(refused), 0) AS refused FROM mailing_progress
                 WHERE mailing_id = :mailing
                """)
                .param("mailing", mailing.value())
                .query((row, n) -> new Rate(row.getInt("rated"), row.getInt("refused")))
                .single();
    }

    /// Those whose errors are too many, of the kinds that are sent to many people once.
    List<Long> overLimit(GuardSettings limits) {
        return db.sql("""
                SELECT m.id FROM mailing m
                 CROSS JOIN LATERAL (SELECT sum(rated) AS rated, sum(refused) AS refused FROM mailing_progress
                                      WHERE mailing_id = m.id) p
                 WHERE m.state = 'SENDING' AND NOT m.held AND m.kind IN ('GROUP', 'SPOT', 'CSV', 'STEP')
                   AND p.rated >= :results AND p.refused * 100 >= p.rated * :percent
                """)
                .param("results", limits.stopResults())
                .param("percent", limits.stopPercent())
                .query(Long.class)
                .list();
    }

    /// Whether it goes to many people once; nobody waits for their very mail.
    boolean isMass(MailingId mailing) {
        return db.sql("SELECT kind IN ('GROUP', 'SPOT', 'CSV', 'STEP') FROM mailing WHERE id = :id")
                .param("id", mailing.value())
                .query(Boolean.class)
                .single();
    }

    /// A first percent that is under way.
    ///
    /// @param begun   when the mailing was started
    /// @param expires when nobody of it is sent to any more
    /// @param arrived whether everybody of it has a result or waits for another attempt
    /// @param settled whether everybody of it has a result
    record Under(
            MailingId mailing, int recipients, Instant begun, Instant expires, boolean arrived, boolean settled, Rate rate) {}

    List<Under> underWay() {
        return db.sql("""
                SELECT f.mailing_id, f.recipients, m.started_at, m.expires_at, p.rated, p.refused,
                       NOT b.more AND NOT EXISTS (SELECT FROM waiting_message w
                                        WHERE w.mailing_id = m.id AND w.attempts = 0 AND w.reply_id IS NULL) AS arrived,
                       NOT b.more AND NOT EXISTS (SELECT FROM waiting_message w WHERE w.mailing_id = m.id) AS settled
                  FROM first_percent f JOIN mailing m ON m.id = f.mailing_id
                 CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM delivery_batch b
                        WHERE b.mailing_id = m.id AND b.state = 'WAITING' AND b.stage = 0) AS more) b
                 CROSS JOIN LATERAL (
                       SELECT coalesce(sum(rated), 0) AS rated, coalesce(sum(refused), 0) AS refused
                         FROM mailing_progress WHERE mailing_id = m.id) p
                 WHERE f.verdict IS NULL AND m.state = 'SENDING' AND NOT m.held
                """)
                .query((row, n) -> new Under(
                        new MailingId(row.getLong("mailing_id")),
                        row.getInt("recipients"),
                        row.getObject("started_at", OffsetDateTime.class).toInstant(),
                        row.getObject("expires_at", OffsetDateTime.class).toInstant(),
                        row.getBoolean("arrived"),
                        row.getBoolean("settled"),
                        new Rate(row.getInt("rated"), row.getInt("refused"))))
                .list();
    }

    /// False when it has been judged already.
    boolean judge(MailingId mailing, Verdict verdict, Rate rate, Instant now) {
        return db.sql("""
                UPDATE first_percent SET verdict = :verdict, rated = :rated, refused = :refused, judged_at = :now
                 WHERE mailing_id = :mailing AND verdict IS NULL
                """)
                        .param("verdict", verdict.name())
                        .param("rated", rate.rated())
                        .param("refused", rate.refused())
                        .param("now", now.atOffset(UTC))
                        .param("mailing", mailing.value())
                        .update()
                == 1;
    }

    /// A person goes on all the same. False when there was nothing to confirm.
    boolean confirm(MailingId mailing) {
        return db.sql("UPDATE first_percent SET verdict = 'CONFIRMED' WHERE mailing_id = :mailing AND verdict = 'FAILED'")
                        .param("mailing", mailing.value())
                        .update()
                == 1;
    }
}
