package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import todoku.event.MailingId;
import todoku.mail.smtp.Answer;
import todoku.mailing.Mailings;
import todoku.mailing.Progress;

/// Sending stops by itself when it could not be remembered, and goes on by itself.
class OutageTest extends EngineWorld {
    @Test
    void a_full_journal_stops_sending_until_verdicts_can_be_committed() {
        journalSlots = 8;
        var committing = new CountDownLatch(1);
        MailingId mailing = planned("journal.example", 100);
        try (Engine engine = engine(at -> {
            if (at == Moment.BEFORE_COMMIT) await(() -> committing.getCount() == 0);
        })) {
            engine.start();
            await(() -> engine.standstill() != null);
            assertThat(cause(engine)).isEqualTo(Standstill.Cause.JOURNAL_FULL);
            assertThat(received.size()).isLessThanOrEqualTo(4); // a dot and an answer each
            committing.countDown();
            await(() -> mailings.state(mailing) == Mailings.State.SENT && engine.standstill() == null);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(100, 100, 0, 0, 0, 0, 0));
        assertThat(received).hasSize(100).allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
    }

    @Test
    void who_was_claimed_when_contents_could_not_be_had_is_sent_to_afterwards() {
        var refusals = new AtomicInteger(1);
        dot = _ -> refusals.getAndDecrement() > 0 ? Answer.say(451, "4.3.0 later") : Answer.say(250, "Ok");
        MailingId first = planned("claimed.example", 1);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(first) == 1);
            contentsFail.set(2);
            MailingId second = planned("claimed.example", 3, "s");
            await(() -> mailings.state(second) == Mailings.State.SENT);
            contentsFail.set(1);
            time.updateAndGet(now -> now.plus(Duration.ofMinutes(30)));
            await(() -> contentsFail.get() == 0);
            time.updateAndGet(now -> now.plus(Duration.ofMinutes(2)));
            await(() -> mailings.state(first) == Mailings.State.SENT);
        }
        assertThat(received).hasSize(4);
    }

    @Test
    void a_directory_in_which_no_journal_can_be_made_is_let_go() throws Exception {
        var inTheWay = java.nio.file.Files.createDirectory(directory.resolve("journal"));
        assertThatThrownBy(() -> engine(_ -> {})).hasMessageContaining("the journal needs");
        java.nio.file.Files.delete(inTheWay);
        MailingId mailing = planned("room.example", 1);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
    }

    @Test
    void without_the_database_nobody_is_sent_to_and_afterwards_it_goes_on_by_itself() {
        var half = new CountDownLatch(200);
        dot = _ -> {
            half.countDown();
            return Answer.say(250, "Ok");
        };
        MailingId mailing = planned("away.example", 1500);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> half.getCount() == 0);
            database.goAway();
            try {
                await(() -> engine.standstill() != null);
                assertThat(cause(engine)).isEqualTo(Standstill.Cause.DATABASE_AWAY);
                int then = received.size();
                // Those behind their dot hear their answer; nobody else begins.
                await(() -> engine.dialogues() == 0);
                assertThat(received.size()).isBetween(then, then + CONNECTIONS).isLessThan(1500);
            } finally {
                database.comeBack();
            }
            await(() -> isSent(mailing) && engine.standstill() == null);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(1500, 1500, 0, 0, 0, 0, 0));
        assertThat(received).hasSize(1500).allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
    }

    @Test
    void a_full_database_stops_sending_without_a_break_although_it_answers_questions() {
        var half = new CountDownLatch(200);
        dot = _ -> {
            half.countDown();
            return Answer.say(250, "Ok");
        };
        var commits = new AtomicInteger();
        MailingId mailing = planned("full.example", 1500);
        try (Engine engine = engine(at -> {
            if (at == Moment.BEFORE_COMMIT) commits.incrementAndGet();
        })) {
            engine.start();
            await(() -> half.getCount() == 0);
            refuseResults();
            try {
                await(() -> engine.standstill() != null);
                Standstill first = engine.standstill();
                assertThat(cause(engine)).isEqualTo(Standstill.Cause.DATABASE_FULL);
                await(() -> engine.dialogues() == 0);
                int then = received.size();
                int tried = commits.get();
                await(() -> commits.get() > tried + 5);
                assertThat(engine.standstill()).isSameAs(first);
                assertThat(received).hasSize(then);
            } finally {
                takeResults();
            }
            await(() -> mailings.state(mailing) == Mailings.State.SENT && engine.standstill() == null);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(1500, 1500, 0, 0, 0, 0, 0));
        assertThat(received).hasSize(1500).allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
    }

    private static void refuseResults() {
        database.client().sql("""
                CREATE FUNCTION test_full() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$
                """).update();
        database.client()
                .sql("CREATE TRIGGER test_full BEFORE UPDATE ON journal_position FOR EACH STATEMENT EXECUTE FUNCTION test_full()")
                .update();
    }

    private static void takeResults() {
        database.client().sql("DROP FUNCTION test_full CASCADE").update();
    }

    @Test
    void with_less_than_twenty_seconds_of_lease_no_mail_comes_to_its_dot() {
        var asleep = new AtomicBoolean();
        rcpt = _ -> {
            if (!asleep.getAndSet(true)) slept.addAndGet(Duration.ofSeconds(41).toMillis());
            return Answer.say(250, "Ok");
        };
        MailingId mailing = planned("lease.example", CONNECTIONS);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        // The first dialogues were ended before their dot, and began again under another lease.
        assertThat(asked.values()).contains(2);
        assertThat(received).hasSize(CONNECTIONS).allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
        assertThat(mailings.progress(mailing).delivered()).isEqualTo(CONNECTIONS);
        assertThat(attempts(mailing)).containsOnly(1);
    }

    /// Our own question may be the first to meet a connection that was cut off.
    private boolean isSent(MailingId mailing) {
        try {
            return mailings.state(mailing) == Mailings.State.SENT;
        } catch (DataAccessException e) {
            return false;
        }
    }

    private static Standstill.Cause cause(Engine engine) {
        Standstill standstill = engine.standstill();
        assertThat(standstill).isNotNull();
        return standstill.cause();
    }
}
