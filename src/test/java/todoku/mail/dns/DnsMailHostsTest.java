package todoku.mail.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DnsMailHostsTest {
    Instant now = Instant.parse("2026-11-20T03:00:00Z");
    LoopbackDns server;
    Map<String, String> zone;
    AtomicInteger questions;
    DnsMailHosts hosts;

    @BeforeEach
    void start() throws Exception {
        server = new LoopbackDns();
        zone = server.zone;
        questions = server.questions;
        InstantSource clock = () -> now;
        hosts = new DnsMailHosts(server.resolver(), clock, true);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void mail_hosts_come_in_order_of_preference_with_all_addresses() {
        zone.put("example.jp MX", "20 second.example.jp.\n10 first.example.jp.");
        zone.put("first.example.jp A", "192.0.2.1");
        zone.put("first.example.jp AAAA", "2001:db8::1");
        zone.put("second.example.jp A", "192.0.2.2\n127.0.0.1");

        assertThat(addresses("Example.JP")).containsExactly("2001:db8:0:0:0:0:0:1", "192.0.2.1", "192.0.2.2");
        assertThat(((Route.Hosts) hosts.resolve("example.jp")).hosts()).extracting(Route.Host::name)
                .containsExactly("first.example.jp", "first.example.jp", "second.example.jp");
    }

    @Test
    void without_mx_the_domain_itself_is_the_host() {
        zone.put("example.jp A", "192.0.2.7");

        assertThat(addresses("example.jp")).containsExactly("192.0.2.7");
    }

    @Test
    void japanese_domains_are_asked_for_in_ascii() {
        zone.put("xn--wgv71a119e.jp A", "192.0.2.8");

        assertThat(addresses("日本語.jp")).containsExactly("192.0.2.8");
    }

    @Test
    void only_clear_answers_are_final() {
        zone.put("null.example MX", "0 .");
        zone.put("bare.example TXT", "x");
        zone.put("broken.example MX", "!SERVFAIL");
        zone.put("lost.example MX", "10 broken2.example.");
        zone.put("broken2.example A", "!SERVFAIL");
        zone.put("ours.example A", "127.0.0.1");

        assertThat(hosts.resolve("none.example")).isInstanceOf(Route.NoSuchDomain.class);
        assertThat(hosts.resolve("bare.example")).isInstanceOf(Route.NoSuchDomain.class);
        assertThat(hosts.resolve("ours.example")).isInstanceOf(Route.NoSuchDomain.class);
        assertThat(hosts.resolve("null.example")).isInstanceOf(Route.NullMx.class);
        assertThat(hosts.resolve("broken.example")).isInstanceOf(Route.Later.class);
        assertThat(hosts.resolve("lost.example")).isInstanceOf(Route.Later.class);
        assertThat(hosts.resolve("a..b")).isInstanceOf(Route.NoSuchDomain.class);
    }

    /// Only DNS can say that nobody is there (RFC 5321 §5.1); what we cannot reach is later.
    @Test
    void hosts_with_ipv6_alone_are_there_even_when_we_cannot_reach_them() {
        InstantSource clock = () -> now;
        hosts = new DnsMailHosts(server.resolver(), clock, false);
        zone.put("six.example MX", "10 mx.six.example.");
        zone.put("mx.six.example AAAA", "2001:db8::1");
        zone.put("doubtful.example AAAA", "!SERVFAIL");
        zone.put("ours.example AAAA", "::1");
        zone.put("both.example A", "192.0.2.1");
        zone.put("both.example AAAA", "2001:db8::1");

        assertThat(hosts.resolve("six.example")).isInstanceOfSatisfying(
                Route.Later.class, later -> assertThat(later.why()).contains("six.example").contains("IPv6"));
        assertThat(hosts.resolve("doubtful.example")).isInstanceOf(Route.Later.class);
        assertThat(hosts.resolve("ours.example")).isInstanceOf(Route.NoSuchDomain.class);
        assertThat(hosts.resolve("none.example")).isInstanceOf(Route.NoSuchDomain.class);
        assertThat(addresses("both.example")).containsExactly("192.0.2.1");
    }

    @Test
    void answers_are_remembered_until_they_are_too_old() {
        hosts.resolve("none.example");
        int asked = questions.get();
        hosts.resolve("none.example");
        assertThat(questions).hasValue(asked);

        now = now.plus(DnsMailHosts.NEGATIVE);
        zone.put("none.example A", "192.0.2.9");
        assertThat(addresses("none.example")).containsExactly("192.0.2.9");
    }

    @Test
    void a_domain_with_very_many_hosts_is_cut_short() {
        var many = new StringBuilder();
        for (int i = 1; i <= 25; i++) many.append("192.0.2.").append(i).append('\n');
        zone.put("many.example A", many.toString().strip());

        assertThat(addresses("many.example")).hasSize(DnsMailHosts.MAX_HOSTS);
    }

    /// Whoever has not asked about all of them cannot know that there is none (RFC 5321 §5.1).
    @Test
    void that_no_host_exists_is_final_only_when_all_were_asked_for() {
        zone.put("few.example MX", mailHosts("few.example", DnsMailHosts.MAX_HOSTS));
        zone.put("fifty.example MX", mailHosts("fifty.example", 50));
        zone.put("mx50.fifty.example A", "192.0.2.50");

        assertThat(hosts.resolve("few.example")).isInstanceOf(Route.NoSuchDomain.class);
        assertThat(hosts.resolve("fifty.example")).isInstanceOfSatisfying(
                Route.Later.class, later -> assertThat(later.why()).contains("50 mail hosts").contains("fifty.example"));
    }

    private static String mailHosts(String domain, int count) {
        var all = new StringBuilder();
        for (int i = 1; i <= count; i++) all.append(i).append(" mx").append(i).append('.').append(domain).append(".\n");
        return all.toString().strip();
    }

    @Test
    void who_serves_a_domain_is_the_same_whatever_is_known_of_the_addresses_and_however_many_there_are() {
        zone.put("example.jp MX", "20 Second.example.jp.\n10 first.example.jp.\n10 third.example.jp.");
        zone.put("first.example.jp A", "!SERVFAIL");
        zone.put("second.example.jp A", "192.0.2.2");
        zone.put("third.example.jp A", "192.0.2.3");
        assertThat(names("example.jp")).containsExactly("first.example.jp", "second.example.jp", "third.example.jp");

        var many = new StringBuilder();
        for (int i = 0; i < 25; i++) {
            many.append("10 mx").append(i).append(".b.example.\n");
            zone.put("mx" + i + ".b.example A", "192.0.2.9");
        }
        zone.put("one.example MX", many.toString().strip());
        zone.put("other.example MX", many.toString().strip());
        assertThat(names("one.example")).hasSize(DnsMailHosts.MAX_HOSTS).isEqualTo(names("other.example"));
    }

    private List<String> names(String domain) {
        return ((Route.Hosts) hosts.resolve(domain)).names();
    }

    @Test
    void hosts_that_were_known_are_believed_for_a_day_while_dns_is_silent_and_no_longer() {
        zone.put("example.jp MX", "10 mx.example.jp.");
        zone.put("mx.example.jp A", "192.0.2.1");
        hosts.resolve("example.jp");
        zone.put("example.jp MX", "!SERVFAIL");

        now = now.plus(DnsMailHosts.LONGEST);
        assertThat(addresses("example.jp")).containsExactly("192.0.2.1");
        int asked = questions.get();
        assertThat(addresses("example.jp")).containsExactly("192.0.2.1");
        assertThat(questions).as("asked once in half a minute").hasValue(asked);

        now = now.plus(DnsMailHosts.STALE);
        assertThat(hosts.resolve("example.jp")).isInstanceOf(Route.Later.class);
    }

    @Test
    void a_clear_answer_is_believed_at_once_whatever_was_known_before() {
        zone.put("example.jp A", "192.0.2.1");
        hosts.resolve("example.jp");
        zone.remove("example.jp A");

        now = now.plus(DnsMailHosts.LONGEST);
        assertThat(hosts.resolve("example.jp")).isInstanceOf(Route.NoSuchDomain.class);
    }

    @Test
    void the_addresses_of_all_hosts_are_asked_for_at_the_same_time() {
        zone.put("example.jp MX", "10 a.example.jp.\n20 b.example.jp.");
        for (String host : java.util.List.of("a", "b")) {
            zone.put(host + ".example.jp A", "192.0.2.1");
            zone.put(host + ".example.jp AAAA", "2001:db8::1");
        }
        server.answersAddressesTogether(4);

        assertThat(addresses("example.jp")).hasSize(4);
    }

    java.util.List<String> addresses(String domain) {
        return ((Route.Hosts) hosts.resolve(domain)).hosts().stream().map(host -> host.address().getHostAddress()).toList();
    }
}
