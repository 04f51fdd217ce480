package todoku.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import todoku.mail.dns.Route;
import todoku.mail.smtp.BeforeDot;
import todoku.mail.smtp.Envelope;
import todoku.mail.smtp.Opening;
import todoku.mail.smtp.Sent;
import todoku.mail.smtp.SmtpConnection;
import todoku.mail.smtp.Stage;
import todoku.mail.smtp.Timeouts;
import todoku.mail.smtp.Tls;

/// What each provider of the simulated internet bears, what it says when that is too much, and how it forgets.
class SimulatedProvidersTest {
    static final Timeouts SOON = new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(5));
    static final Instant NOON = Instant.parse("2026-11-20T03:00:00Z");

    final BlockingQueue<Duration> pauses = new LinkedBlockingQueue<>();
    final List<SmtpConnection> open = new ArrayList<>();
    volatile Instant now = NOON;
    SimulatedInternet internet;

    @BeforeEach
    void start() throws Exception {
        internet = SimulatedInternet.start(() -> now, pauses::add, _ -> true);
    }

    @AfterEach
    void stop() {
        open.forEach(SmtpConnection::close);
        internet.close();
    }

    @Test
    void within_its_limits_every_provider_takes_everything() {
        for (SimulatedProvider provider : ProviderFile.shipped()) {
            if (provider.key().equals("careful") || provider.key().equals("slow")) continue;
            String domain = provider.isDefault() ? "shop-guest.example" : provider.domains().getLast();
            SmtpConnection connection = connect(domain);
            for (int i = 0; i < 8; i++) {
                assertThat(send(connection, somebody(provider, i) + "@" + domain)).as(provider.key()).isInstanceOf(Sent.Accepted.class);
                now = now.plusSeconds(1);
            }
        }
    }

    @Test
    void one_connection_too_many_is_refused_until_another_is_closed() throws Exception {
        internet.limit("yahoo-japan", Limit.CONNECTIONS, 2);
        SmtpConnection first = connect("yahoo.co.jp");
        connect("yahoo.co.jp");

        assertThat(refusal("yahoo.co.jp")).isEqualTo("421 mx1.mail.yahoo.co.jp Too many connections from 127.0.0.1");

        first.quit();
        while (!(opening("yahoo.co.jp") instanceof Opening.Opened(SmtpConnection again))) Thread.yield();
    }

    @Test
    void connections_in_too_quick_succession_are_refused_and_a_second_later_they_are_not() {
        internet.limit("docomo", Limit.CONNECTIONS_PER_SECOND, 1);
        internet.limit("docomo", Limit.CONNECTIONS, 0);
        for (int i = 0; i < 10; i++) connect("docomo.ne.jp");

        assertThat(refusal("docomo.ne.jp")).startsWith("421 mfsmax.docomo.ne.jp Service not available");

        now = now.plusSeconds(1);
        connect("docomo.ne.jp");
    }

    @Test
    void docomo_ends_a_session_at_one_recipient_too_many() {
        internet.limit("docomo", Limit.MAILS_PER_CONNECTION, 2);
        SmtpConnection connection = connect("docomo.ne.jp");
        assertThat(send(connection, "known-a@docomo.ne.jp")).isInstanceOf(Sent.Accepted.class);
        assertThat(send(connection, "known-b@docomo.ne.jp")).isInstanceOf(Sent.Accepted.class);

        assertThat(said(send(connection, "known-c@docomo.ne.jp"))).isEqualTo("RCPT 554 Transaction failed");
        assertThat(connection.isUsable()).isFalse();
        assertThat(send(connect("docomo.ne.jp"), "known-c@docomo.ne.jp")).isInstanceOf(Sent.Accepted.class);
    }

    @Test
    void gmail_that_has_had_enough_says_4_7_28_until_nobody_has_come_for_nine_minutes() {
        internet.limit("gmail", Limit.MAILS_PER_HOUR, 2);
        SmtpConnection connection = connect("gmail.com");
        send(connection, "known-a@gmail.com");
        send(connection, "known-b@gmail.com");

        assertThat(said(send(connection, "known-c@gmail.com"))).startsWith("DOT 421 4.7.28 Gmail has detected an unusual rate of mail");
        assertThat(internet.received()).isEqualTo(2);

        now = now.plus(Duration.ofMinutes(8));
        assertThat(said(send(connect("gmail.com"), "known-c@gmail.com"))).startsWith("MAIL 421 4.7.28");
        now = now.plus(Duration.ofMinutes(8));
        assertThat(said(send(connect("gmail.com"), "known-c@gmail.com"))).as("whoever comes too early waits anew").startsWith("MAIL 421 4.7.28");
        now = now.plus(Duration.ofMinutes(9));
        assertThat(send(connect("gmail.com"), "known-c@gmail.com")).isInstanceOf(Sent.Accepted.class);
    }

    @Test
    void microsoft_blocks_the_address_of_whoever_ignores_its_temporary_refusals() {
        internet.limit("microsoft", Limit.MAILS_PER_HOUR, 1);
        internet.limit("microsoft", Limit.STRIKES, 3);
        SmtpConnection connection = connect("outlook.jp");
        send(connection, "known-a@outlook.jp");

        for (int i = 0; i < 3; i++) assertThat(said(send(connection, "known-b@outlook.jp"))).startsWith("MAIL 451 4.7.651").contains("[127.0.0.1]", "(S3114)");
        assertThat(said(send(connection, "known-b@outlook.jp"))).startsWith("MAIL 550 5.7.1").contains("block list (S3150)");

        now = now.plus(Duration.ofMinutes(12));
        assertThat(send(connect("outlook.jp"), "known-b@outlook.jp")).isInstanceOf(Sent.Accepted.class);
    }

    @Test
    void au_resets_connections_when_it_is_too_much() {
        internet.limit("au", Limit.MAILS_PER_HOUR, 1);
        SmtpConnection connection = connect("au.com");
        send(connection, "known-a@au.com");

        assertThat(send(connection, "known-b@au.com"))
                .isInstanceOfSatisfying(Sent.CutBeforeDot.class, cut -> assertThat(cut.why()).containsIgnoringCase("reset"));
        assertThat(opening("au.com"))
                .isInstanceOfSatisfying(Opening.FailedAt.class, failed -> assertThat(failed.why()).containsIgnoringCase("reset"));

        now = now.plus(Duration.ofMinutes(5));
        connect("au.com");
    }

    @Test
    void softbank_takes_its_time_and_less_of_it_where_time_runs_faster() throws Exception {
        internet.close();
        internet = SimulatedInternet.start(() -> now, pauses::add, _ -> true, 10);
        internet.limit("softbank", Limit.MAILS_PER_HOUR, 1);
        SmtpConnection connection = connect("softbank.ne.jp");
        send(connection, "known-a@softbank.ne.jp");
        assertThat(send(connection, "known-b@softbank.ne.jp")).isInstanceOf(Sent.Accepted.class);
        assertThat(pauses).containsExactly(Duration.ofSeconds(2));

        now = now.plus(Duration.ofMinutes(6));
        send(connection, "known-c@softbank.ne.jp");
        assertThat(pauses).as("an hour has passed").hasSize(1);
    }

    @Test
    void each_of_our_addresses_is_counted_apart() throws Exception {
        var doormen = new Doormen(ProviderFile.shipped(), () -> now, 1);
        doormen.limit("gmail", Limit.MAILS_PER_HOUR, 1);
        SimulatedProvider gmail = doormen.provider("gmail");
        Doorman first = doormen.at(gmail, "", InetAddress.getByName("127.0.0.1"));
        Doorman second = doormen.at(gmail, "", InetAddress.getByName("127.0.0.2"));

        assertThat(first.begins(now, 1)).isNull();
        assertThat(first.begins(now, 2)).isEqualTo(Occasion.RATE);
        assertThat(first.begins(now, 3)).isEqualTo(Occasion.BLOCKED);
        assertThat(second.begins(now, 1)).isNull();
    }

    @Test
    void docomo_shuts_out_whoever_sends_to_too_many_nobodies() {
        for (int i = 0; i < 100; i++) {
            SmtpConnection connection = connect("docomo.ne.jp");
            send(connection, (i % 4 == 0 ? "unknown-" : "known-") + i + "@docomo.ne.jp");
            connection.quit();
            now = now.plusSeconds(1);
        }
        assertThat(refusal("docomo.ne.jp")).startsWith("421 mfsmax.docomo.ne.jp Service not available");

        now = now.plus(Duration.ofMinutes(20));
        connect("docomo.ne.jp");
    }

    @Test
    void an_address_is_what_its_name_says_in_the_words_of_its_provider() {
        assertThat(once("unknown-hanako@docomo.example")).isEqualTo("RCPT 550 Unknown user unknown-hanako@docomo.example");
        assertThat(once("filtered-hanako@docomo.example")).isEqualTo("DOT 550 Unknown user filtered-hanako@docomo.example");
        assertThat(once("full-hanako@docomo.example")).isEqualTo("DOT 552 Too much mail data");
        assertThat(once("filtered-hanako@au.example")).isEqualTo("RCPT 550 : User unknown");
        assertThat(once("unknown-hanako@yahoo-japan.example")).startsWith("DOT 554 delivery error: dd This user doesn't have");
        assertThat(once("suspended-hanako@gmail.example")).startsWith("RCPT 550 5.2.1");
        assertThat(once("grey-hanako@example.jp")).startsWith("RCPT 451 4.7.1");
        assertThat(send(connect("example.jp"), "grey-hanako@example.jp")).isInstanceOf(Sent.Accepted.class);
        assertThat(internet.received()).isEqualTo(1);
    }

    @Test
    void a_line_that_cannot_be_understood_is_named() {
        assertThatThrownBy(() -> ProviderFile.read("provider default \"x\"\n  connections many"))
                .hasMessage("simulation/providers.rules line 2: not a number: many");
        assertThatThrownBy(() -> ProviderFile.read("provider default \"x\"\n  says rate LUNCH reset")).hasMessageContaining("line 2");
        assertThatThrownBy(() -> ProviderFile.read("provider default \"x\"\n")).hasMessageContaining("default needs words for connections");
    }

    /// Somebody who exists and has room.
    String somebody(SimulatedProvider provider, int number) {
        String domain = provider.isDefault() ? "shop-guest.example" : provider.domains().getLast();
        int i = number * 1_000;
        while (provider.about("user" + i + "@" + domain) != null) i++;
        return "user" + i;
    }

    String once(String to) {
        SmtpConnection connection = connect(to.substring(to.indexOf('@') + 1));
        return said(send(connection, to));
    }

    static String said(Sent sent) {
        if (!(sent instanceof Sent.RefusedAt(Stage stage, var reply))) return sent.toString();
        return stage + " " + reply;
    }

    Sent send(SmtpConnection connection, String to) {
        byte[] header = ("Message-ID: <" + System.nanoTime() + "@x>\r\n\r\n").getBytes(ISO_8859_1);
        return connection.send(new Envelope("b@sender.example", to), header, "x\r\n".getBytes(ISO_8859_1), BeforeDot.NOTHING);
    }

    String refusal(String domain) {
        return opening(domain) instanceof Opening.RefusedAt refused ? refused.reply().toString() : "not refused";
    }

    SmtpConnection connect(String domain) {
        SmtpConnection connection = ((Opening.Opened) opening(domain)).connection();
        open.add(connection);
        return connection;
    }

    Opening opening(String domain) {
        Route.Host host = ((Route.Hosts) internet.resolve(domain)).hosts().getFirst();
        return SmtpConnection.connect(new InetSocketAddress(host.address(), host.port()), "mx.todoku.example", SOON, Tls.WHEN_OFFERED);
    }
}
