package todoku.mailing;

import static java.time.ZoneOffset.UTC;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.Event.Environment;
import todoku.event.MailingId;

/// The mailings and their states: PREPARING → SENDING ⇄ PAUSED → SENT or STOPPED. Safe for many threads.
public final class Mailings {
    /// More mailings than anybody makes between a backup and its restore.
    private static final int SKIPPED_BY_RESTORE = 10_000;

    /// Up to here a mailing is of the first priority, as transactional mail is: every destination keeps a connection for it.
    public static final int FIRST_PRIORITY = 10;
    /// Up to here somebody waits for the mail at any hour of the day: transactional mail, tests, notices.
    public static final int LAST_URGENT_PRIORITY = 20;

    private final JdbcClient db;
    private final InstantSource clock;

    public Mailings(JdbcClient db, InstantSource clock) {
        this.db = db;
        this.clock = clock;
    }

    public enum Kind {
        GROUP,
        SPOT,
        CSV,
        STEP,
        TRIGGERED,
        RELAY,
        TEST,
        NOTICE,
        FORM;

        /// Somebody waits for this very mail: twice is better than not at all.
        public boolean isTransactional() {
            return switch (this) {
                case TRIGGERED, RELAY, NOTICE, FORM -> true;
                case GROUP, SPOT, CSV, STEP, TEST -> false;
            };
        }
    }

    public enum State {
        PREPARING,
        SENDING,
        PAUSED,
        SENT,
        STOPPED
    }

    public enum PauseCause {
        USER,
        FAULT,
        /// The first percent had too many errors: a person looks before the rest goes.
        BREAKER,
        /// Most destinations refuse us.
        BLOCKED,
        RESTORED
    }

    /// What a mailing is made from. A lower priority number goes first.
    public record NewMailing(
            Kind kind,
            Environment environment,
            long departmentId,
            @Nullable Long categoryId,
            int priority,
            @Nullable Long mailVersionId,
            @Nullable Long senderId,
            Instant expiresAt) {}

    /// A new mailing, PREPARING: nothing is sent before [#start].
    public MailingId create(NewMailing mailing) {
        long id = db.sql("SELECT nextval('mailing_id_seq')").query(Long.class).single();
        Partitions.ensureShared(db, id);
        return create(new MailingId(id), mailing);
    }

    /// The same under a number from [Partitions#reserve].
    public MailingId create(MailingId id, NewMailing mailing) {
        db.sql("""
                INSERT INTO mailing (id, kind, environment, department_id, category_id, priority, state, mail_version_id,
                                     sender_id, created_at, expires_at)
                OVERRIDING SYSTEM VALUE
                VALUES (:id, :kind, :environment, :department, :category, :priority, 'PREPARING', :version, :sender, :now,
                        :expires)
                """)
                .param("id", id.value())
                .param("kind", mailing.kind().name())
                .param("environment", mailing.environment().name())
                .param("department", mailing.departmentId())
                .param("category", mailing.categoryId())
                .param("priority", mailing.priority())
                .param("version", mailing.mailVersionId())
                .param("sender", mailing.senderId())
                .param("now", clock.instant().atOffset(UTC))
                .param("expires", mailing.expiresAt().atOffset(UTC))
                .update();
        return id;
    }

    /// Records how many recipients were planned; a mailing is planned once.
    public void planned(MailingId mailing, int recipients) {
        move(db.sql("UPDATE mailing SET planned = :planned WHERE id = :id AND state = 'PREPARING'")
                        .param("planned", recipients)
                        .param("id", mailing.value())
                        .update(), mailing, "is not being prepared");
    }

    /// Opens the mailing to the engine: after its recipients and batches are written, best in the same transaction.
    public void start(MailingId mailing) {
        move(db.sql("UPDATE mailing SET state = 'SENDING', started_at = :now WHERE id = :id AND state = 'PREPARING'")
                        .param("now", clock.instant().atOffset(UTC))
                        .param("id", mailing.value())
                        .update(), mailing, "is not being prepared");
    }

