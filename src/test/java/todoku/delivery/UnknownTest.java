package todoku.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mail.smtp.Answer;
import todoku.mailing.Mailings;
import todoku.mailing.Mailings.Kind;
import todoku.mailing.Progress;
import todoku.mailing.Result;
import todoku.mailing.Results;

/// 不明: what happens to those of whom nobody knows whether they have the mail.
class UnknownTest extends EngineWorld {
    final Unknowns unknowns = new Unknowns(database.database(), clock);
    final Results results = new Results(database.client());

    @Test
    void a_campaign_leaves_them_to_a_person_who_may_send_again() {
        var cut = new AtomicBoolean(true);
        dot = to -> cut.get() && to.startsWith("r2@") ? Answer.hangUp() : Answer.say(250, "Ok");
        MailingId mailing = planned("hold.example", 3);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
            assertThat(mailings.progress(mailing)).isEqualTo(new Progress(3, 2, 0, 0, 1, 0, 0));
            assertThat(unknowns.of(mailing, 0, 10)).extracting(Unknowns.Unknown::no).containsExactly(2);

            cut.set(false);
            time.updateAndGet(now -> now.plus(Duration.ofDays(10))); // the mailing itself has expired meanwhile
            assertThat(unknowns.release(mailing, clock.instant().plus(Duration.ofDays(1)))).isEqualTo(1);
            assertThat(unknowns.release(mailing, clock.instant().plus(Duration.ofDays(1)))).isZero();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(3, 3, 0, 0, 0, 0, 0));
        assertThat(received).containsEntry("r2@hold.example", 2);
        assertThat(mailings.again(mailing)).isEqualTo(1);
    }

    @Test
    void a_mailing_is_not_ended_while_a_person_puts_somebody_in_line_again() throws Exception {
        dot = _ -> Answer.hangUp();
        MailingId mailing = planned("at-once.example", 1);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        database.client().sql("UPDATE mailing SET state = 'SENDING' WHERE id = :id").param("id", mailing.value()).update();
        var ending = new CompletableFuture<Boolean>();
        database.database().inTransaction(() -> {
            assertThat(unknowns.release(mailing, clock.instant().plus(Duration.ofDays(1)))).isEqualTo(1);
            Thread.ofVirtual().start(() -> ending.complete(database.database().inTransaction(() -> mailings.sent(mailing))));
            await(EngineWorld::somebodyWaitsForARow);
        });
        assertThat(ending.get(30, TimeUnit.SECONDS)).isFalse();
        assertThat(mailings.state(mailing)).isEqualTo(Mailings.State.SENDING);

        dot = _ -> Answer.say(250, "Ok");
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(1, 1, 0, 0, 0, 0, 0));
    }

    @Test
    void a_doubtful_one_who_is_refused_stays_unknown() {
        dot = _ -> Answer.hangUp();
        MailingId mailing = planned("refused.example", 2);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
            rcpt = to -> Answer.say(550, "5.1.1 user unknown");
            unknowns.release(mailing, clock.instant().plus(Duration.ofDays(1)));
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(2, 0, 0, 0, 2, 0, 0));
    }

    @Test
    void a_person_may_settle_the_doubtful_ones_that_wait() {
        dot = _ -> Answer.hangUp();
        MailingId mailing = planned("settled.example", 2);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
            rcpt = _ -> Answer.say(452, "4.2.2 mailbox full");
            unknowns.release(mailing, clock.instant().plus(Duration.ofDays(1)));
            await(() -> asked.values().stream().allMatch(times -> times == 2) && engine.idle(mailing));
            assertThat(mailings.progress(mailing).waiting()).isEqualTo(2);
            assertThat(unknowns.settle(mailing)).isEqualTo(2);
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(2, 0, 0, 0, 2, 0, 0));
    }

    @Test
    void a_stopped_mailing_releases_nobody() {
        dot = _ -> Answer.hangUp();
        MailingId mailing = planned("stopped.example", 1);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.progress(mailing).unknown() == 1);
        }
        database.client()
                .sql("UPDATE mailing SET state = 'STOPPED' WHERE id = :id")
                .param("id", mailing.value())
                .update();
        assertThat(unknowns.release(mailing, clock.instant().plus(Duration.ofDays(1)))).isZero();
        assertThat(mailings.progress(mailing).unknown()).isEqualTo(1);
    }

    @Test
    void transactional_mail_is_sent_once_more() {
        var cuts = new AtomicInteger();
        dot = _ -> cuts.getAndIncrement() == 0 ? Answer.hangUp() : Answer.say(250, "Ok");
        MailingId mailing = planned(Kind.TRIGGERED, "receipt.example", 1, "r");
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) == 1 && engine.idle(mailing));
            assertThat(mailings.progress(mailing).unknown()).isZero();
            time.updateAndGet(now -> now.plus(Duration.ofMinutes(1)));
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(1, 1, 0, 0, 0, 0, 0));
        assertThat(mailings.again(mailing)).isEqualTo(1);
    }

    @Test
    void transactional_mail_that_is_cut_again_is_unknown() {
        dot = _ -> Answer.hangUp();
        MailingId mailing = planned(Kind.TRIGGERED, "receipts.example", 1, "r");
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) == 1 && engine.idle(mailing));
            time.updateAndGet(now -> now.plus(Duration.ofMinutes(1)));
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(1, 0, 0, 0, 1, 0, 0));
        assertThat(received.values()).containsExactly(2);
    }

    @Test
    void where_a_reset_means_later_it_is_tried_once_more_after_an_hour() throws Exception {
        resetMeansLater = true;
        try (var resetting = new Resetting()) {
            port = resetting.socket::getLocalPort;
            MailingId mailing = planned("au.example", 1);
            try (Engine engine = engine(_ -> {})) {
                engine.start();
                await(() -> waiting(mailing) == 1 && engine.idle(mailing));
                time.updateAndGet(now -> now.plus(Duration.ofMinutes(59)));
                assertThat(engine.idle(mailing)).isTrue();
                port = () -> receiver.port();
                time.updateAndGet(now -> now.plus(Duration.ofMinutes(1)));
                await(() -> mailings.state(mailing) == Mailings.State.SENT);
            }
            assertThat(mailings.progress(mailing)).isEqualTo(new Progress(1, 1, 0, 0, 0, 0, 0));
            assertThat(resetting.mails.get()).isEqualTo(1);
        }
    }

    @Test
    void elsewhere_a_reset_is_unknown() throws Exception {
        try (var resetting = new Resetting()) {
            port = resetting.socket::getLocalPort;
            MailingId mailing = planned("reset.example", 1);
            try (Engine engine = engine(_ -> {})) {
                engine.start();
                await(() -> mailings.state(mailing) == Mailings.State.SENT);
            }
            assertThat(mailings.progress(mailing).unknown()).isEqualTo(1);
        }
    }

    @Test
    void a_late_4xx_puts_an_unknown_one_in_line_as_doubtful() {
        MailingId mailing = planned("late-4xx.example", 2);
        mailings.pause(mailing, Mailings.PauseCause.USER);
        record(results, new Result(mailing, 1, Result.State.UNKNOWN, Reason.NODE_LOST, null, 1, clock.instant()));
        var later = new Outcome(
                mailing, 1, 0, 7, 1, null, null, "451 4.3.0 later", clock.instant(), clock.instant(), false);
        committed(later);

        assertThat(mailings.progress(mailing).unknown()).isZero();
        assertThat(database.client()
                        .sql("SELECT doubtful FROM waiting_message WHERE mailing_id = :id AND no = 1")
                        .param("id", mailing.value())
                        .query(Boolean.class)
                        .list())
                .containsExactly(true);
    }

    @Test
    void a_late_250_replaces_unknown_even_while_somebody_releases_it() {
        MailingId mailing = planned("late-250.example", 1);
        mailings.pause(mailing, Mailings.PauseCause.USER);
        record(results, new Result(mailing, 1, Result.State.UNKNOWN, Reason.NODE_LOST, null, 1, clock.instant()));
        unknowns.release(mailing, clock.instant().plus(Duration.ofDays(1)));
        assertThat(waiting(mailing)).isEqualTo(1);
        committed(new Outcome(
                mailing, 1, 0, 7, 1, Result.State.DELIVERED, null, "250 Ok", clock.instant(), clock.instant(), false));

        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(1, 1, 0, 0, 0, 0, 0));
        assertThat(waiting(mailing)).isZero();
    }

    @Test
    void a_bounce_moves_delivered_and_unknown_to_failed_once() {
        MailingId mailing = planned("bounce.example", 2);
        Instant now = clock.instant();
        record(results, new Result(mailing, 1, Result.State.DELIVERED, null, null, 1, now));
        record(results, new Result(mailing, 2, Result.State.UNKNOWN, Reason.NODE_LOST, null, 1, now));

        assertThat(bounced(mailing, 1)).isEqualTo(Results.Bounce.MOVED);
        assertThat(bounced(mailing, 1)).isEqualTo(Results.Bounce.KNOWN);
        assertThat(bounced(mailing, 2)).isEqualTo(Results.Bounce.MOVED);
        assertThat(bounced(mailing, 3)).isEqualTo(Results.Bounce.NOBODY);
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(2, 0, 2, 0, 0, 0, 0));
        assertThat(kinds(mailing)).containsExactly("DELIVERED", "UNKNOWN", "BOUNCED", "BOUNCED");
    }

    @Test
    void a_bounce_without_a_result_waits_for_it() {
        MailingId mailing = planned("early-bounce.example", 1);
        assertThat(bounced(mailing, 1)).isEqualTo(Results.Bounce.WAITS);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.progress(mailing).failed() == 1);
        }
        assertThat(mailings.progress(mailing)).isEqualTo(new Progress(1, 0, 1, 0, 0, 0, 0));
        assertThat(kinds(mailing)).containsExactly("DELIVERED", "BOUNCED");
    }

    private Results.Bounce bounced(MailingId mailing, int no) {
        return database.database()
                .inTransaction(() -> results.bounced(mailing, no, Reason.USER_UNKNOWN, null, clock.instant()));
    }

    private static List<String> kinds(MailingId mailing) {
        return database.client()
                .sql("SELECT kind FROM event WHERE mailing_id = :id ORDER BY id")
                .param("id", mailing.value())
                .query(String.class)
                .list();
    }

    /// As if a node had judged late.
    private void committed(Outcome outcome) {
        try (Node node = Node.open(directory, database.client(), "os");
                Journal journal = Journal.open(directory.resolve("journal"), 64)) {
            var registry = new Registry();
            var queue = new Queue(
                    database.database(), node, journal, registry, new Settlement(database.client(), results, node.id),
                    BootClock.SYSTEM);
            var committer = new Committer(
                    database.database(), results, mailings, node, journal, registry, queue, new Watch(clock), new Counts(), () -> true, () -> {});
            committer.begin();
            assertThat(committer.commit(List.of(new Journal.Entry(0, outcome)))).isTrue();
        }
    }

    /// Takes a mail and resets the connection instead of answering.
    static final class Resetting implements AutoCloseable {
        final ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        final AtomicInteger mails = new AtomicInteger();

        Resetting() throws IOException {
            Thread.ofVirtual().start(this::serve);
        }

        private void serve() {
            while (!socket.isClosed()) {
                try (Socket peer = socket.accept()) {
                    converse(peer);
                } catch (IOException e) {
                    // The next one.
                }
            }
        }

        private void converse(Socket peer) throws IOException {
            var lines = new BufferedReader(new InputStreamReader(peer.getInputStream(), US_ASCII));
            say(peer, "220 mx ESMTP");
            boolean data = false;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (data && line.equals(".")) {
                    mails.incrementAndGet();
                    peer.setSoLinger(true, 0);
                    return;
                }
                if (data) continue;
                data = line.equals("DATA");
                say(peer, data ? "354 go on" : "250 Ok");
            }
        }

        private static void say(Socket peer, String line) throws IOException {
            peer.getOutputStream().write((line + "\r\n").getBytes(US_ASCII));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
