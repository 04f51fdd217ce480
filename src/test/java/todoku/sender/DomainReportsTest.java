package todoku.sender;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Secrets;
import todoku.database.TestDatabase;
import todoku.event.Event.Environment;
import todoku.mail.policy.ScriptedDns;
import todoku.sender.doctor.Check;
import todoku.sender.doctor.Subject;
import todoku.sender.doctor.TlsProbe.Answer;
import todoku.sender.doctor.Verdict;

class DomainReportsTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    final JdbcClient db = database.client();
    final ScriptedDns dns = new ScriptedDns();
    final Installations installations = new Installations(db);
    Instant now = Instant.parse("2026-11-22T00:00:00Z");
    List<OwnAddresses.Own> own = List.of(new OwnAddresses.Own(null, ""));
    final List<Runnable> later = new ArrayList<>();
    Senders senders;
    DomainReports reports;
    long shop;

    @BeforeEach
    void one_sender_whose_key_is_published(@TempDir Path home) {
        db.sql("DELETE FROM sender_profile").update();
        db.sql("DELETE FROM signing_key").update();
        db.sql("DELETE FROM signing_domain").update();
        installations.switchTo(Environment.SANDBOX);
        db.sql("UPDATE installation SET sending_addresses = '203.0.113.10', helo_name = 'mail.todoku-shop.jp'").update();
        senders = new Senders(db, Secrets.at(home.resolve("key")), () -> now);
        reports = new DomainReports(
                database.database(), senders, installations, dns, (host, port) -> new Answer(false, null, null), domain -> "", pool -> own, later::add, () -> now);
        shop = senders.add("とどく商店", "news@todoku-shop.jp", "bounce@todoku-shop.jp").id();
        SigningKey.DnsRecord key = senders.find(shop).orElseThrow().record();
        dns.add(key.name(), "TXT", key.value()).add("todoku-shop.jp", "MX", "mx.todoku-shop.jp");
    }

    @Test
    void what_was_found_is_remembered_until_the_next_look() {
        assertThat(reports.last(shop).at()).isNull();
        DomainReports.Report first = reports.examine(shop).orElseThrow();
        assertThat(reports.last(shop)).isEqualTo(first);
        assertThat(verdict(first, "dkim")).isEqualTo(Verdict.PASS);
        assertThat(verdict(first, "spf")).isEqualTo(Verdict.FAIL);
        assertThat(first.failing().getFirst().copy())
                .isEqualTo(new Check.Copy("todoku-shop.jp", "TXT", "v=spf1 ip4:203.0.113.10 ~all"));
        dns.add("todoku-shop.jp", "TXT", "v=spf1 ip4:203.0.113.10 -all");
        now = now.plus(Duration.ofMinutes(5));
        reports.examine(shop);
        assertThat(verdict(reports.last(shop), "spf")).isEqualTo(Verdict.PASS);
        assertThat(reports.last(shop).at()).isEqualTo(now);
        assertThat(reports.examine(4711)).isEmpty();
        reports.forget(shop);
        assertThat(reports.last(shop).checks()).isEmpty();
    }

    @Test
    void each_domain_is_looked_at_once_a_day() {
        reports.refresh();
        Instant morning = now;
        now = now.plus(Duration.ofHours(2));
        reports.refresh();
        assertThat(reports.last(shop).at()).isEqualTo(morning);
        now = now.plus(Duration.ofHours(22));
        reports.refresh();
        assertThat(reports.last(shop).at()).isEqualTo(now);
    }

    @Test
    void whoever_sends_for_real_is_warned_and_the_sandbox_is_left_alone() {
        reports.examine(shop);
        assertThat(reports.warnings(shop)).isEmpty();
        installations.switchTo(Environment.LIVE);
        assertThat(reports.warnings(shop)).extracting(Check::name).contains("spf", "dmarc", "ptr");
    }

    @Test
    void a_sender_nobody_has_looked_at_is_told_until_the_look_that_begins_when_it_is_saved() {
        reports.examineSoon(shop);
        assertThat(later).as("no receiver looks in the sandbox").isEmpty();
        assertThat(reports.isUnexamined(shop)).isFalse();

        installations.switchTo(Environment.LIVE);
        assertThat(reports.isUnexamined(shop)).isTrue();
        reports.examineSoon(shop);
        assertThat(later).hasSize(1);
        later.getFirst().run();
        assertThat(reports.isUnexamined(shop)).isFalse();
    }

    @Test
    void each_address_in_use_is_looked_at_with_its_own_name() {
        own = List.of(
                new OwnAddresses.Own(InetAddress.ofLiteral("203.0.113.20"), "two.todoku-shop.jp"),
                new OwnAddresses.Own(InetAddress.ofLiteral("2001:db8::20"), ""),
                new OwnAddresses.Own(InetAddress.ofLiteral("10.0.0.5"), "")); // a router shows what was decided
        assertThat(SendingAddresses.of(installations.get(), null, pool -> own, dns)).containsExactly(
                new Subject.Way(InetAddress.ofLiteral("203.0.113.20"), "two.todoku-shop.jp"),
                new Subject.Way(InetAddress.ofLiteral("2001:db8::20"), "mail.todoku-shop.jp"),
                new Subject.Way(InetAddress.ofLiteral("203.0.113.10"), "mail.todoku-shop.jp"));
    }

    @Test
    void only_public_addresses_count_as_ours() {
        assertThat(SendingAddresses.parse("203.0.113.10, 2001:db8::1")).hasSize(2);
        assertThat(SendingAddresses.parse("10.0.0.1")).isEmpty();
        assertThat(SendingAddresses.parse("203.0.113.10, localhost")).isEmpty();
        assertThat(SendingAddresses.parse("fd00::1")).isEmpty();
        assertThat(SendingAddresses.parse("")).isEmpty();
    }

    private static Verdict verdict(DomainReports.Report report, String name) {
        return report.checks().stream().filter(check -> check.name().equals(name)).findFirst().orElseThrow().verdict();
    }
}
