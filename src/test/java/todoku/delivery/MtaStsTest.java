package todoku.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static todoku.delivery.EngineWorld.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.database.TestDatabase;
import todoku.mail.dns.Route;
import todoku.mail.policy.MailRecords;
import todoku.mail.policy.ScriptedDns;
import todoku.mail.smtp.CertificateCheck;
import todoku.mail.smtp.Tls;
import todoku.mail.smtp.TlsTrouble;
import todoku.mail.tls.MtaSts;
import todoku.mail.tls.TlsPolicies.Demand;
import todoku.mail.tls.TlsPolicies.Policy;
import todoku.web.OutboundHttp;

/// Policies of domains about mail to them, with their table and their web server.
class MtaStsTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static final String ENFORCE = "version: STSv1\nmode: enforce\nmx: mx.shop.jp\nmax_age: 604800\n";

    private final AtomicReference<Instant> time = new AtomicReference<>(Instant.parse("2026-04-01T01:00:00Z"));
    private final InstantSource clock = time::get;
    private final AtomicReference<String> web = new AtomicReference<>(ENFORCE);
    private final AtomicInteger fetches = new AtomicInteger();
    private final List<String> told = new ArrayList<>();
    private final ScriptedDns dns = new ScriptedDns().add("_mta-sts.shop.jp", "TXT", "v=STSv1; id=1");
    private MtaSts policies = restarted();

    @BeforeEach
    void nothingIsKnown() {
        database.client().sql("DELETE FROM mta_sts_policy").update();
    }

    private MtaSts restarted() {
        return new MtaSts(
                new MailRecords(dns), this::fetch, new StsTable(database.client(), clock), CertificateCheck.ANY, clock,
                task -> Thread.ofVirtual().start(task), (domain, trouble) -> told.add(domain + " " + trouble.kind()));
    }

    private String fetch(String domain) throws IOException {
        fetches.incrementAndGet();
        assertThat(domain).isEqualTo("shop.jp");
        String text = web.get();
        if (text.isEmpty()) throw new IOException("no web server");
        return text;
    }

    @Test
    void only_hosts_that_are_named_get_mail_and_only_encrypted() {
        Policy policy = policies.of("shop.jp");
        assertThat(tls(policy, "mx.shop.jp")).isEqualTo(Tls.Level.ALWAYS);
        assertThat(policy.of(host("mx.evil.jp"))).isInstanceOfSatisfying(
                Demand.Nothing.class, nothing -> assertThat(nothing.trouble().kind()).isEqualTo(TlsTrouble.Kind.NOT_IN_POLICY));
        assertThat(policy.words()).isNotEmpty();
        assertThat(policies.of("other.jp")).isEqualTo(Policy.FREE);
    }

    @Test
    void a_policy_counts_beyond_a_restart_whatever_dns_and_the_web_server_say() {
        policies.of("shop.jp");
        dns.dead(true);
        web.set("");
        policies = restarted();
        assertThat(tls(policies.of("shop.jp"), "mx.shop.jp")).isEqualTo(Tls.Level.ALWAYS);

        time.set(time.get().plus(Duration.ofDays(6)));
        policies.of("shop.jp");
        assertThat(tls(policies.of("shop.jp"), "mx.shop.jp")).isEqualTo(Tls.Level.ALWAYS);
        time.set(time.get().plus(Duration.ofDays(2)));
        assertThat(policies.of("shop.jp")).isEqualTo(Policy.FREE);
    }

    @Test
    void another_identifier_brings_another_policy_and_a_broken_one_changes_nothing() {
        policies.of("shop.jp");
        dns.remove("_mta-sts.shop.jp", "TXT").add("_mta-sts.shop.jp", "TXT", "v=STSv1; id=2");
        web.set("nonsense");
        time.set(time.get().plus(Duration.ofHours(2)));
        await(() -> policies.of("shop.jp") != Policy.FREE && fetches.get() == 2);
        assertThat(tls(policies.of("shop.jp"), "mx.shop.jp")).isEqualTo(Tls.Level.ALWAYS);

        web.set(ENFORCE.replace("enforce", "none"));
        time.set(time.get().plus(Duration.ofMinutes(10)));
        policies.of("shop.jp");
        await(() -> policies.of("shop.jp") == Policy.FREE);
        assertThat(fetches).hasValue(3);
    }

    @Test
    void the_same_identifier_is_not_fetched_again_within_a_day() {
        for (int hour = 0; hour < 20; hour++) {
            policies.of("shop.jp");
            time.set(time.get().plus(Duration.ofHours(1)));
        }
        assertThat(fetches).hasValue(1);
        time.set(time.get().plus(Duration.ofHours(5)));
        await(() -> policies.of("shop.jp") != Policy.FREE && fetches.get() == 2);
    }

    /// RFC 8461 §3.3: fetched anew before it runs out.
    @Test
    void a_policy_of_one_day_does_not_lapse_between_two_looks() {
        web.set(ENFORCE.replace("604800", "86400"));
        policies.of("shop.jp");
        time.set(time.get().plus(Duration.ofHours(13)));
        await(() -> tls(policies.of("shop.jp"), "mx.shop.jp") == Tls.Level.ALWAYS && fetches.get() == 2);
        time.set(time.get().plus(Duration.ofHours(11)).plus(Duration.ofMinutes(30)));
        assertThat(tls(policies.of("shop.jp"), "mx.shop.jp")).isEqualTo(Tls.Level.ALWAYS);
    }

    @Test
    void a_policy_that_has_run_out_is_waited_for_like_a_first_one() {
        web.set(ENFORCE.replace("604800", "86400"));
        for (int day = 0; day < 5; day++) {
            assertThat(tls(policies.of("shop.jp"), "mx.shop.jp")).isEqualTo(Tls.Level.ALWAYS);
            time.set(time.get().plus(Duration.ofDays(2)));
        }
    }

    @Test
    void a_policy_of_seconds_is_not_fetched_for_every_mail() {
        web.set(ENFORCE.replace("604800", "1"));
        for (int mail = 0; mail < 10; mail++) {
            policies.of("shop.jp");
            time.set(time.get().plus(Duration.ofSeconds(5)));
        }
        assertThat(fetches).hasValue(1);
    }

    @Test
    void a_policy_under_test_keeps_nothing_and_is_spoken_of_once_a_day() {
        web.set(ENFORCE.replace("enforce", "testing"));
        Policy policy = policies.of("shop.jp");
        assertThat(tls(policy, "mx.evil.jp")).isEqualTo(Tls.Level.WHEN_OFFERED);
        assertThat(tls(policy, "mx.evil.jp")).isEqualTo(Tls.Level.WHEN_OFFERED);
        policy.opened(host("mx.shop.jp"), false);
        assertThat(told).containsExactly("shop.jp NOT_IN_POLICY");
        time.set(time.get().plus(Duration.ofHours(25)));
        policy.opened(host("mx.shop.jp"), false);
        assertThat(told).containsExactly("shop.jp NOT_IN_POLICY", "shop.jp NOT_OFFERED");
    }

    @Test
    void a_policy_is_plain_text_from_the_very_host_and_small() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        page(server, "/good", 200, "text/plain; charset=utf-8", ENFORCE);
        page(server, "/html", 200, "text/html", ENFORCE);
        page(server, "/moved", 301, "text/plain", ENFORCE);
        page(server, "/gone", 404, "text/plain", ENFORCE);
        page(server, "/large", 200, "text/plain", "x".repeat(StsWeb.MOST_BYTES + 1));
        server.start();
        String base = "http://localhost:" + server.getAddress().getPort();
        try (OutboundHttp http = new OutboundHttp(Set.of("localhost"))) {
            StsWeb source = new StsWeb(http);
            assertThat(source.fetch(URI.create(base + "/good"))).isEqualTo(ENFORCE);
            assertThatThrownBy(() -> source.fetch(URI.create(base + "/html"))).hasMessageContaining("text/html");
            assertThatThrownBy(() -> source.fetch(URI.create(base + "/moved"))).hasMessageContaining("301");
            assertThatThrownBy(() -> source.fetch(URI.create(base + "/gone"))).hasMessageContaining("404");
            assertThatThrownBy(() -> source.fetch(URI.create(base + "/large"))).hasMessageContaining("larger");
            assertThatThrownBy(() -> source.fetch("not a domain")).isInstanceOf(IOException.class);
        } finally {
            server.stop(0);
        }
    }

    private static void page(HttpServer server, String path, int status, String type, String body) {
        server.createContext(path, exchange -> {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.getResponseHeaders().set("Location", "/good");
            byte[] bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    private static Tls.Level tls(Policy policy, String host) {
        return policy.of(host(host)) instanceof Demand.Encryption(Tls tls) ? tls.level() : Tls.Level.NEVER;
    }

    private static Route.Host host(String name) {
        return new Route.Host(name, InetAddress.getLoopbackAddress(), 25);
    }
}
