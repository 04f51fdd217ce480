package todoku.delivery;

import static java.time.ZoneOffset.UTC;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import todoku.event.MailingId;
import todoku.mail.smtp.Answer;
import todoku.mailing.Mailings;
import todoku.mailing.Progress;

/// Another node goes on where one has died, with the database alone: its disk may be gone.
class TakeoverTest extends EngineWorld {
    @TempDir
    Path elsewhere;

    @Test
    void above_the_mark_nobody_was_sent_to_and_below_it_the_open_ones_are_unknown() {
        MailingId mailing = planned("gone-node.example", 60);
        dieWhile(Moment.AFTER_REPLY, 20);
        int before = received.size();
        int delivered = mailings.progress(mailing).delivered();

        leaseRunsOut();
        directory = elsewhere;
        try (Engine other = engine(_ -> {})) {
            other.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }

        Progress progress = mailings.progress(mailing);
        assertThat(progress.remaining()).isZero();
        assertThat(progress.unknown()).isBetween(1, 2 * CONNECTIONS);
        assertThat(progress.delivered()).isEqualTo(60 - progress.unknown()).isGreaterThan(delivered);
        assertThat(received.values()).containsOnly(1);
        assertThat(received.size()).isBetween(before, 60);
    }

    @Test
    void waiting_messages_are_taken_over_too() {
        var full = new AtomicReference<>(Answer.say(452, "4.2.2 mailbox full"));
        rcpt = _ -> full.get();
        MailingId mailing = planned("gone-waiting.example", 20);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) == 20 && engine.idle(mailing));
        }
        full.set(Answer.say(250, "Ok"));
        time.updateAndGet(now -> now.plus(java.time.Duration.ofMinutes(16)));
        dieWhile(Moment.AFTER_REPLY, 6);

        leaseRunsOut();
        directory = elsewhere;
        try (Engine other = engine(_ -> {})) {
            other.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        Progress progress = mailings.progress(mailing);
        assertThat(progress.unknown()).isBetween(1, 2 * CONNECTIONS);
        assertThat(progress.delivered()).isEqualTo(20 - progress.unknown());
        assertThat(received.values()).containsOnly(1);
    }

    @Test
    void of_a_stopped_mailing_the_open_ones_are_unknown_and_the_others_stay_unsent() {
        MailingId mailing = planned("gone-stopped.example", 60);
        dieWhile(Moment.AFTER_REPLY, 20);
        mailings.stop(mailing);
        Progress before = mailings.progress(mailing);
        int received = this.received.size();

        leaseRunsOut();
        directory = elsewhere;
        try (Engine other = engine(_ -> {})) {
            other.start();
            await(() -> batchesOf(mailing) == 0);
        }
        Progress progress = mailings.progress(mailing);
        assertThat(progress.unknown()).isBetween(1, 2 * CONNECTIONS);
        assertThat(progress.delivered()).isEqualTo(before.delivered());
        assertThat(progress.remaining()).isEqualTo(60 - progress.delivered() - progress.unknown());
        assertThat(this.received).hasSize(received);
    }

    @Test
    void of_a_stopped_mailing_a_waiting_message_that_was_open_is_unknown_too() {
        var full = new AtomicReference<>(Answer.say(452, "4.2.2 mailbox full"));
        rcpt = _ -> full.get();
        MailingId mailing = planned(Mailings.Kind.TRIGGERED, "gone-receipts.example", 20, "r");
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) == 20 && engine.idle(mailing));
        }
        full.set(Answer.say(250, "Ok"));
        time.updateAndGet(now -> now.plus(java.time.Duration.ofMinutes(16)));
        dieWhile(Moment.AFTER_REPLY, 6);
        mailings.stop(mailing);

        leaseRunsOut();
        directory = elsewhere;
        try (Engine other = engine(_ -> {})) {
            other.start();
            await(() -> mailings.progress(mailing).unknown() > 0);
        }
        assertThat(mailings.progress(mailing).unknown()).isBetween(1, 2 * CONNECTIONS);
        assertThat(mailings.again(mailing)).isZero();
        assertThat(received.values()).containsOnly(1);
    }

    @Test
    void the_answers_of_a_node_that_comes_back_replace_unknown() {
        MailingId mailing = planned("back.example", 60);
        dieWhile(Moment.BEFORE_COMMIT, 3);
        leaseRunsOut();
        Path first = directory;
        directory = elsewhere;
        try (Engine other = engine(_ -> {})) {
            other.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        int unknown = mailings.progress(mailing).unknown();
        assertThat(unknown).isPositive();

        directory = first;
        try (Engine back = engine(_ -> {})) {
            back.start();
        }
        assertThat(mailings.progress(mailing).unknown()).isLessThan(unknown);
        assertThat(mailings.progress(mailing).remaining()).isZero();
        assertThat(received.values()).containsOnly(1);
    }

    @Test
    void who_is_told_later_after_another_node_has_ended_the_mailing_is_sent_to_all_the_same() {
        var frozen = new CountDownLatch(BULK);
        var woken = new CountDownLatch(1);
        rcpt = _ -> {
            frozen.countDown();
            await(() -> woken.getCount() == 0);
            return Answer.say(452, "4.2.2 mailbox full");
        };
        MailingId mailing = planned("woken.example", BULK);
        Path first = directory;
        try (Engine slow = engine(_ -> {})) {
            slow.start();
            await(() -> frozen.getCount() == 0);
            leaseRunsOut();
            directory = elsewhere;
            try (Engine other = engine(_ -> {})) {
                other.start();
                await(() -> mailings.state(mailing) == Mailings.State.SENT);
            }
            assertThat(mailings.progress(mailing).unknown()).isEqualTo(BULK);

            woken.countDown();
            await(() -> waiting(mailing) == BULK);
            rcpt = _ -> Answer.say(250, "Ok");
            time.updateAndGet(now -> now.plus(java.time.Duration.ofMinutes(16)));
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        } finally {
            directory = first;
        }
        assertThat(mailings.progress(mailing).delivered()).isEqualTo(BULK);
        assertThat(received).hasSize(BULK).allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
    }

    @Test
    void a_waiting_message_whose_mark_was_stored_and_not_answered_is_sent_when_the_lease_has_run_out() {
        rcpt = _ -> Answer.say(452, "4.2.2 mailbox full");
        MailingId mailing = planned("unanswered.example", 2);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) == 2 && engine.idle(mailing));
            rcpt = _ -> Answer.say(250, "Ok");
            database.client()
                    .sql("UPDATE waiting_message SET opened = true, due_at = :now," + HELD_HERE + " WHERE mailing_id = :id")
                    .param("now", time.get().atOffset(UTC))
                    .param("id", mailing.value())
                    .update();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(2, 2, 0, 0, 0, 0, 0));
    }

    @Test
    void a_batch_whose_lease_was_lost_while_paused_expires_and_only_who_came_to_the_dot_is_unknown() throws Exception {
        MailingId mailing = planned("lost-lease.example", 5);
        mailings.pause(mailing, Mailings.PauseCause.USER);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            engine.journal().dot(new Key(mailing.value(), 1));
            database.client()
                    .sql("UPDATE delivery_batch SET open_upto = 2," + HELD_HERE + " WHERE mailing_id = :id")
                    .param("id", mailing.value())
                    .update();
            await(() -> waiting(mailing) == 1);
            time.updateAndGet(now -> now.plus(java.time.Duration.ofDays(30)));
            await(() -> mailings.progress(mailing).remaining() == 0);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(5, 0, 0, 4, 1, 0, 0));
    }

    @Test
    void a_lease_made_while_the_clock_of_the_database_was_ahead_holds_nobody_up_for_an_hour() {
        MailingId mailing = planned("ahead.example", 5);
        mailings.pause(mailing, Mailings.PauseCause.USER);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            database.client()
                    .sql("UPDATE delivery_batch SET" + HELD_HERE + "+ interval '1 hour' WHERE mailing_id = :id")
                    .param("id", mailing.value())
                    .update();
            mailings.resume(mailing);
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(5, 5, 0, 0, 0, 0, 0));
    }

    /// By the engine that started last, which knows nothing of it.
    private static final String HELD_HERE =
            """
             (node_id, node_boot) = (SELECT id, boot FROM node ORDER BY seen_at DESC LIMIT 1), leased_until = clock_timestamp()
            """;

    @Test
    void a_lost_journal_makes_the_open_ones_unknown_even_for_the_same_node() throws Exception {
        MailingId mailing = planned("lost-journal.example", 60);
        dieWhile(Moment.AFTER_REPLY, 20);
        java.nio.file.Files.delete(directory.resolve("journal"));
        try (Engine again = engine(_ -> {})) {
            again.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing).unknown()).isBetween(1, 2 * CONNECTIONS);
        assertThat(received.values()).containsOnly(1);
    }

    /// Dies at the given visit of the moment and waits until every dialogue has broken.
    void dieWhile(Moment moment, int fatalVisit) {
        var dying = new AtomicReference<Engine>();
        var visits = new AtomicInteger();
        var died = new CountDownLatch(1);
        Engine engine = engine(at -> {
            Engine self = dying.get();
            if (at == moment && self != null && visits.incrementAndGet() == fatalVisit) {
                self.die();
                died.countDown();
            }
        });
        dying.set(engine);
        engine.start();
        await(() -> died.getCount() == 0);
        await(() -> receiver.connections() == 0);
    }

    static void leaseRunsOut() {
        database.client()
                .sql("UPDATE delivery_batch SET leased_until = clock_timestamp() WHERE leased_until > clock_timestamp()")
                .update();
        database.client()
                .sql("UPDATE waiting_message SET leased_until = clock_timestamp() WHERE leased_until > clock_timestamp()")
                .update();
    }
}
