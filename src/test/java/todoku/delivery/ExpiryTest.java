package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import todoku.event.MailingId;
import todoku.mail.smtp.Answer;
import todoku.mailing.Mailings;
import todoku.mailing.Progress;

/// 配信期限: how those end who have waited too long.
class ExpiryTest extends EngineWorld {
    private static final Duration LONG = Duration.ofDays(30);

    @Test
    void one_who_was_answered_fails_and_the_last_reply_is_kept() {
        rcpt = _ -> Answer.say(452, "4.2.2 mailbox full");
        MailingId mailing = planned("answered.example", 2);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) == 2 && engine.idle(mailing));
            time.updateAndGet(now -> now.plus(LONG));
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(2, 0, 2, 0, 0, 0, 0));
        assertThat(results(mailing)).containsOnly("FAILED EXPIRED 452 4.2.2 mailbox full");
    }

    @Test
    void one_who_was_never_answered_is_left_out() {
        receiver.close();
        MailingId mailing = planned("silent.example", 2);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) == 2 && engine.idle(mailing));
            time.updateAndGet(now -> now.plus(LONG));
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(2, 0, 0, 2, 0, 0, 0));
        assertThat(reasons(mailing)).containsOnly("EXPIRED");
    }

    @Test
    void a_doubtful_one_is_unknown() {
        rcpt = _ -> Answer.say(452, "4.2.2 mailbox full");
        MailingId mailing = planned("doubtful.example", 1);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) == 1 && engine.idle(mailing));
            database.client()
                    .sql("UPDATE waiting_message SET doubtful = true WHERE mailing_id = :id")
                    .param("id", mailing.value())
                    .update();
            time.updateAndGet(now -> now.plus(LONG));
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(1, 0, 0, 0, 1, 0, 0));
    }

    @Test
    void it_comes_also_while_paused() {
        rcpt = _ -> Answer.say(452, "4.2.2 mailbox full");
        MailingId answered = planned("paused.example", 1);
        MailingId untouched = planned("untouched.example", 5);
        mailings.pause(untouched, Mailings.PauseCause.USER);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(answered) == 1 && engine.idle(answered));
            mailings.pause(answered, Mailings.PauseCause.USER);
            time.updateAndGet(now -> now.plus(LONG));
            await(() -> mailings.progress(answered).failed() == 1);
            await(() -> mailings.progress(untouched).skipped() == 5);
            assertThat(mailings.state(answered)).isEqualTo(Mailings.State.PAUSED);
            mailings.resume(answered);
            mailings.resume(untouched);
            await(() -> mailings.state(answered) == Mailings.State.SENT);
            await(() -> mailings.state(untouched) == Mailings.State.SENT);
        }
        assertThat(asked).hasSize(1);
    }

    @Test
    void of_a_stopped_mailing_nobody_waits_any_longer_and_only_a_doubtful_one_ends() {
        rcpt = _ -> Answer.say(452, "4.2.2 mailbox full");
        MailingId mailing = planned("stopped.example", 3);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) == 3 && engine.idle(mailing));
            database.client()
                    .sql("UPDATE waiting_message SET doubtful = true WHERE mailing_id = :id AND no = 2")
                    .param("id", mailing.value())
                    .update();
            mailings.stop(mailing);
            time.updateAndGet(now -> now.plus(LONG));
            await(() -> waiting(mailing) == 0);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(3, 0, 0, 0, 1, 2, 0));
        assertThat(mailings.state(mailing)).isEqualTo(Mailings.State.STOPPED);
    }

    @Test
    void a_stopped_mailing_keeps_who_waits_while_another_node_has_still_to_say_whom_it_sent_to() {
        rcpt = _ -> Answer.say(452, "4.2.2 mailbox full");
        MailingId mailing = planned("left.example", 1);
        MailingId other = planned("other.example", 1);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) == 1 && waiting(other) == 1 && engine.idle(mailing) && engine.idle(other));
            database.client()
                    .sql("""
                            UPDATE delivery_batch SET state = 'WAITING', node_id = 0, node_boot = 1,
                                   leased_until = clock_timestamp() + interval '1 minute' WHERE mailing_id = :id
                            """)
                    .param("id", mailing.value())
                    .update();
            mailings.stop(mailing);
            mailings.stop(other);
            time.updateAndGet(now -> now.plus(LONG));
            await(() -> waiting(other) == 0);
        }
        assertThat(waiting(mailing)).isEqualTo(1);
    }

    @Test
    void the_batches_of_a_stopped_mailing_end_at_once_and_nobody_of_them_has_a_result() {
        MailingId mailing = planned("untouched-stopped.example", 5);
        mailings.stop(mailing);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> batchesOf(mailing) == 0);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(5, 0, 0, 0, 0, 5, 0));
    }

    @Test
    void a_batch_in_hand_is_not_gone_on_with() {
        dot = _ -> {
            time.updateAndGet(now -> now.plus(LONG));
            return Answer.say(250, "Ok");
        };
        MailingId mailing = planned("in-hand.example", 100);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        Progress progress = mailings.progress(mailing);
        assertThat(progress.delivered()).isBetween(1, 2 * CONNECTIONS);
        assertThat(progress.skipped()).isEqualTo(100 - progress.delivered());
    }

    private static List<String> reasons(MailingId mailing) {
        return database.client()
                .sql("SELECT reason FROM recipient_result WHERE mailing_id = :id")
                .param("id", mailing.value())
                .query(String.class)
                .list();
    }
}
