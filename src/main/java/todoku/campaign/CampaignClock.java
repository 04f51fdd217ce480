package todoku.campaign;

import static java.time.ZoneOffset.UTC;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;
import todoku.event.Event.Environment;
import todoku.guard.SystemEvent.Severity;
import todoku.guard.SystemLog;

/// Starts campaigns whose time has come, and follows those that run. [#runDue] is called every second or so, by any
/// number of nodes: a campaign is planned in one transaction together with its move to 配信中, so one that has a mailing
/// is never planned again, whatever crashes.
public final class CampaignClock {
    private static final System.Logger LOG = System.getLogger(CampaignClock.class.getName());
    /// Later than this after its time, a person decides: the server was down or the database is a restored one.
    static final Duration MISSED = Duration.ofHours(1);
    /// More or fewer than at the reservation by this share, a person decides.
    private static final double COUNT_TOLERANCE = 0.10;
    /// A plan that could not be made is tried again after this pause.
    private static final Duration AGAIN = Duration.ofSeconds(30);
    /// Campaigns started in one call; the next call takes the rest.
    private static final int STARTS_LIMIT = 20;
    private static final String PLAN_FAILED = "PLAN_FAILED";
    /// The first half of the advisory lock under which one node plans a campaign.
    private static final int PLANNING = 0x706c616e;

    private final Database database;
    private final JdbcClient db;
    private final CampaignTable table;
    private final SystemLog log;
    private final Launch launch;
    private final Environment environment;
    private final Runnable started;
    private final InstantSource clock;
    private final Map<Long, Instant> postponed = new HashMap<>();

    /// @param started told after a launch; it wakes the engine
    public CampaignClock(
            Database database, Launch launch, Environment environment, Runnable started, InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.table = new CampaignTable(db);
        this.log = new SystemLog(db, clock);
        this.launch = launch;
        this.environment = environment;
        this.started = started;
        this.clock = clock;
    }

    /// Everything that is due now. One caller at a time.
    public synchronized void runDue() {
        Instant now = clock.instant();
        holdRestored(now);
        follow(now);
        holdMissed(now);
        prepareDue(now);
        postponed.values().removeIf(until -> !until.isAfter(now));
        for (long id : unplanned()) if (!postponed.containsKey(id)) plan(id, now);
    }

    /// The engine decides how a mailing goes on; the campaign says the same. Of those that a restore holds, a person decides.
    private void follow(Instant now) {
        db.sql(
                        """
                        UPDATE campaign c SET state = 'SENDING', version = c.version + 1, changed_at = :now
                          FROM mailing m WHERE m.id = c.mailing_id AND m.state = 'SENDING' AND c.state = 'SENT'
                        """)
                .param("now", now.atOffset(UTC))
                .update();
        database.inTransaction(() -> held("RESTORED", db.sql(
                        """
                        UPDATE campaign c SET state = m.shown, version = c.version + 1, changed_at = :now,
                               why = CASE WHEN m.held THEN 'RESTORED' WHEN m.shown = 'PAUSED' THEN m.pause_cause
                                          WHEN m.shown = 'STOPPED' THEN m.stop_cause END
                          FROM (SELECT id, held, pause_cause, stop_cause, CASE WHEN held THEN 'PAUSED' ELSE state END AS shown FROM mailing) m
                         WHERE m.id = c.mailing_id AND c.state IN ('SENDING', 'PAUSED')
                           AND (m.shown <> c.state OR m.held AND c.why IS DISTINCT FROM 'RESTORED')
                           AND m.shown IN ('SENDING', 'PAUSED', 'SENT', 'STOPPED') RETURNING CASE WHEN m.held THEN c.id END
                        """)
                .param("now", now.atOffset(UTC))
                .query(Long.class)
                .list()
                .stream()
                .filter(Objects::nonNull)
                .toList()));
    }

    /// A restored database does not know what was sent after its backup: what was reserved waits for a person.
    private void holdRestored(Instant now) {
        database.inTransaction(() -> {
            int restored = db.sql("UPDATE campaign_epoch c SET epoch = e.last FROM (SELECT max(epoch) AS last FROM epoch) e WHERE c.epoch < e.last")
                    .update();
            if (restored == 0) return;
            held("RESTORE", db.sql(
                            """
                            UPDATE campaign SET state = 'HELD', why = 'RESTORE', version = version + 1, changed_at = :now
                             WHERE state = 'SCHEDULED' OR state = 'PREPARING' AND mailing_id IS NULL RETURNING id
                            """)
                    .param("now", now.atOffset(UTC))
                    .query(Long.class)
                    .list());
        });
    }

    /// Also one that was to be planned then and was not: the machine went down in between, or planning failed again and again.
    private void holdMissed(Instant now) {
        database.inTransaction(() -> held("MISSED", db.sql(
                        """
                        UPDATE campaign SET state = 'HELD', why = 'MISSED', version = version + 1, changed_at = :now
                         WHERE (state = 'SCHEDULED' OR state = 'PREPARING' AND mailing_id IS NULL) AND scheduled_at < :latest RETURNING id
                        """)
                .param("now", now.atOffset(UTC))
                .param("latest", now.minus(MISSED).atOffset(UTC))
                .query(Long.class)
                .list()));
    }

