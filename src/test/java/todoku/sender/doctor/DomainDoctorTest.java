package todoku.sender.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import todoku.mail.dkim.DkimKeyPair;
import todoku.mail.policy.ScriptedDns;

class DomainDoctorTest {
    static final Instant NOW = Instant.parse("2026-11-22T00:00:00Z");
    static final DkimKeyPair KEY = DkimKeyPair.generate("shop.jp", "todoku1");
    static final String IP = "203.0.113.10";

    final ScriptedDns dns = new ScriptedDns();
    TlsProbe.Answer web = new TlsProbe.Answer(true, NOW.plus(Duration.ofDays(80)), null);
    String policy = "version: STSv1, mode: enforce, mx: *.shop.jp, max_age: 604800";
    String from = "news@shop.jp";
    String returnPath = "bounce@bounce.shop.jp";
    List<Subject.Way> ways = List.of(new Subject.Way(InetAddress.ofLiteral(IP), "mail.shop.jp"));

    @BeforeEach
    void everything_as_it_should_be() {
        dns.add("jp", "NS", "a.dns.jp");
        dns.add("shop.jp", "TXT", "v=spf1 ip4:203.0.113.0/24 -all").add("shop.jp", "MX", "mx.shop.jp");
        dns.add("bounce.shop.jp", "TXT", "v=spf1 ip4:203.0.113.10 -all").add("bounce.shop.jp", "MX", "mx.shop.jp");
        dns.add("todoku1._domainkey.shop.jp", "TXT", KEY.dnsRecord());
        dns.add("_dmarc.shop.jp", "TXT", "v=DMARC1; p=reject; rua=mailto:dmarc@shop.jp");
        dns.add(IP, "PTR", "mail.shop.jp").add("mail.shop.jp", "A", IP);
        dns.add("_mta-sts.shop.jp", "TXT", "v=STSv1; id=1").add("_smtp._tls.shop.jp", "TXT", "v=TLSRPTv1; rua=mailto:t@shop.jp");
        dns.add("default._bimi.shop.jp", "TXT", "v=BIMI1; l=https://shop.jp/l.svg; a=https://shop.jp/l.pem");
    }

    private List<Check> examine() {
        Subject subject = new Subject(
                from,
                returnPath,
                "shop.jp",
                List.of(new Check.Copy("todoku1._domainkey.shop.jp", "TXT", KEY.dnsRecord())),
                ways,
                "mail.shop.jp",
                "https://click.shop.jp");
        return new DomainDoctor(dns, (host, port) -> web, domain -> fetched(), () -> NOW).examine(subject);
    }

    private String fetched() throws IOException {
        if (policy.startsWith("status")) throw new IOException(policy);
        return policy.replace(", ", "\n");
    }

    private Check check(String name) {
        return examine().stream().filter(check -> check.name().equals(name)).findFirst().orElseThrow();
    }

    private void replace(String name, String type, String value) {
        dns.remove(name, type);
        if (!value.isEmpty()) dns.add(name, type, value);
    }

    @Test
    void a_domain_in_order_passes_everywhere() {
        assertThat(examine()).allSatisfy(check -> assertThat(check.verdict()).as(check.said()).isEqualTo(Verdict.PASS));
        assertThat(examine()).extracting(Check::name).containsExactly(
                "spf", "spf-from", "dkim", "dmarc", "alignment", "ptr", "helo", "from-mx", "return-mx", "tls", "bimi", "mta-sts",
                "tls-reports");
    }

