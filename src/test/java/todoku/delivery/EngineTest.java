package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mail.smtp.Answer;
import todoku.mailing.Mailings;
import todoku.mailing.Progress;
import todoku.mailing.Result;
import todoku.mailing.Results;

/// The engine on a real database towards a real receiving server.
class EngineTest extends EngineWorld {
    @Test
    void everybody_gets_one_mail_and_the_mailing_is_sent() {
        MailingId mailing = planned("all.example", 1200);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(1200, 1200, 0, 0, 0, 0, 0));
        assertThat(received).hasSize(1200).allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
        assertThat(events(mailing)).isEqualTo(1200);
    }

    @Test
    void a_full_mailbox_is_tried_again_later() {
        var full = new AtomicBoolean(true);
        rcpt = _ -> full.get() ? Answer.say(452, "4.2.2 mailbox full") : Answer.say(250, "Ok");
        MailingId mailing = planned("full.example", 1);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) == 1 && engine.idle(mailing));
            assertThat(received).isEmpty();
            full.set(false);
            time.updateAndGet(now -> now.plus(Duration.ofMinutes(15)));
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(1, 1, 0, 0, 0, 0, 0));
        assertThat(asked).containsExactly(Map.entry("r1@full.example", 2));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "five.example | 4.7.0 too many messages in this session",
        "max.example | Max message per connection reached, closing transmission channel",
        "closing.example | 4.4.2 mx.example.jp closing connection",
        "bare.example | ''"
    })
    void a_421_after_some_mails_only_closes_that_connection(String domain, String words) {
        rest = Duration.ofHours(1);
        mail = begun -> begun <= 5 ? Answer.say(250, "Ok") : Answer.say(421, words).thenHangUp();
        MailingId mailing = planned(domain, 100);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(received).hasSize(100).allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
        assertThat(sessions.get()).isGreaterThanOrEqualTo(20);
        assertThat(attempts(mailing)).containsOnly(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "rate.example | 4.7.28 rate limit exceeded",
        "connections.example | 4.7.0 too many connections from 192.0.2.1",
        "policy.example | 4.7.1 blocked by our policy"
    })
    void a_421_after_some_mails_that_says_why_rests_the_lane_and_not_the_recipient(String domain, String words) {
        rest = Duration.ofHours(1);
        mail = begun -> begun <= 2 ? Answer.say(250, "Ok") : Answer.say(421, words).thenHangUp();
        MailingId mailing = planned(domain, 100);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) > 0 && receiver.connections() == 0);
        }
        assertThat(sessions.get()).isBetween(1, CONNECTIONS);
        assertThat(received).hasSizeBetween(2, 2 * CONNECTIONS);
        assertThat(waitingAttempts(mailing)).containsOnly(0);
        mailings.stop(mailing);
    }

    @Test
    void a_reset_after_some_mails_is_a_sign_and_an_orderly_end_is_none() {
        rest = Duration.ofHours(1);
        mail = begun -> begun <= 2 ? Answer.say(250, "Ok") : Answer.hangUp();
        deliverAll(planned("orderly.example", 20));
        sessions.set(0);
        mail = begun -> begun <= 2 ? Answer.say(250, "Ok") : Answer.reset();
        MailingId mailing = planned("reset.example", 100);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) > 0 && receiver.connections() == 0);
        }
        assertThat(sessions.get()).isBetween(1, CONNECTIONS);
        assertThat(waitingAttempts(mailing)).containsOnly(0);
        mailings.stop(mailing);
    }

    private void deliverAll(MailingId mailing) {
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
    }

    @Test
    void a_421_to_the_first_mail_of_a_connection_rests_the_lane() {
        rest = Duration.ofHours(1);
        mail = _ -> Answer.say(421, "4.7.0 try again later").thenHangUp();
        MailingId mailing = planned("busy.example", 100);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) > 0 && receiver.connections() == 0);
        }
        assertThat(sessions.get()).isBetween(1, CONNECTIONS);
        assertThat(mailings.progress(mailing).remaining()).isEqualTo(100);
        assertThat(waitingAttempts(mailing)).containsOnly(0);
        mailings.stop(mailing);
    }

    @Test
    void one_recipient_who_makes_the_lane_rest_does_not_hold_up_the_others() {
        rcpt = to -> to.startsWith("r1@") ? Answer.say(550, "5.7.1 refused") : Answer.say(250, "Ok");
        MailingId mailing = planned("one.example", 200);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> {
                time.updateAndGet(now -> now.plusMillis(20));
                return mailings.progress(mailing).delivered() == 199;
            });
            assertThat(asked).containsEntry("r1@one.example", 1);
            time.updateAndGet(now -> now.plus(Duration.ofMinutes(16)));
            await(() -> asked.get("r1@one.example") == 2);
        }
        assertThat(waitingAttempts(mailing)).containsExactly(0);
        mailings.stop(mailing);
    }

    @Test
    void a_refusal_of_the_whole_mail_that_is_about_us_rests_the_lane_and_ends_nobody() {
        rest = Duration.ofHours(1);
        dot = _ -> Answer.say(550, "5.7.26 This mail has been blocked because the sender is unauthenticated");
        MailingId mailing = planned("strict.example", 100);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) > 0 && receiver.connections() == 0);
        }
        assertThat(mailings.progress(mailing).remaining()).isEqualTo(100);
        assertThat(waitingAttempts(mailing)).containsOnly(0);
        mailings.stop(mailing);
    }

    @Test
    void a_mail_that_is_too_big_for_them_is_final_before_it_is_sent() {
        mail = _ -> Answer.say(552, "5.3.4 Message size exceeds fixed maximum message size");
        MailingId mailing = planned("small.example", 2);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(results(mailing)).containsOnly("FAILED TOO_BIG 552 5.3.4 Message size exceeds fixed maximum message size");
    }

    @Test
    void an_unknown_user_is_final_and_the_reply_is_kept_without_the_address() {
        rcpt = to -> Answer.say(550, "5.1.1 <" + to + "> user unknown");
        MailingId mailing = planned("gone.example", 2);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(results(mailing)).containsOnly("FAILED USER_UNKNOWN 550 5.1.1 <rcpt> user unknown");
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(2, 0, 2, 0, 0, 0, 0));
    }

    @Test
    void one_who_was_cut_after_the_dot_is_named_unknown() {
        dot = to -> to.startsWith("r2@") ? Answer.hangUp() : Answer.say(250, "Ok");
        MailingId mailing = planned("cut.example", 3);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(3, 2, 0, 0, 1, 0, 0));
        assertThat(received.values()).containsOnly(1);
    }

    @Test
    void nobody_who_expires_unanswered_counts_as_failed() {
        MailingId mailing = planned("late.example", 3);
        time.updateAndGet(now -> now.plus(Duration.ofDays(30)));
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(3, 0, 0, 3, 0, 0, 0));
    }

    @Test
    void a_result_is_written_once_and_only_unknown_gives_way_to_a_fact() {
        MailingId mailing = planned("once.example", 1);
        var results = new Results(database.client());
        Result unknown = new Result(mailing, 1, Result.State.UNKNOWN, Reason.NODE_LOST, null, 1, clock.instant());
        Result delivered = new Result(mailing, 1, Result.State.DELIVERED, null, null, 1, clock.instant());
        Result failed = new Result(mailing, 1, Result.State.FAILED, Reason.OTHER, null, 1, clock.instant());

        assertThat(record(results, unknown)).isEqualTo(1);
        assertThat(record(results, unknown)).isZero();
        assertThat(record(results, delivered)).isEqualTo(1);
        assertThat(record(results, delivered)).isZero();
        assertThat(record(results, failed)).isZero();
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(1, 1, 0, 0, 0, 0, 0));
        mailings.stop(mailing);
    }

    @Test
    void a_group_is_committed_once() {
        MailingId mailing = planned("group.example", 1);
        mailings.pause(mailing, Mailings.PauseCause.USER);
        var registry = new Registry();
        var results = new Results(database.client());
        try (Node node = Node.open(directory, database.client(), "os");
                Journal journal = Journal.open(directory.resolve("journal"), 64)) {
            var queue = new Queue(
                    database.database(), node, journal, registry, new Settlement(database.client(), results, node.id),
                    BootClock.SYSTEM);
            var committer = new Committer(
                    database.database(), results, mailings, node, journal, registry, queue, new Watch(clock), new Counts(), () -> true, () -> {});
            var again = new Committer(
                    database.database(), results, mailings, node, journal, registry, queue, new Watch(clock), new Counts(), () -> true, () -> {});
            committer.begin();
            again.begin();
            var outcome = new Outcome(
                    mailing, 1, 0, 0, 1, Result.State.DELIVERED, null, "250 Ok", clock.instant(), clock.instant(), false);
            List<Journal.Entry> group = List.of(new Journal.Entry(0, outcome));

            assertThat(committer.commit(group)).isTrue();
            assertThat(again.commit(group)).isFalse();
        }
        assertThat(mailings.progress(mailing).delivered()).isEqualTo(1);
        assertThat(events(mailing)).isEqualTo(1);
        mailings.stop(mailing);
    }

    @Test
    void a_reply_the_database_refuses_holds_nobody_up() {
        rcpt = to -> to.startsWith("r2@") ? Answer.say(550, "5.1.1 unspeakable") : Answer.say(250, "Ok");
        var db = database.client();
        db.sql("ALTER TABLE reply_text ADD CONSTRAINT no_such_word CHECK (text NOT LIKE '%unspeakable%')").update();
        MailingId mailing = planned("unspeakable.example", 5);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        } finally {
            db.sql("ALTER TABLE reply_text DROP CONSTRAINT no_such_word").update();
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(5, 4, 1, 0, 0, 0, 0));
        assertThat(received).hasSize(4).allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
    }

    @Test
    void the_words_of_a_verdict_are_such_as_the_database_can_hold() {
        var outcome = new Outcome(
                new MailingId(7), 1, 0, 0, 1, null, null, "certificate for mx.exa\0mple", clock.instant(), clock.instant(), false);
        assertThat(outcome.reply()).isEqualTo("certificate for mx.example");
    }

    @Test
    void a_pause_and_going_on_send_nobody_twice() {
        var half = new CountDownLatch(100);
        dot = _ -> {
            half.countDown();
            return Answer.say(250, "Ok");
        };
        MailingId mailing = planned("pause.example", 1000);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> half.getCount() == 0);
            mailings.pause(mailing, Mailings.PauseCause.USER);
            await(() -> engine.idle(mailing));
            int before = received.size();
            assertThat(before).isLessThan(1000);
            assertThat(mailings.progress(mailing).delivered()).isEqualTo(before);
            mailings.resume(mailing);
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(1000, 1000, 0, 0, 0, 0, 0));
        assertThat(received).hasSize(1000).allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
    }

    @Test
    void a_pause_ends_the_dialogues_that_have_not_come_to_their_dot() {
        var tarpit = new CountDownLatch(1);
        rcpt = _ -> {
            await(() -> tarpit.getCount() == 0);
            return Answer.say(250, "Ok");
        };
        MailingId mailing = planned("tarpit.example", 20);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> asked.size() == BULK);
            mailings.pause(mailing, Mailings.PauseCause.USER);
            await(() -> engine.idle(mailing));
            tarpit.countDown();
            assertThat(received).isEmpty();
            assertThat(waitingAttempts(mailing)).containsOnly(0);
            mailings.resume(mailing);
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(received).hasSize(20).allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
    }

    @Test
    void one_who_leaves_while_they_let_us_wait_gets_no_mail() {
        var tarpit = new CountDownLatch(1);
        rcpt = _ -> {
            await(() -> tarpit.getCount() == 0);
            return Answer.say(250, "Ok");
        };
        MailingId mailing = planned("patience.example", BULK);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> asked.size() == BULK);
            left.add(2);
            slept.addAndGet(3_000);
            tarpit.countDown();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(received.keySet()).containsExactlyInAnyOrder("r1@patience.example", "r3@patience.example");
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(BULK, BULK - 1, 0, 1, 0, 0, 0));
    }

    @Test
    void a_pause_lets_those_behind_their_dot_hear_the_answer() {
        var slow = new CountDownLatch(1);
        dot = _ -> {
            await(() -> slow.getCount() == 0);
            return Answer.say(250, "Ok");
        };
        MailingId mailing = planned("slow.example", 20);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> received.size() == BULK);
            mailings.pause(mailing, Mailings.PauseCause.USER);
            await(() -> engine.isHalted(mailing));
            assertThat(engine.idle(mailing)).isFalse();
            await(() -> engine.awaiting(mailing) == BULK); // 応答待ち
            slow.countDown();
            await(() -> engine.idle(mailing));
            assertThat(engine.awaiting(mailing)).isZero();
        }
        assertThat(received).hasSize(BULK);
        assertThat(mailings.progress(mailing).delivered()).isEqualTo(BULK);
        mailings.stop(mailing);
    }

    @Test
    void a_connection_is_kept_for_the_first_priority() {
        var slow = new CountDownLatch(1);
        dot = to -> {
            if (to.startsWith("c")) await(() -> slow.getCount() == 0);
            return Answer.say(250, "Ok");
        };
        MailingId campaign = planned(Mailings.Kind.GROUP, "kept.example", 50, "c");
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> received.size() == BULK);
            MailingId receipt = planned(Mailings.Kind.TRIGGERED, "kept.example", 3, "t");
            await(() -> mailings.state(receipt) == Mailings.State.SENT);
            assertThat(received).hasSize(BULK + 3);
            slow.countDown();
            await(() -> mailings.state(campaign) == Mailings.State.SENT);
        }
        assertThat(received).hasSize(53).allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
    }

    @Test
    void a_stop_is_for_ever_and_whoever_waits_stays_unsent() {
        rcpt = to -> to.startsWith("r") ? Answer.say(452, "4.2.2 mailbox full") : Answer.say(250, "Ok");
        MailingId stopped = planned("stop.example", 300);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(stopped) > 50);
            assertThat(mailings.stop(stopped)).isTrue();
            await(() -> engine.idle(stopped));
            Progress frozen = mailings.progress(stopped);
            Map<String, Integer> askedThen = Map.copyOf(asked);

            rcpt = _ -> Answer.say(250, "Ok");
            time.updateAndGet(now -> now.plus(Duration.ofDays(1)));
            deliverAnother("stop.example", "a");
            time.updateAndGet(now -> now.plus(Duration.ofDays(30)));
            deliverAnother("stop.example", "b");

            assertThat(mailings.resume(stopped)).isFalse();
            assertThat(mailings.pause(stopped, Mailings.PauseCause.USER)).isFalse();
            assertThat(mailings.state(stopped)).isEqualTo(Mailings.State.STOPPED);
            assertThat(mailings.progress(stopped)).usingRecursiveComparison().ignoringFields("waiting").isEqualTo(frozen);
            assertThat(frozen.remaining()).isEqualTo(300);
            askedThen.forEach((to, times) -> assertThat(asked).containsEntry(to, times));
        }
        assertThat(received.keySet()).containsExactlyInAnyOrder("a1@stop.example", "b1@stop.example");
    }

    @ParameterizedTest
    @EnumSource(value = Moment.class, mode = EnumSource.Mode.EXCLUDE, names = "RECOVERED")
    void a_death_loses_nobody_and_mails_nobody_twice(Moment moment) {
        MailingId mailing = planned(moment.name().toLowerCase(java.util.Locale.ROOT) + ".example", 50);
        dieAt(moment, moment == Moment.BEFORE_COMMIT || moment == Moment.AFTER_MARK ? 2 : 20);

        try (Engine second = engine(_ -> {})) {
            second.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }

        Progress progress = mailings.progress(mailing);
        assertThat(progress.remaining()).isZero();
        assertThat(progress.delivered() + progress.unknown()).isEqualTo(50);
        // At most one per connection; certain before the dot and after the journalled reply.
        assertThat(progress.unknown()).isLessThanOrEqualTo(CONNECTIONS);
        assertThat(received.values()).allMatch(times -> times == 1);
        assertThat(received.size()).isBetween(progress.delivered(), 50);
    }

    @Test
    void a_death_at_the_end_of_a_recovery_looks_like_no_restore() {
        MailingId mailing = planned("died-again.example", 50);
        dieAt(Moment.AFTER_REPLY, 20);
        int known = mailings.progress(mailing).delivered();
        assertThatThrownBy(() -> dieAt(Moment.RECOVERED, 1)).isInstanceOf(IllegalStateException.class);
        assertThat(mailings.progress(mailing).delivered()).isGreaterThanOrEqualTo(known);

        try (Engine third = engine(_ -> {})) {
            third.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        Progress progress = mailings.progress(mailing);
        assertThat(progress.delivered() + progress.unknown()).isEqualTo(50);
        assertThat(progress.unknown()).isLessThanOrEqualTo(CONNECTIONS);
        assertThat(received.values()).allMatch(times -> times == 1);
    }

    /// Starts an engine, which dies at the given visit of this moment.
    private void dieAt(Moment moment, int fatalVisit) {
        var dying = new AtomicReference<Engine>();
        var visits = new AtomicInteger();
        var died = new CountDownLatch(1);
        Engine mortal = engine(at -> {
            Engine engine = dying.get();
            if (at == moment && engine != null && visits.incrementAndGet() == fatalVisit) {
                engine.die();
                died.countDown();
            }
        });
        dying.set(mortal);
        mortal.start();
        await(() -> died.getCount() == 0);
        await(() -> receiver.connections() == 0);
    }

    @Test
    void after_a_restart_of_the_machine_all_open_ones_are_unknown() {
        MailingId mailing = planned("power.example", 50);
        var dying = new AtomicReference<Engine>();
        var died = new CountDownLatch(1);
        Engine first = engine(at -> {
            Engine engine = dying.get();
            if (at == Moment.AFTER_MARK && engine != null) {
                engine.die();
                died.countDown();
            }
        });
        dying.set(first);
        first.start();
        await(() -> died.getCount() == 0);

        try (Engine second = engine("another boot", _ -> {})) {
            second.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }

        Progress progress = mailings.progress(mailing);
        assertThat(progress.unknown()).isBetween(1, 2 * CONNECTIONS);
        assertThat(progress.delivered()).isEqualTo(50 - progress.unknown());
    }
}
