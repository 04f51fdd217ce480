package todoku.mail.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import todoku.mail.policy.DmarcRecord.Policy;

class DmarcTest {
    final ScriptedDns dns = new ScriptedDns();
    final Dmarc dmarc = new Dmarc(dns);

    private DmarcTest dmarc(String domain, String record) {
        dns.add("_dmarc." + domain, "TXT", record);
        return this;
    }

    @Test
    void the_own_record_of_a_domain_comes_first() {
        dmarc("shop.jp", "v=DMARC1; p=reject; sp=quarantine").dmarc("news.shop.jp", "v=DMARC1; p=none");
        Dmarc.Finding news = dmarc.find("News.shop.jp");
        assertThat(news.foundAt()).isEqualTo("news.shop.jp");
        assertThat(news.policyFor("news.shop.jp")).isEqualTo(Policy.NONE);
        assertThat(news.organization()).isEqualTo("shop.jp");
    }

    @Test
    void without_an_own_record_the_organization_decides() {
        dmarc("shop.jp", "v=DMARC1; p=reject; sp=quarantine");
        Dmarc.Finding below = dmarc.find("a.b.shop.jp");
        assertThat(below.foundAt()).isEqualTo("shop.jp");
        assertThat(below.policyFor("a.b.shop.jp")).isEqualTo(Policy.QUARANTINE);
        assertThat(dmarc.find("shop.jp").policyFor("shop.jp")).isEqualTo(Policy.REJECT);
        assertThat(dmarc.find("other.jp").record()).isNull();
        assertThat(dmarc.find("other.jp").organization()).isEqualTo("other.jp");
    }

    @Test
    void a_record_between_does_not_decide_for_names_below_it() {
        dmarc("shop.jp", "v=DMARC1; p=reject").dmarc("b.shop.jp", "v=DMARC1; p=none");
        assertThat(dmarc.find("a.b.shop.jp").foundAt()).isEqualTo("shop.jp");
    }

    @Test
    void marks_in_the_tree_end_the_walk() {
        dmarc("co.jp", "v=DMARC1; p=reject; psd=y").dmarc("shop.co.jp", "v=DMARC1; p=none");
        assertThat(dmarc.organization("news.shop.co.jp")).isEqualTo("shop.co.jp");
        assertThat(dmarc.organization("news.other.co.jp")).isEqualTo("other.co.jp");
        assertThat(dmarc.find("news.other.co.jp").foundAt()).isEqualTo("co.jp");
        dmarc("unit.shop.co.jp", "v=DMARC1; p=none; psd=n");
        assertThat(dmarc.organization("a.unit.shop.co.jp")).isEqualTo("unit.shop.co.jp");
        assertThat(dmarc.organization("co.jp")).isEqualTo("co.jp");
    }

    @Test
    void nobody_is_asked_more_than_eight_times() {
        dmarc.find("a.b.c.d.e.f.g.h.i.j.mail.shop.jp");
        assertThat(dns.asked()).isEqualTo(8);
        dmarc("shop.jp", "v=DMARC1; p=none");
        assertThat(dmarc.organization("a.b.c.d.e.f.g.h.i.j.mail.shop.jp")).isEqualTo("shop.jp");
    }

    @Test
    void two_records_are_none() {
        dmarc("shop.jp", "v=DMARC1; p=none").dmarc("shop.jp", "v=DMARC1; p=reject");
        Dmarc.Finding finding = dmarc.find("shop.jp");
        assertThat(finding.record()).isNull();
        assertThat(finding.duplicates()).isEqualTo(2);
    }

    @Test
    void a_record_with_a_policy_that_is_none_is_p_none_or_no_record_at_all() {
        dmarc("shop.jp", "v=DMARC1; p=reject; sp=rejct; rua=mailto:a@shop.jp").dmarc("news.shop.jp", "v=DMARC1; p=rejct");
        assertThat(dmarc.find("shop.jp").policyFor("shop.jp")).isEqualTo(Policy.NONE);
        assertThat(dmarc.find("shop.jp").record().broken()).isEqualTo("sp");
        assertThat(dmarc.find("news.shop.jp").record()).isNull();
        assertThat(dmarc.find("news.shop.jp").unusable()).isTrue();
    }

    @Test
    void what_dns_did_not_answer_is_said() {
        dns.silent("_dmarc.shop.jp");
        assertThat(dmarc.find("shop.jp").trouble()).contains("_dmarc.shop.jp");
    }

    @ParameterizedTest(name = "{0}: enforced {1}")
    @CsvSource({
        "v=DMARC1; p=reject, true",
        "v=DMARC1;p=quarantine;pct=100, true",
        "v=DMARC1; p=quarantine; pct=20, false",
        "v=DMARC1; p=reject; t=y, false",
        "v=DMARC1; p=reject; sp=none, false",
        "v=DMARC1; p=none, false",
        "v=DMARC1; rua=mailto:a@shop.jp, false",
        "v=DMARC1; p=reject; sp=rejct; rua=mailto:a@shop.jp, false",
        "v=DMARC1; p=reject; np=; rua=mailto:a@shop.jp, false",
        "v = DMARC1 ; P=x; p = REJECT ; nonsense; what=ever, true",
    })
    void a_record_is_read_with_what_is_unknown_passed_over(String record, boolean enforced) {
        assertThat(DmarcRecord.parse(record)).hasValueSatisfying(read -> assertThat(read.enforced()).isEqualTo(enforced));
    }

    @ParameterizedTest
    @CsvSource({"p=none; v=DMARC1", "v=dmarc1; p=none", "v=DMARC1", "v=DMARC1; p=maybe", "v=DMARC1; p=reject; sp=rejct", "v=DMARC1; p=reject; np=all", "v=DMARC11; p=none", "v=spf1 -all"})
    void what_is_no_policy_is_not_read(String record) {
        assertThat(DmarcRecord.parse(record)).isEmpty();
    }

    @ParameterizedTest(name = "{0} for {1}: strict {2}, relaxed {3}")
    @CsvSource({
        "shop.jp,         shop.jp,      true,  true",
        "bounce.shop.jp,  shop.jp,      false, true",
        "shop.jp,         news.shop.jp, false, true",
        "a.shop.jp,       b.shop.jp,    false, true",
        "host.jp,         shop.jp,      false, false",
        "SHOP.jp,         shop.JP,      true,  true",
    })
    void alignment_compares_the_names_or_their_organizations(String authenticated, String from, boolean strict, boolean relaxed) {
        dmarc("shop.jp", "v=DMARC1; p=none").dmarc("host.jp", "v=DMARC1; p=none");
        assertThat(dmarc.aligned(true, authenticated, from) == Dmarc.Alignment.YES).isEqualTo(strict);
        assertThat(dmarc.aligned(false, authenticated, from) == Dmarc.Alignment.YES).isEqualTo(relaxed);
    }
}