    /// False when there was nothing to pause.
    public boolean pause(MailingId mailing, PauseCause cause) {
        return db.sql("UPDATE mailing SET state = 'PAUSED', pause_cause = :cause WHERE id = :id AND state = 'SENDING'")
                        .param("cause", cause.name())
                        .param("id", mailing.value())
                        .update() == 1;
    }

    /// False when it was not paused.
    public boolean resume(MailingId mailing) {
        return db.sql("UPDATE mailing SET state = 'SENDING', pause_cause = NULL WHERE id = :id AND state = 'PAUSED'")
                        .param("id", mailing.value())
                        .update() == 1;
    }

    /// Terminal: whoever has not been sent to stays 未配信. False when it had already ended, or is held: of whom nobody knows
    /// anything nobody can say that they were not sent to.
    public boolean stop(MailingId mailing) {
        return db.sql("""
                UPDATE mailing SET state = 'STOPPED', pause_cause = NULL, ended_at = :now
                 WHERE id = :id AND state IN ('PREPARING', 'SENDING', 'PAUSED') AND NOT held
                """)
                        .param("now", clock.instant().atOffset(UTC))
                        .param("id", mailing.value())
                        .update() == 1;
    }

    /// As above, because too many addresses were none. False when it was not being sent.
    public boolean stopForErrors(MailingId mailing) {
        return db.sql("""
                UPDATE mailing SET state = 'STOPPED', stop_cause = 'ERROR_RATE', pause_cause = NULL, ended_at = :now
                 WHERE id = :id AND state = 'SENDING' AND NOT held
                """)
                        .param("now", clock.instant().atOffset(UTC))
                        .param("id", mailing.value())
                        .update() == 1;
    }

    /// Lets the engine take batches up to this stage.
    public void openStage(MailingId mailing, int stage) {
        db.sql("UPDATE mailing SET open_stage = :stage WHERE id = :id AND open_stage < :stage")
                .param("stage", stage)
                .param("id", mailing.value())
                .update();
    }

    /// Whether a campaign has ever been sent to its end there.
    public boolean anySent(Environment environment) {
        return db.sql("SELECT EXISTS (SELECT FROM mailing WHERE environment = :environment AND kind <> 'TEST' AND state = 'SENT')")
                .param("environment", environment.name())
                .query(Boolean.class)
                .single();
    }

    /// Stops what belongs to another environment: it must never be sent in this one.
    public int stopAllBut(Environment environment) {
        return db.sql("""
                UPDATE mailing SET state = 'STOPPED', stop_cause = 'OTHER_ENVIRONMENT', pause_cause = NULL, ended_at = :now
                 WHERE environment <> :environment AND state IN ('PREPARING', 'SENDING', 'PAUSED')
                """)
                .param("now", clock.instant().atOffset(UTC))
                .param("environment", environment.name())
                .update();
    }

    /// The engine asks this of itself when it sees nothing that remains. Whoever puts somebody in line again holds the row
    /// of the mailing ([#reopen]); only behind them, in a statement of its own, does one see whom they put there. Runs in the
    /// caller's transaction; false when somebody remains, or it was not being sent.
    public boolean sent(MailingId mailing) {
        boolean sending = db.sql("SELECT id FROM mailing WHERE id = :id AND state = 'SENDING' AND NOT held FOR UPDATE")
                .param("id", mailing.value())
                .query(Long.class)
                .optional()
                .isPresent();
        return sending
                && db.sql("""
                        UPDATE mailing SET state = 'SENT', ended_at = :now WHERE id = :id
                           AND NOT EXISTS (SELECT FROM delivery_batch b WHERE b.mailing_id = :id AND b.state = 'WAITING')
                           AND NOT EXISTS (SELECT FROM waiting_message w WHERE w.mailing_id = :id)
                        """)
                                .param("now", clock.instant().atOffset(UTC))
                                .param("id", mailing.value())
                                .update()
                        == 1;
    }

    /// The end of the first pass: from now on only waiting messages remain.
    public boolean firstPassEnded(MailingId mailing) {
        return db.sql("UPDATE mailing SET first_pass_at = :now WHERE id = :id AND first_pass_at IS NULL")
                        .param("now", clock.instant().atOffset(UTC))
                        .param("id", mailing.value())
                        .update() == 1;
    }

