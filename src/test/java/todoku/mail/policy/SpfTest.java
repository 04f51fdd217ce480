package todoku.mail.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import todoku.mail.policy.SpfResult.Code;

class SpfTest {
    final ScriptedDns dns = new ScriptedDns();
    final Spf spf = new Spf(dns);

    private Code code(String ip) {
        return check(ip).code();
    }

    private SpfResult check(String ip) {
        return spf.check(InetAddress.ofLiteral(ip), "news@shop.jp", "mail.shop.jp");
    }

    private void record(String text) {
        dns.remove("shop.jp", "TXT").add("shop.jp", "TXT", text);
    }

    @ParameterizedTest(name = "{0} from {1}: {2}")
    @CsvSource({
        "v=spf1 ip4:192.0.2.10 -all,          192.0.2.10,   PASS",
        "v=spf1 ip4:192.0.2.10 -all,          192.0.2.11,   FAIL",
        "v=spf1 ip4:192.0.2.0/28 ~all,        192.0.2.15,   PASS",
        "v=spf1 ip4:192.0.2.0/28 ~all,        192.0.2.16,   SOFTFAIL",
        "v=spf1 ip4:192.0.2.0/0 -all,         203.0.113.9,  PASS",
        "v=spf1 ?ip4:192.0.2.10 -all,         192.0.2.10,   NEUTRAL",
        "v=spf1 -ip4:192.0.2.10 +all,         192.0.2.10,   FAIL",
        "v=spf1 ip6:2001:db8:1::/48 -all,     2001:db8:1::5, PASS",
        "v=spf1 ip6:2001:db8:1::/48 -all,     2001:db8:2::5, FAIL",
        "v=spf1 ip6:2001:db8:1::/48 -all,     192.0.2.10,   FAIL",
        "v=spf1,                              192.0.2.10,   NEUTRAL",
        "V=SPF1 IP4:192.0.2.10 -ALL,          192.0.2.10,   PASS",
        "v=spf1  ip4:192.0.2.10   -all,       192.0.2.10,   PASS",
        "v=spf10 -all,                        192.0.2.10,   NONE",
        "v=spf1 unknown=thing ip4:192.0.2.10, 192.0.2.10,   PASS",
        "v=spf1 all ip4:192.0.2.10,           198.51.100.1, PASS",
    })
    void what_stands_in_the_record_decides(String record, String ip, Code expected) {
        record(record);
        assertThat(code(ip)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "v=spf1 ip4:192.0.2 -all",
        "v=spf1 ip4:192.0.2.256 -all",
        "v=spf1 ip4:192.0.2.0/33 -all",
        "v=spf1 ip4:192.0.2.0/08 -all",
        "v=spf1 ip4 -all",
        "v=spf1 ip6:192.0.2.1 -all",
        "v=spf1 ip6:2001:db8::/129 -all",
        "v=spf1 ipv4:192.0.2.10 -all",
        "v=spf1 all:shop.jp",
        "v=spf1 include -all",
        "v=spf1 include:shop.jp/24",
        "v=spf1 exists:",
        "v=spf1 a:jp",
        "v=spf1 a:mail.shop.123",
        "v=spf1 a:%{x}.shop.jp",
        "v=spf1 a:%{d0}.shop.jp",
        "v=spf1 a:%{t}.shop.jp",
        "v=spf1 a:100%.shop.jp",
        "v=spf1 redirect=a.jp redirect=b.jp",
        "v=spf1 exp=a.jp exp=b.jp",
        "v=spf1 ip4:192.0.2.10 -all nonsense",
    })
    void what_cannot_be_read_spoils_the_whole_record(String record) {
        record(record);
        SpfResult result = check("192.0.2.10");
        assertThat(result.code()).isEqualTo(Code.PERMERROR);
        assertThat(result.why()).isNotEmpty();
    }

    @Test
    void without_a_record_there_is_nothing_to_say_and_with_two_there_is_an_error() {
        assertThat(code("192.0.2.10")).isEqualTo(Code.NONE);
        dns.add("shop.jp", "TXT", "google-site-verification=1");
        assertThat(code("192.0.2.10")).isEqualTo(Code.NONE);
        dns.add("shop.jp", "TXT", "v=spf1 -all").add("shop.jp", "TXT", "v=spf1 +all");
        assertThat(code("192.0.2.10")).isEqualTo(Code.PERMERROR);
        assertThat(spf.check(InetAddress.ofLiteral("192.0.2.10"), "root@localhost", "x").code()).isEqualTo(Code.NONE);
    }