    @ParameterizedTest(name = "{0} {1} {2}: {3} {4} {5}")
    @CsvSource({
        "bounce.shop.jp, TXT, '',                                    spf, FAIL, missing",
        "bounce.shop.jp, TXT, v=spf1 -all,                           spf, FAIL, refused",
        "bounce.shop.jp, TXT, v=spf1 +all,                           spf, WARN, anybody",
        "bounce.shop.jp, TXT, v=spf1 ipv4:203.0.113.10 -all,         spf, FAIL, broken",
        "shop.jp,        TXT, v=spf1 -all,                           spf-from, WARN, refused",
        "todoku1._domainkey.shop.jp, TXT, '',                        dkim, FAIL, missing",
        "todoku1._domainkey.shop.jp, TXT, v=DKIM1; p=,               dkim, FAIL, revoked",
        "todoku1._domainkey.shop.jp, TXT, v=DKIM1; p=cut,            dkim, FAIL, broken",
        "_dmarc.shop.jp, TXT, '',                                    dmarc, FAIL, missing",
        "_dmarc.shop.jp, TXT, v=DMARC1; p=none; rua=mailto:a@shop.jp, dmarc, PASS, none",
        "_dmarc.shop.jp, TXT, v=DMARC1; p=reject; pct=10,            dmarc, WARN, percent",
        "_dmarc.shop.jp, TXT, v=DMARC1; p=reject; sp=rejct; rua=mailto:a@shop.jp, dmarc, WARN, broken",
        "_dmarc.shop.jp, TXT, v=DMARC1; p=rejct,                     dmarc, FAIL, unusable",
        "_dmarc.shop.jp, TXT, v=DMARC1; p=reject; t=y,               dmarc, ADVICE, testing",
        "_dmarc.shop.jp, TXT, v=DMARC1; p=reject,                    dmarc, ADVICE, no-reports",
        "_dmarc.shop.jp, TXT, v=DMARC1; p=reject; aspf=s,            alignment, WARN, dkim-only",
        "_dmarc.shop.jp, TXT, '',                                    alignment, ADVICE, no-policy",
        "_dmarc.shop.jp, TXT, v=DMARC1; p=none,                      bimi, ADVICE, policy",
        "203.0.113.10,   PTR, '',                                    ptr, FAIL, missing",
        "203.0.113.10,   PTR, other.shop.jp,                         ptr, FAIL, one-way",
        "mail.shop.jp,   A,   '',                                    helo, WARN, missing",
        "mail.shop.jp,   A,   203.0.113.99,                          helo, WARN, elsewhere",
        "shop.jp,        MX,  '',                                    from-mx, FAIL, nobody",
        "_mta-sts.shop.jp, TXT, '',                                  mta-sts, ADVICE, missing",
        "_mta-sts.shop.jp, TXT, v=STSv1,                             mta-sts, WARN, broken",
        "_smtp._tls.shop.jp, TXT, '',                                tls-reports, ADVICE, missing",
        "default._bimi.shop.jp, TXT, '',                             bimi, ADVICE, missing",
    })
    void one_record_out_of_order_is_found(String name, String type, String value, String check, Verdict verdict, String finding) {
        replace(name, type, value);
        Check found = check(check);
        assertThat(found.finding()).isEqualTo(finding);
        assertThat(found.verdict()).isEqualTo(verdict);
    }

    @Test
    void the_record_to_copy_keeps_what_stands_there() {
        replace("bounce.shop.jp", "TXT", "v=spf1 include:spf.host.jp -all");
        dns.add("spf.host.jp", "TXT", "v=spf1 ip4:198.51.100.1 -all");
        assertThat(check("spf").copy())
                .isEqualTo(new Check.Copy("bounce.shop.jp", "TXT", "v=spf1 ip4:203.0.113.10 include:spf.host.jp -all"));
        replace("203.0.113.10", "PTR", "");
        assertThat(check("ptr").copy()).isEqualTo(new Check.Copy("10.113.0.203.in-addr.arpa", "PTR", "mail.shop.jp."));
        replace("todoku1._domainkey.shop.jp", "TXT", DkimKeyPair.generate("shop.jp", "todoku1").dnsRecord());
        assertThat(check("dkim").finding()).isEqualTo("other");
        assertThat(check("dkim").copy()).isEqualTo(new Check.Copy("todoku1._domainkey.shop.jp", "TXT", KEY.dnsRecord()));
    }

    @Test
    void a_return_path_elsewhere_leaves_only_the_signature_aligned() {
        dns.add("_dmarc.host.jp", "TXT", "v=DMARC1; p=none").add("host.jp", "MX", "mx.host.jp");
        returnPath = "bounce@host.jp";
        assertThat(check("alignment").finding()).isEqualTo("dkim-only");
    }

    @ParameterizedTest(name = "{0}: {1} {2}")
    @CsvSource(delimiter = '|', value = {
        "version: STSv1, mode: testing, mx: mx.shop.jp, max_age: 604800 | PASS   | pass",
        "status 404                                                    | WARN   | no-policy",
        "version: STSv1, mode: enforce, max_age: 604800                | WARN   | unreadable",
        "version: STSv1, mode: none, max_age: 604800                   | ADVICE | none",
        "version: STSv1, mode: enforce, mx: old.shop.jp, max_age: 86400 | WARN  | other-hosts",
    })
    void the_policy_behind_the_record_is_read_and_must_name_the_mail_hosts(String text, Verdict verdict, String finding) {
        policy = text;
        assertThat(check("mta-sts").verdict()).isEqualTo(verdict);
        assertThat(check("mta-sts").finding()).isEqualTo(finding);
    }

    @Test
    void a_silent_dns_says_nothing_against_the_domain_and_is_not_asked_on() {
        dns.dead(true);
        assertThat(examine()).extracting(Check::said).containsExactly("sender.doctor.dns.silent");
        assertThat(examine()).extracting(Check::verdict).containsOnly(Verdict.UNKNOWN);
    }