    /// Goes on with one that had ended, because somebody is to be sent to again. False when it was stopped, or its
    /// recipients are no longer kept: for ever.
    public boolean reopen(MailingId mailing) {
        return db.sql("""
                UPDATE mailing SET state = CASE state WHEN 'SENT' THEN 'SENDING' ELSE state END, ended_at = NULL
                 WHERE id = :id AND state IN ('SENDING', 'PAUSED', 'SENT') AND details_gone_at IS NULL
                """)
                        .param("id", mailing.value())
                        .update() == 1;
    }

    /// How many doubtful ones were put in line to be sent to again, by policy or by a person.
    public int again(MailingId mailing) {
        return db.sql("SELECT coalesce(sum(again), 0) FROM mailing_progress WHERE mailing_id = :id")
                .param("id", mailing.value())
                .query(Integer.class)
                .single();
    }

    /// The database has been restored and may not know what was sent: everything under way is held, and numbers that
    /// were given after the backup are not given again, because links in mails name them. Returns how many are held.
    public int restored() {
        for (String sequence : List.of("mailing_id_seq", "large_mailing_id")) {
            db.sql("SELECT setval(:sequence::regclass, nextval(:sequence::regclass) + :skipped)")
                    .param("sequence", sequence)
                    .param("skipped", SKIPPED_BY_RESTORE)
                    .query(Long.class)
                    .single();
        }
        return db.sql("UPDATE mailing SET held = true WHERE state IN ('PREPARING', 'SENDING', 'PAUSED') AND NOT held")
                .update();
    }

    public boolean isHeld(MailingId mailing) {
        return db.sql("SELECT held FROM mailing WHERE id = :id")
                .param("id", mailing.value())
                .query(Boolean.class)
                .single();
    }

    /// Lets one go that was held. False when it was not.
    public boolean release(MailingId mailing) {
        return db.sql("UPDATE mailing SET held = false, was_held = true WHERE id = :id AND held")
                        .param("id", mailing.value())
                        .update() == 1;
    }

    /// Ends one that was held; one that was never planned is stopped. False when it was not held.
    public boolean endHeld(MailingId mailing) {
        return db.sql("""
                UPDATE mailing SET held = false, state = CASE state WHEN 'PREPARING' THEN 'STOPPED' ELSE 'SENT' END,
                       pause_cause = NULL, ended_at = :now
                 WHERE id = :id AND held
                """)
                        .param("now", clock.instant().atOffset(UTC))
                        .param("id", mailing.value())
                        .update() == 1;
    }

    public State state(MailingId mailing) {
        return State.valueOf(db.sql("SELECT state FROM mailing WHERE id = :id")
                .param("id", mailing.value())
                .query(String.class)
                .single());
    }

    public Progress progress(MailingId mailing) {
        return db.sql("""
                SELECT m.planned, p.delivered, p.failed, p.skipped, p.unknown,
                       (SELECT count(*) FROM waiting_message w WHERE w.mailing_id = m.id) AS waiting
                  FROM mailing m, LATERAL (
                       SELECT coalesce(sum(delivered), 0) AS delivered, coalesce(sum(failed), 0) AS failed,
                              coalesce(sum(skipped), 0) AS skipped, coalesce(sum(unknown), 0) AS unknown
                         FROM mailing_progress WHERE mailing_id = m.id) p
                 WHERE m.id = :id
                """)
                .param("id", mailing.value())
                .query((row, _) -> {
                    int planned = row.getInt("planned");
                    int delivered = row.getInt("delivered");
                    int failed = row.getInt("failed");
                    int skipped = row.getInt("skipped");
                    int unknown = row.getInt("unknown");
                    return new Progress(
                            planned,
                            delivered,
                            failed,
                            skipped,
                            unknown,
                            planned - delivered - failed - skipped - unknown,
                            row.getInt("waiting"));
                })
                .single();
    }

    private static void move(int rows, MailingId mailing, String why) {
        if (rows == 0) throw new IllegalStateException("mailing " + mailing.value() + " " + why);
    }
}