    @Test
    void addresses_and_mail_hosts_match_within_their_prefix() {
        dns.add("shop.jp", "A", "192.0.2.1").add("shop.jp", "AAAA", "2001:db8::1");
        dns.add("shop.jp", "MX", "mx1.shop.jp").add("mx1.shop.jp", "A", "198.51.100.1");
        record("v=spf1 a -all");
        assertThat(code("192.0.2.1")).isEqualTo(Code.PASS);
        assertThat(code("192.0.2.2")).isEqualTo(Code.FAIL);
        assertThat(code("2001:db8::1")).isEqualTo(Code.PASS);
        record("v=spf1 a/24//64 -all");
        assertThat(code("192.0.2.2")).isEqualTo(Code.PASS);
        assertThat(code("2001:db8::ffff")).isEqualTo(Code.PASS);
        assertThat(code("2001:db8:1::1")).isEqualTo(Code.FAIL);
        record("v=spf1 mx:shop.jp/31 -all");
        assertThat(code("198.51.100.0")).isEqualTo(Code.PASS);
        assertThat(code("198.51.100.2")).isEqualTo(Code.FAIL);
    }

    @Test
    void an_include_lets_in_only_what_passes_there() {
        dns.add("spf.host.jp", "TXT", "v=spf1 ip4:192.0.2.10 ip4:192.0.2.11 -all");
        record("v=spf1 include:spf.host.jp ip4:198.51.100.1 ~all");
        SpfResult passed = check("192.0.2.11");
        assertThat(passed.code()).isEqualTo(Code.PASS);
        assertThat(passed.path()).containsExactly("include:spf.host.jp", "ip4:192.0.2.11");
        assertThat(passed.lookups()).isEqualTo(1);
        assertThat(check("198.51.100.1").path()).containsExactly("ip4:198.51.100.1");
        assertThat(code("203.0.113.1")).isEqualTo(Code.SOFTFAIL);
        record("v=spf1 include:nobody.jp ~all");
        assertThat(code("192.0.2.11")).isEqualTo(Code.PERMERROR);
    }

    @Test
    void a_redirect_counts_only_when_nothing_matched_and_there_is_no_all() {
        dns.add("spf.host.jp", "TXT", "v=spf1 ip4:192.0.2.10 -all");
        record("v=spf1 redirect=spf.host.jp");
        assertThat(check("192.0.2.10").path()).containsExactly("redirect=spf.host.jp", "ip4:192.0.2.10");
        assertThat(code("192.0.2.11")).isEqualTo(Code.FAIL);
        record("v=spf1 ?all redirect=spf.host.jp");
        assertThat(code("192.0.2.11")).isEqualTo(Code.NEUTRAL);
        record("v=spf1 redirect=nobody.jp");
        assertThat(code("192.0.2.10")).isEqualTo(Code.PERMERROR);
    }

    @Test
    void names_of_an_address_count_only_when_they_lead_back() {
        dns.add("192.0.2.10", "PTR", "out.shop.jp").add("192.0.2.11", "PTR", "liar.shop.jp");
        dns.add("out.shop.jp", "A", "192.0.2.10").add("liar.shop.jp", "A", "203.0.113.1");
        record("v=spf1 ptr -all");
        assertThat(code("192.0.2.10")).isEqualTo(Code.PASS);
        assertThat(code("192.0.2.11")).isEqualTo(Code.FAIL);
        record("v=spf1 ptr:op.jp -all");
        assertThat(code("192.0.2.10")).isEqualTo(Code.FAIL);
    }

