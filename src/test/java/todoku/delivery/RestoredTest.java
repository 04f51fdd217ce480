package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import todoku.event.MailingId;
import todoku.mail.smtp.Answer;
import todoku.mailing.Mailings;
import todoku.mailing.Progress;

/// A backup taken while sending comes back.
class RestoredTest extends EngineWorld {
    @TempDir
    Path elsewhere;

    final Restored restored = new Restored(database.database(), clock);

    @Test
    void what_was_under_way_is_held_until_a_person_lets_it_go() {
        MailingId mailing = halfSent("restored.example");
        int known = mailings.progress(mailing).delivered();
        onAnotherServer();
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            assertThat(restored.list(10))
                    .contains(new Restored.HeldBack(mailing, Mailings.Kind.GROUP, 400, 400 - known));
            mailings.resume(mailing); // is not enough
            deliverAnother("restored.example", "a");
            assertThat(mailings.progress(mailing).delivered()).isEqualTo(known);
            assertThat(epochOfNewest()).isEqualTo(epoch()).isGreaterThan(1);

            assertThat(restored.release(mailing)).isTrue();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(400, 400, 0, 0, 0, 0, 0));
    }

    @Test
    void our_own_database_without_its_data_directory_comes_from_a_backup() {
        MailingId mailing = halfSent("copied.example");
        int known = mailings.progress(mailing).delivered();
        Path first = directory;
        directory = elsewhere;
        alone = true;
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            assertThat(restored.list(10)).contains(new Restored.HeldBack(mailing, Mailings.Kind.GROUP, 400, 400 - known));
            assertThat(restored.release(mailing)).isTrue();
        }
        try (Engine again = engine(_ -> {})) { // it belongs to this directory now
            again.start();
            assertThat(restored.list(10)).isEmpty();
        } finally {
            directory = first;
        }
    }

    @Test
    void or_ends_it_as_unknown() {
        MailingId mailing = halfSent("given-up.example");
        int known = mailings.progress(mailing).delivered();
        onAnotherServer();
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            int before = received.size();
            assertThat(restored.endAsUnknown(mailing)).hasValue(400 - known);
            assertThat(mailings.state(mailing)).isEqualTo(Mailings.State.SENT);
            deliverAnother("given-up.example", "a");
            assertThat(received).hasSize(before + 1);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(400, known, 0, 0, 400 - known, 0, 0));
    }

    @Test
    void who_lets_it_go_while_somebody_else_ends_it_keeps_everybody_who_has_no_result() throws Exception {
        MailingId mailing = halfSent("two-minds.example");
        int known = mailings.progress(mailing).delivered();
        mailings.restored();
        var ending = new CompletableFuture<OptionalInt>();
        database.database().inTransaction(() -> {
            assertThat(restored.release(mailing)).isTrue();
            mailings.resume(mailing);
            Thread.ofVirtual().start(() -> ending.complete(restored.endAsUnknown(mailing)));
            await(EngineWorld::somebodyWaitsForARow);
        });

        assertThat(ending.get(30, TimeUnit.SECONDS)).isEmpty();
        assertThat(mailings.progress(mailing).remaining()).isEqualTo(400 - known);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(400, 400, 0, 0, 0, 0, 0));
    }

    @Test
    void a_database_that_knows_less_than_the_journal_was_restored_too_and_gets_the_answers_back() {
        MailingId mailing = halfSent("behind.example");
        int delivered = mailings.progress(mailing).delivered();
        var db = database.client();
        db.sql("UPDATE journal_position SET position = 0").update();
        db.sql("DELETE FROM recipient_result WHERE mailing_id = :id").param("id", mailing.value()).update();
        db.sql("DELETE FROM waiting_message WHERE mailing_id = :id").param("id", mailing.value()).update();
        db.sql("DELETE FROM mailing_progress WHERE mailing_id = :id").param("id", mailing.value()).update();
        db.sql("UPDATE delivery_batch SET open_upto = first_no - 1, dated_at = NULL WHERE mailing_id = :id")
                .param("id", mailing.value())
                .update();
        long newest = planned("next.example", 1).value();
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            assertThat(mailings.progress(mailing).delivered()).isEqualTo(delivered);
            assertThat(delivered).isGreaterThan(40);
            assertThat(restored.list(10)).extracting(Restored.HeldBack::mailing).contains(mailing);
            assertThat(planned("later.example", 1).value()).isGreaterThan(newest + 5_000);
            mailings.resume(mailing);
            restored.release(mailing);
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(400, 400, 0, 0, 0, 0, 0));
        received.keySet().removeIf(to -> !to.endsWith("@behind.example"));
        assertThat(received).hasSize(400).allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
    }

    @Test
    void another_start_on_the_same_server_holds_nothing() {
        MailingId mailing = halfSent("same.example");
        mailings.resume(mailing);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(restored.list(10)).isEmpty();
        assertThat(received).hasSize(400).allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
    }

    /// Paused when some have got it, and the engine is gone.
    MailingId halfSent(String domain) {
        var some = new CountDownLatch(50);
        dot = _ -> {
            some.countDown();
            return Answer.say(250, "Ok");
        };
        MailingId mailing = planned(domain, 400);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> some.getCount() == 0);
            mailings.pause(mailing, Mailings.PauseCause.USER);
            await(() -> engine.idle(mailing));
        }
        return mailing;
    }

    static void onAnotherServer() {
        database.client()
                .sql("UPDATE epoch SET system_identifier = 'the old one' WHERE epoch = (SELECT max(epoch) FROM epoch)")
                .update();
    }

    static int epoch() {
        return database.client().sql("SELECT max(epoch) FROM epoch").query(Integer.class).single();
    }

    static int epochOfNewest() {
        return database.client()
                .sql("SELECT epoch FROM event ORDER BY id DESC LIMIT 1")
                .query(Integer.class)
                .single();
    }
}