    @Test
    void a_dns_of_a_closed_network_says_nothing_against_the_domain() {
        from = "news@unknown.jp";
        assertThat(examine()).extracting(Check::said).contains("sender.doctor.dmarc.missing");
        assertThat(new DomainDoctor(new ScriptedDns(), (host, port) -> web, domain -> fetched(), () -> NOW)
                        .examine(new Subject(from, from, "", List.of(), ways, "", "")))
                .extracting(Check::said)
                .containsExactly("sender.doctor.dns.closed");
    }

    @Test
    void one_silent_name_makes_only_its_check_unknown() {
        dns.silent("_dmarc.shop.jp");
        assertThat(check("dmarc").verdict()).isEqualTo(Verdict.UNKNOWN);
        assertThat(check("dkim").verdict()).isEqualTo(Verdict.PASS);
    }

    @Test
    void each_address_is_compared_with_the_name_we_say_there() {
        ways = List.of(
                new Subject.Way(InetAddress.ofLiteral(IP), "mail.shop.jp"),
                new Subject.Way(InetAddress.ofLiteral("203.0.113.11"), "two.shop.jp"));
        dns.add("203.0.113.11", "PTR", "two.shop.jp").add("two.shop.jp", "A", "203.0.113.11");
        assertThat(check("ptr").finding()).isEqualTo("pass");
        assertThat(check("helo").finding()).isEqualTo("pass");
        replace("two.shop.jp", "A", "203.0.113.12");
        assertThat(check("helo").finding()).isEqualTo("elsewhere");
        assertThat(check("helo").copy()).isEqualTo(new Check.Copy("two.shop.jp", "A", "203.0.113.11"));
    }

    @Test
    void a_tree_that_is_silent_says_nothing_against_the_return_path() {
        dns.silent("_dmarc.bounce.shop.jp").silent("_dmarc.shop.jp");
        dns.add("_dmarc.jp", "TXT", "v=DMARC1; p=none; psd=n");
        from = "news@news.shop.jp";
        dns.add("news.shop.jp", "MX", "mx.shop.jp").add("_dmarc.news.shop.jp", "TXT", "v=DMARC1; p=reject; rua=mailto:a@shop.jp; psd=n");
        assertThat(check("alignment").said()).isEqualTo("sender.doctor.alignment.unknown");
        assertThat(check("alignment").verdict()).isEqualTo(Verdict.UNKNOWN);
        assertThat(check("dmarc").finding()).isEqualTo("enforced");
    }

    @Test
    void the_logo_of_the_organization_counts_for_names_below_it() {
        from = "news@news.shop.jp";
        dns.add("news.shop.jp", "MX", "mx.shop.jp");
        assertThat(check("bimi").finding()).isEqualTo("certified");
        replace("default._bimi.shop.jp", "TXT", "");
        assertThat(check("bimi").copy()).isNotNull();
    }

    @Test
    void without_known_addresses_what_needs_them_is_unknown() {
        ways = List.of();
        assertThat(examine()).extracting(Check::verdict).doesNotContain(Verdict.FAIL, Verdict.WARN);
        assertThat(check("ptr").finding()).isEqualTo("no-addresses");
    }

    @Test
    void certificates_that_end_or_are_not_trusted_are_found() {
        web = new TlsProbe.Answer(true, NOW.plus(Duration.ofDays(5)), null);
        assertThat(check("tls").verdict()).isEqualTo(Verdict.WARN);
        web = new TlsProbe.Answer(true, null, "unable to find valid certification path");
        assertThat(check("tls").verdict()).isEqualTo(Verdict.FAIL);
        assertThat(check("mta-sts").verdict()).isEqualTo(Verdict.WARN);
        web = new TlsProbe.Answer(false, null, null);
        assertThat(check("tls").verdict()).isEqualTo(Verdict.UNKNOWN);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "shop@gmail.com,            foreign.free",
        "shop@Yahoo.co.jp,          foreign.free",
        "shop@docomo.ne.jp,         foreign.carrier",
        "shop@yahoo.ne.jp,          foreign.carrier",
        "shop@t.vodafone.ne.jp,     foreign.carrier",
        "shop@rakumail.jp,          foreign.carrier",
        "shop@nifty.com,            foreign.provider",
        "news@shop.example,         dns.reserved",
        "news@example.co.jp,        dns.reserved",
    })
    void domains_that_can_never_be_ours_are_not_even_asked_about(String address, String said) {
        from = address;
        dns.dead(true);
        assertThat(examine()).extracting(Check::said).containsExactly("sender.doctor." + said);
    }
}