    @ParameterizedTest(name = "{0} means {1}")
    @CsvSource({
        "%{i}.x.jp,            192.0.2.3.x.jp",
        "%{ir}.%{v}.x.jp,      3.2.0.192.in-addr.x.jp",
        "%{s}.x.jp,            strong-bad@email.example.com.x.jp",
        "%{o}.x.jp,            email.example.com.x.jp",
        "%{d2}.x.jp,           example.com.x.jp",
        "%{d1r}.x.jp,          email.x.jp",
        "%{dr}.x.jp,           com.example.email.x.jp",
        "%{l-}.x.jp,           strong.bad.x.jp",
        "%{lr-}.x.jp,          bad.strong.x.jp",
        "%{l1r-}.x.jp,         strong.x.jp",
        "%{h}.x.jp,            mail.example.com.x.jp",
        "%{p}.x.jp,            unknown.x.jp",
        "%{L}%%.x.jp,          strong-bad%.x.jp",
    })
    void macros_mean_what_the_standard_says(String spec, String name) {
        var macros = new SpfMacros(
                InetAddress.ofLiteral("192.0.2.3"), "strong-bad@email.example.com", "mail.example.com", () -> "unknown");
        assertThat(macros.expand(spec, "email.example.com")).isEqualTo(name);
    }

    @Test
    void a_macro_of_an_ipv6_address_gives_single_digits_and_too_long_names_lose_their_left() {
        var macros = new SpfMacros(InetAddress.ofLiteral("2001:db8::cb01"), "a@b.jp", "x", () -> "");
        assertThat(macros.expand("%{ir}.%{v}.x.jp", "b.jp"))
                .isEqualTo("1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.x.jp");
        assertThat(macros.expand("a." + "b".repeat(60) + ("." + "c".repeat(60)).repeat(3) + ".%{d}.jp", "long-enough.jp"))
                .startsWith("c")
                .hasSizeLessThanOrEqualTo(253);
    }

    @Test
    void existence_is_asked_with_the_macro_filled_in() {
        dns.add("10.2.0.192.list.shop.jp", "A", "127.0.0.2");
        record("v=spf1 exists:%{ir}.list.%{d} -all");
        assertThat(code("192.0.2.10")).isEqualTo(Code.PASS);
        assertThat(code("192.0.2.11")).isEqualTo(Code.FAIL);
    }

    @Test
    void the_eleventh_lookup_is_one_too_many() {
        var record = new StringBuilder("v=spf1");
        for (int i = 1; i <= 10; i++) {
            record.append(" include:s").append(i).append(".jp");
            dns.add("s" + i + ".jp", "TXT", "v=spf1 ip4:198.51.100." + i + " -all");
        }
        record(record + " ip4:192.0.2.10 -all");
        assertThat(check("192.0.2.10").lookups()).isEqualTo(10);
        assertThat(code("192.0.2.10")).isEqualTo(Code.PASS);
        record(record + " a ip4:192.0.2.10 -all");
        assertThat(code("192.0.2.10")).isEqualTo(Code.PERMERROR);
        assertThat(code("198.51.100.9")).isEqualTo(Code.PASS);
    }

    @Test
    void records_that_include_each_other_end() {
        dns.add("other.jp", "TXT", "v=spf1 include:shop.jp -all");
        record("v=spf1 include:other.jp -all");
        assertThat(code("192.0.2.10")).isEqualTo(Code.PERMERROR);
        assertThat(dns.asked()).isLessThan(20);
    }

    @Test
    void two_questions_may_find_nothing_and_the_third_is_an_error() {
        record("v=spf1 a:n1.jp a:n2.jp ip4:192.0.2.10 -all");
        assertThat(code("192.0.2.10")).isEqualTo(Code.PASS);
        record("v=spf1 a:n1.jp a:n2.jp a:n3.jp ip4:192.0.2.10 -all");
        assertThat(code("192.0.2.10")).isEqualTo(Code.PERMERROR);
    }

    @Test
    void more_than_ten_mail_hosts_are_an_error() {
        for (int i = 0; i < 11; i++) dns.add("shop.jp", "MX", "mx" + i + ".shop.jp").add("mx" + i + ".shop.jp", "A", "198.51.100." + i);
        record("v=spf1 mx -all");
        assertThat(code("198.51.100.3")).isEqualTo(Code.PERMERROR);
    }

    @Test
    void a_silent_dns_is_no_verdict() {
        record("v=spf1 include:slow.jp -all");
        dns.silent("slow.jp");
        SpfResult result = check("192.0.2.10");
        assertThat(result.code()).isEqualTo(Code.TEMPERROR);
        assertThat(result.why()).contains("slow.jp");
        assertThat(spf.check(InetAddress.ofLiteral("192.0.2.10"), "a@slow.jp", "x").code()).isEqualTo(Code.TEMPERROR);
    }
}
