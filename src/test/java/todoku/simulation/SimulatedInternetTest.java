package todoku.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import todoku.mail.dns.Route;
import todoku.mail.smtp.BeforeDot;
import todoku.mail.smtp.Envelope;
import todoku.mail.smtp.Opening;
import todoku.mail.smtp.Reply;
import todoku.mail.smtp.Sent;
import todoku.mail.smtp.SmtpConnection;
import todoku.mail.smtp.Stage;
import todoku.mail.smtp.Timeouts;
import todoku.mail.smtp.Tls;

class SimulatedInternetTest {
    static final Timeouts SOON = new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(5));
    static final InstantSource NOON = InstantSource.fixed(Instant.parse("2026-11-20T03:00:00Z"));

    final BlockingQueue<Duration> pauses = new LinkedBlockingQueue<>();
    SimulatedInternet internet;
    SmtpConnection connection;

    @BeforeEach
    void start() throws Exception {
        internet = SimulatedInternet.start(NOON, pauses::add, content -> new String(content, ISO_8859_1).contains("signed"));
        connection = connect();
    }

    @AfterEach
    void stop() {
        connection.close();
        internet.close();
    }

    @Test
    void a_mail_arrives_and_the_same_mail_again_is_a_duplicate() {
        internet.behave("example.jp", new Behaviour.Accepts());

        assertThat(send("hanako@example.jp", "<1@x>")).isInstanceOf(Sent.Accepted.class);
        assertThat(send("taro@example.jp", "<2@x>")).isInstanceOf(Sent.Accepted.class);
        assertThat(internet.duplicates()).isZero();
        assertThat(send("hanako@example.jp", "<1@x>")).isInstanceOf(Sent.Accepted.class);

        assertThat(internet.received()).isEqualTo(3);
        assertThat(internet.duplicates()).isEqualTo(1);
        assertThat(internet.unverified()).isZero();
        assertThat(internet.mails(2)).extracting(SimulatedMail::to).containsExactly("hanako@example.jp", "taro@example.jp");
        assertThat(internet.mail(2)).hasValueSatisfying(mail -> assertThat(mail.messageId()).isEqualTo("<2@x>"));
        assertThat(internet.mail(4)).isEmpty();
    }

    @Test
    void every_domain_leads_to_the_simulation_and_two_lead_nowhere() {
        assertThat(internet.resolve("gmail.com")).isInstanceOfSatisfying(Route.Hosts.class, route -> {
            assertThat(route.hosts()).hasSize(1);
            assertThat(route.hosts().getFirst().address().isLoopbackAddress()).isTrue();
            assertThat(internet.resolve("googlemail.com")).isEqualTo(route);
        });
        assertThat(internet.resolve("nodomain.example")).isInstanceOf(Route.NoSuchDomain.class);
        assertThat(internet.resolve("nullmx.example")).isInstanceOf(Route.NullMx.class);
    }

    @Test
    void grey_listing_refuses_the_first_attempt_only() {
        internet.behave("gmail.com", new Behaviour.GreyLists(1));

        assertThat(send("a@gmail.com", "<1@x>")).isInstanceOfSatisfying(Sent.RefusedAt.class,
                refused -> assertThat(refused.reply().isTransient()).isTrue());
        assertThat(send("a@gmail.com", "<1@x>")).isInstanceOf(Sent.Accepted.class);
    }

    @Test
    void unknown_users_are_refused_in_the_words_of_their_operator() {
        internet.behave("docomo.ne.jp", new Behaviour.UnknownUsers(1));
        internet.behave("ezweb.ne.jp", new Behaviour.UnknownUsers(1));
        internet.behave("full.example", new Behaviour.MailboxFull(1));

        assertThat(send("x@docomo.ne.jp", "<1@x>"))
                .isEqualTo(new Sent.RefusedAt(Stage.RCPT, new Reply(550, "Unknown user x@docomo.ne.jp")));
        assertThat(send("x@ezweb.ne.jp", "<1@x>"))
                .isEqualTo(new Sent.RefusedAt(Stage.RCPT, new Reply(550, "<x@ezweb.ne.jp>: User unknown")));
        assertThat(send("x@full.example", "<1@x>"))
                .isEqualTo(new Sent.RefusedAt(Stage.RCPT, new Reply(452, "4.2.2 <x@full.example>: mailbox full")));
    }

    @Test
    void about_one_in_a_hundred_is_unknown_and_always_the_same_ones() {
        long unknown = 0;
        for (int i = 0; i < 100_000; i++) if (Fingerprints.within(0.01, "unknown ", "user" + i + "@example.jp")) unknown++;
        assertThat(unknown).isBetween(800L, 1200L);
    }

    @Test
    void a_rate_limit_ends_the_connection_and_a_new_one_goes_on() {
        internet.behave("example.jp", new Behaviour.RateLimited(2));

        assertThat(send("a@example.jp", "<1@x>")).isInstanceOf(Sent.Accepted.class);
        assertThat(send("b@example.jp", "<2@x>")).isInstanceOf(Sent.Accepted.class);
        assertThat(send("c@example.jp", "<3@x>")).isInstanceOfSatisfying(Sent.RefusedAt.class,
                refused -> assertThat(refused.reply().code()).isEqualTo(421));
        assertThat(connection.isUsable()).isFalse();
        connection = connect();
        assertThat(send("c@example.jp", "<3@x>")).isInstanceOf(Sent.Accepted.class);
    }

    @Test
    void a_slow_domain_takes_its_time() {
        internet.behave("slow.example", new Behaviour.Slow(Duration.ofMinutes(3)));

        assertThat(send("a@slow.example", "<1@x>")).isInstanceOf(Sent.Accepted.class);
        assertThat(pauses).containsExactly(Duration.ofMinutes(3));
    }

    @Test
    void the_oldest_mails_make_room() {
        internet.behave("example.jp", new Behaviour.Accepts());
        for (int i = 1; i <= Mailbox.MAX_MAILS + 5; i++) send("a@example.jp", "<" + i + "@x>");

        assertThat(internet.received()).isEqualTo(Mailbox.MAX_MAILS + 5);
        assertThat(internet.duplicates()).isZero();
        assertThat(internet.mail(5)).isEmpty();
        assertThat(internet.mail(6)).isPresent();
        assertThat(internet.mails(Integer.MAX_VALUE)).hasSize(Mailbox.MAX_MAILS);
    }

    Sent send(String to, String messageId) {
        byte[] header = ("Subject: x\r\nmessage-id: " + messageId + "\r\n\r\n").getBytes(ISO_8859_1);
        return connection.send(new Envelope("b@sender.example", to), header, "signed\r\n".getBytes(ISO_8859_1), BeforeDot.NOTHING);
    }

    SmtpConnection connect() {
        Route.Host host = ((Route.Hosts) internet.resolve("any.example")).hosts().getFirst();
        var opening = SmtpConnection.connect(new InetSocketAddress(host.address(), host.port()), "mx.todoku.example", SOON, Tls.WHEN_OFFERED);
        return ((Opening.Opened) opening).connection();
    }
}
