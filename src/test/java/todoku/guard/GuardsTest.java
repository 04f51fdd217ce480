package todoku.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.database.TestDatabase;
import todoku.delivery.Batches;
import todoku.delivery.RefusedMailing;
import todoku.event.Event.Environment;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.guard.FirstPercent.Verdict;
import todoku.mailing.Mailings;
import todoku.mailing.Recipients;
import todoku.mailing.Recipients.Range;
import todoku.mailing.Result;
import todoku.mailing.Result.State;
import todoku.mailing.Results;

class GuardsTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    final AtomicReference<Instant> time = new AtomicReference<>(Instant.parse("2026-04-01T01:00:00Z"));
    final Mailings mailings = new Mailings(database.client(), time::get);
    final Results results = new Results(database.client());
    final GuardTable table = new GuardTable(database.client());
    final SystemLog log = new SystemLog(database.client(), time::get);
    final List<RefusedMailing> refusals = new ArrayList<>();
    final Guards.Refused refused = new Guards.Refused() {
        @Override
        public List<RefusedMailing> mailings() {
            return List.copyOf(refusals);
        }

        @Override
        public void forget(MailingId mailing) {
            refusals.clear();
        }
    };
    final AtomicInteger opened = new AtomicInteger();
    final Guards guards = new Guards(database.database(), mailings, log, refused, opened::incrementAndGet, time::get);
    int next = 1;

    @BeforeEach
    void people() {
        database.client().sql("DELETE FROM system_event").update();
        database.client().sql("""
                WITH d AS (INSERT INTO domain (name) SELECT 'd' || n || '.example' FROM generate_series(1, 40) n
                           ON CONFLICT DO NOTHING RETURNING id)
                INSERT INTO address (canonical, as_written, domain_id)
                SELECT 'a' || d.id || '-' || n, 'a' || d.id || '-' || n, d.id FROM d, generate_series(1, 50) n
                """).update();
        database.client().sql("""
                INSERT INTO destination (name) SELECT name FROM domain ON CONFLICT DO NOTHING
                """).update();
        database.client().sql("UPDATE domain d SET destination_id = x.id FROM destination x WHERE x.name = d.name").update();
    }

    @AfterEach
    void standard() {
        database.client().sql("UPDATE mailing SET state = 'STOPPED' WHERE state IN ('SENDING', 'PAUSED')").update();
        database.client().sql("UPDATE guard_setting SET stop_percent = 10, stop_results = 500, first_on = true").update();
    }

    MailingId sending(int recipients, int first) {
        return sending(Mailings.Kind.GROUP, recipients, first);
    }

    MailingId sending(Mailings.Kind kind, int recipients, int first) {
        MailingId mailing = mailings.create(new Mailings.NewMailing(
                kind, Environment.SANDBOX, 1, null, 50, null, null, time.get().plus(Duration.ofDays(3))));
        List<Range> ranges = database.database().inTransaction(() -> {
            var list = new Recipients(database.client());
            list.choose("SELECT NULL::bigint AS customer_id, id AS address_id FROM address ORDER BY id LIMIT :n", Map.of("n", recipients));
            return list.write(mailing);
        });
        new Batches(database.client()).cut(mailing, ranges, first);
        if (first < recipients) table.plan(mailing, first);
        mailings.planned(mailing, recipients);
        mailings.start(mailing);
        next = 1;
        return mailing;
    }

    void ended(MailingId mailing, int count, State state, Reason reason) {
        List<Result> all = new ArrayList<>();
        for (int i = 0; i < count; i++) all.add(new Result(mailing, next++, state, state == State.DELIVERED ? null : reason, null, 1, time.get()));
        database.database().inTransaction(() -> results.record(1, all));
    }

    void firstStageEnded(MailingId mailing) {
        database.client().sql("UPDATE delivery_batch SET state = 'ENDED' WHERE mailing_id = :id AND stage = 0")
                .param("id", mailing.value()).update();
    }

    @Test
    void ten_percent_of_five_hundred_stop_a_mailing_for_ever_and_say_why() {
        MailingId mailing = sending(1_000, 1_000);
        ended(mailing, 450, State.DELIVERED, Reason.OTHER);
        ended(mailing, 49, State.FAILED, Reason.USER_UNKNOWN);
        guards.look();
        assertThat(mailings.state(mailing)).isEqualTo(Mailings.State.SENDING);

        ended(mailing, 1, State.FAILED, Reason.SUSPENDED);
        guards.look();
        guards.look();

        assertThat(mailings.state(mailing)).isEqualTo(Mailings.State.STOPPED);
        assertThat(mailings.resume(mailing)).isFalse();
        assertThat(log.open(10)).singleElement().satisfies(event -> {
            assertThat(event.kind()).isEqualTo("ERROR_RATE");
            assertThat(event.mailing()).isEqualTo(mailing.value());
            assertThat(event.figures()).containsExactly("50", "500", "10");
        });
    }

    @Test
    void what_does_not_speak_of_an_address_stops_nothing() {
        MailingId mailing = sending(1_000, 1_000);
        ended(mailing, 440, State.DELIVERED, Reason.OTHER);
        ended(mailing, 40, State.FAILED, Reason.USER_UNKNOWN);
        ended(mailing, 20, State.FAILED, Reason.MAILBOX_FULL);
        ended(mailing, 300, State.FAILED, Reason.EXPIRED);
        ended(mailing, 50, State.FAILED, Reason.NOT_COMPOSABLE);
        ended(mailing, 50, State.SKIPPED, Reason.SUPPRESSED);
        ended(mailing, 50, State.UNKNOWN, Reason.CUT_AFTER_DOT);
        guards.look();

        assertThat(table.rate(mailing)).isEqualTo(new Rate(500, 40));
        assertThat(mailings.state(mailing)).isEqualTo(Mailings.State.SENDING);
    }

    @Test
    void an_accepted_mail_that_came_back_counts_once() {
        MailingId mailing = sending(100, 100);
        ended(mailing, 10, State.DELIVERED, Reason.OTHER);
        database.database().inTransaction(() -> results.bounced(mailing, 1, Reason.USER_UNKNOWN, null, time.get()));
        database.database().inTransaction(() -> results.bounced(mailing, 2, Reason.EXPIRED, null, time.get()));

        assertThat(table.rate(mailing)).isEqualTo(new Rate(9, 1));
    }

    @Test
    void an_own_limit_counts_instead() {
        GuardSettings settings = table.settings();
        assertThat(table.change(new GuardSettings(5, 100, true, 10, settings.version()))).isTrue();
        assertThat(table.change(new GuardSettings(7, 100, true, 10, settings.version()))).isFalse();
        assertThat(table.change(new GuardSettings(0, 100, true, 10, settings.version() + 1))).isFalse();
        MailingId mailing = sending(1_000, 1_000);
        ended(mailing, 95, State.DELIVERED, Reason.OTHER);
        ended(mailing, 5, State.FAILED, Reason.USER_UNKNOWN);
        guards.look();

        assertThat(mailings.state(mailing)).isEqualTo(Mailings.State.STOPPED);
    }

    @Test
    void a_mail_somebody_waits_for_is_never_stopped() {
        MailingId mailing = sending(Mailings.Kind.TRIGGERED, 1_000, 1_000);
        ended(mailing, 1_000, State.FAILED, Reason.USER_UNKNOWN);
        guards.look();

        assertThat(mailings.state(mailing)).isEqualTo(Mailings.State.SENDING);
    }

    @Test
    void the_first_percent_is_a_hundred_to_five_thousand_of_a_thousand_or_more() {
        GuardSettings settings = table.settings();

        assertThat(settings.first(999)).isEqualTo(999);
        assertThat(settings.first(1_000)).isEqualTo(100);
        assertThat(settings.first(118_432)).isEqualTo(1_184);
        assertThat(settings.first(3_000_000)).isEqualTo(5_000);
        assertThat(new GuardSettings(10, 500, false, 10, 1).first(118_432)).isEqualTo(118_432);
    }

    @Test
    void the_first_percent_is_spread_over_the_destinations() {
        MailingId mailing = sending(2_000, 100);

        record Share(long first, long destinations, long recipients) {}
        Share share = database.client().sql("""
                SELECT coalesce(sum(last_no - first_no + 1) FILTER (WHERE stage = 0), 0) AS first,
                       count(DISTINCT destination_id) FILTER (WHERE stage = 0) AS destinations,
                       sum(last_no - first_no + 1) AS recipients
                  FROM delivery_batch WHERE mailing_id = :id
                """)
                .param("id", mailing.value())
                .query((row, n) -> new Share(row.getLong("first"), row.getLong("destinations"), row.getLong("recipients")))
                .single();
        assertThat(share).isEqualTo(new Share(100, 40, 2_000));
    }

    @Test
    void a_first_percent_without_trouble_lets_the_rest_go() {
        MailingId mailing = sending(1_000, 100);
        ended(mailing, 91, State.DELIVERED, Reason.OTHER);
        guards.look();
        assertThat(table.first(mailing).orElseThrow().verdict()).isNull();
        ended(mailing, 9, State.FAILED, Reason.USER_UNKNOWN);
        firstStageEnded(mailing);
        guards.look();

        assertThat(table.first(mailing)).hasValue(new FirstPercent(100, 100, 9, Verdict.PASSED, time.get()));
        assertThat(stage(mailing)).isEqualTo(1);
        assertThat(opened.get()).isEqualTo(1);
        assertThat(log.open(10)).isEmpty();
    }

    @Test
    void too_many_errors_in_the_first_percent_wait_for_a_person_who_may_go_on_all_the_same() {
        MailingId mailing = sending(1_000, 100);
        ended(mailing, 90, State.DELIVERED, Reason.OTHER);
        ended(mailing, 10, State.FAILED, Reason.USER_UNKNOWN);
        firstStageEnded(mailing);
        guards.look();
        guards.look();

        assertThat(mailings.state(mailing)).isEqualTo(Mailings.State.PAUSED);
        assertThat(stage(mailing)).isZero();
        assertThat(log.open(10)).singleElement().satisfies(event -> assertThat(event.figures()).containsExactly("10", "100", "10", "100"));

        Guards.confirm(database.database(), mailings, mailing);
        mailings.resume(mailing);
        guards.look();
        assertThat(stage(mailing)).isEqualTo(1);
        assertThat(mailings.state(mailing)).isEqualTo(Mailings.State.SENDING);
        assertThat(table.first(mailing).orElseThrow().verdict()).isEqualTo(Verdict.CONFIRMED);
    }

    @Test
    void a_pause_of_a_person_does_not_pass_the_first_percent() {
        MailingId mailing = sending(1_000, 100);
        mailings.pause(mailing, Mailings.PauseCause.USER);
        Guards.confirm(database.database(), mailings, mailing);
        mailings.resume(mailing);

        assertThat(stage(mailing)).isZero();
        assertThat(table.first(mailing).orElseThrow().verdict()).isNull();
    }

    @Test
    void a_destination_that_rests_holds_the_others_up_for_ten_minutes() {
        MailingId mailing = sending(1_000, 100);
        ended(mailing, 20, State.DELIVERED, Reason.OTHER);
        time.set(time.get().plus(Duration.ofMinutes(9)));
        guards.look();
        assertThat(stage(mailing)).isZero();

        time.set(time.get().plus(Duration.ofMinutes(1)));
        guards.look();
        assertThat(stage(mailing)).isEqualTo(1);
    }

    @Test
    void a_first_percent_that_was_only_put_off_does_not_let_the_rest_go() {
        MailingId mailing = sending(1_000, 100);
        ended(mailing, 19, State.DELIVERED, Reason.OTHER);
        putOff(mailing);
        firstStageEnded(mailing);
        guards.look();
        time.updateAndGet(now -> now.plus(Duration.ofHours(5)));
        guards.look();
        assertThat(stage(mailing)).isZero();

        ended(mailing, 1, State.DELIVERED, Reason.OTHER);
        guards.look();
        assertThat(stage(mailing)).isEqualTo(1);
    }

    @Test
    void a_first_percent_that_can_bring_nothing_more_is_judged_by_what_there_is() {
        MailingId waiting = sending(1_000, 100);
        putOff(waiting);
        firstStageEnded(waiting);
        MailingId without = sending(1_000, 100);
        ended(without, 100, State.FAILED, Reason.MAILBOX_FULL);
        firstStageEnded(without);
        guards.look();
        assertThat(stage(without)).as("everybody has a result").isEqualTo(1);
        assertThat(stage(waiting)).isZero();

        time.updateAndGet(now -> now.plus(Duration.ofHours(36)));
        guards.look();
        assertThat(stage(waiting)).as("half of three days is gone").isEqualTo(1);
    }

    /// The last of the first percent was answered 4xx.
    private void putOff(MailingId mailing) {
        database.client().sql("""
                INSERT INTO waiting_message (mailing_id, no, destination_id, priority, due_at, expires_at, attempts, dated_at)
                SELECT :id, 100, min(id), 50, :due, :due, 1, :due FROM destination
                """)
                .param("id", mailing.value())
                .param("due", time.get().plus(Duration.ofDays(2)).atOffset(java.time.ZoneOffset.UTC))
                .update();
    }

    @Test
    void a_mailing_that_most_destinations_refuse_pauses_with_their_words() {
        MailingId mailing = sending(1_000, 1_000);
        refusals.add(new RefusedMailing(mailing, 4, 5, "550 5.7.1 blocked"));
        guards.look();

        assertThat(mailings.state(mailing)).isEqualTo(Mailings.State.PAUSED);
        assertThat(refusals).isEmpty();
        assertThat(log.open(10)).singleElement().satisfies(event -> {
            assertThat(event.kind()).isEqualTo("BLOCKED");
            assertThat(event.detail()).isEqualTo("550 5.7.1 blocked");
        });
        mailings.resume(mailing);
        guards.look();
        assertThat(mailings.state(mailing)).isEqualTo(Mailings.State.SENDING);
    }

    int stage(MailingId mailing) {
        return database.client().sql("SELECT open_stage FROM mailing WHERE id = :id").param("id", mailing.value())
                .query(Integer.class).single();
    }
}