    /// A person has to look: the log says so, once for each.
    private void held(String why, List<Long> campaigns) {
        for (long id : campaigns) {
            log.ended(PLAN_FAILED, id);
            log.ofCampaign(Severity.WARNING, "HELD_" + why, id);
        }
    }

    private void hold(long id, String why, Instant now) {
        if (table.move(id, CampaignState.PREPARING, CampaignState.HELD, why, now, null)) held(why, List.of(id));
    }

    /// Others that were planned before it may have taken their time.
    private boolean isMissed(Campaign campaign) {
        Instant at = campaign.draft().scheduledAt();
        return at != null && at.isBefore(clock.instant().minus(MISSED));
    }

    private void prepareDue(Instant now) {
        db.sql(
                        """
                        UPDATE campaign SET state = 'PREPARING', why = NULL, version = version + 1, changed_at = :now
                         WHERE state = 'SCHEDULED' AND scheduled_at <= :now
                        """)
                .param("now", now.atOffset(UTC))
                .update();
    }

    private List<Long> unplanned() {
        return db.sql(
                        """
                        SELECT id FROM campaign WHERE state = 'PREPARING' AND mailing_id IS NULL
                         ORDER BY scheduled_at, id LIMIT :limit
                        """)
                .param("limit", STARTS_LIMIT)
                .query(Long.class)
                .list();
    }

    private void plan(long id, Instant now) {
        try {
            if (database.inTransaction(() -> planned(id, now))) started.run();
        } catch (CancelledMeanwhile nothingWritten) {
            LOG.log(Level.INFO, "campaign " + id + " was cancelled while it was being planned");
        } catch (RuntimeException trouble) {
            LOG.log(Level.WARNING, "campaign " + id + " could not be planned; trying again in " + AGAIN, trouble);
            postponed.put(id, now.plus(AGAIN));
            log.begun(Severity.WARNING, PLAN_FAILED, id, trouble.toString());
        }
    }

    /// True when there is something to send. Cancelled in the meantime: nothing of the plan stays.
    private boolean planned(long id, Instant now) {
        if (!alone(id)) return false;
        Optional<Campaign> found = table.find(id);
        if (found.isEmpty() || found.get().state() != CampaignState.PREPARING || found.get().mailingId() != null) return false;
        Campaign campaign = found.get();
        if (isMissed(campaign)) {
            hold(id, "MISSED", now);
            return false;
        }
        Optional<Launch.Planned> planned = launch.plan(order(campaign, environment, now), count -> asExpected(campaign, count));
        if (planned.isEmpty()) {
            hold(id, "COUNT", now);
            return false;
        }
        boolean somebody = planned.get().planned() > 0;
        if (!begin(id, planned.get(), somebody, now)) throw new CancelledMeanwhile();
        log.ended(PLAN_FAILED, id);
        return somebody;
    }

    private boolean begin(long id, Launch.Planned planned, boolean somebody, Instant now) {
        CampaignState to = somebody ? CampaignState.SENDING : CampaignState.FAILED;
        boolean moved = table.move(id, CampaignState.PREPARING, to, somebody ? null : "NOBODY", now, null);
        db.sql("UPDATE campaign SET mailing_id = :mailing, opted_out_count = :opted WHERE id = :id AND mailing_id IS NULL")
                .param("mailing", planned.mailing().value())
                .param("opted", planned.optedOut())
                .param("id", id)
                .update();
        return moved;
    }

    private static Launch.Order order(Campaign campaign, Environment environment, Instant now) {
        Campaign.Draft draft = campaign.draft();
        Long version = campaign.mailVersionId();
        Long sender = draft.senderId();
        if (version == null || sender == null)
            throw new IllegalStateException("campaign " + campaign.id() + " was reserved without mail or sender");
        return new Launch.Order(
                campaign.departmentId(), draft.categoryId(), draft.target(), version, sender, environment, now.plus(draft.expiry()));
    }

    /// Zero where it was zero is no surprise; zero where it was not is one.
    static boolean asExpected(Campaign campaign, int count) {
        Integer reserved = campaign.reservedCount();
        return reserved == null || Math.abs(count - reserved) <= reserved * COUNT_TOLERANCE;
    }

    /// For this transaction no other node plans this campaign.
    private boolean alone(long id) {
        return db.sql("SELECT pg_try_advisory_xact_lock(:class, :id)")
                .param("class", PLANNING)
                .param("id", (int) id)
                .query(Boolean.class)
                .single();
    }

    /// Rolls the plan back.
    private static final class CancelledMeanwhile extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CancelledMeanwhile() {
            super("cancelled while it was being planned", null, false, false);
        }
    }
}
