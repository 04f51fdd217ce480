package todoku.mail.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import todoku.mail.dkim.DkimKeyPair;
import todoku.mail.dkim.DkimRecord;
import todoku.mail.policy.MailRecords.State;

class MailRecordsTest {
    final ScriptedDns dns = new ScriptedDns();
    final MailRecords records = new MailRecords(dns);

    @ParameterizedTest(name = "{1}: {2}")
    @CsvSource({
        "_mta-sts,   v=STSv1; id=20261122T0900, GOOD",
        "_mta-sts,   v=STSv1; id=2026-11-22, BROKEN",
        "_mta-sts,   v=STSv1, BROKEN",
        "_mta-sts,   something, MISSING",
        "_smtp._tls, v=TLSRPTv1; rua=mailto:tls@shop.jp, GOOD",
        "_smtp._tls, v=TLSRPTv1; rua=tls@shop.jp, BROKEN",
        "default._bimi, v=BIMI1; l=https://shop.jp/logo.svg; a=https://shop.jp/vmc.pem, GOOD",
        "default._bimi, v=BIMI1; l=http://shop.jp/logo.svg, BROKEN",
        "default._bimi, v=BIMI1; l=; a=, BROKEN",
    })
    void each_record_is_good_broken_or_missing(String name, String text, State state) {
        dns.add(name + ".shop.jp", "TXT", text);
        MailRecords.Found found = switch (name) {
            case "_mta-sts" -> records.mtaSts("shop.jp");
            case "_smtp._tls" -> records.tlsReports("shop.jp");
            default -> records.logo("shop.jp");
        };
        assertThat(found.state()).isEqualTo(state);
        assertThat(found.name()).isEqualTo(name + ".shop.jp");
    }

    @Test
    void a_certificate_of_the_logo_is_seen_and_silence_is_no_answer() {
        dns.add("default._bimi.shop.jp", "TXT", "v=BIMI1; l=https://shop.jp/logo.svg; a=https://shop.jp/vmc.pem");
        assertThat(records.logoCertified("shop.jp")).isTrue();
        assertThat(records.logoCertified("other.jp")).isFalse();
        dns.silent("_mta-sts.shop.jp");
        assertThat(records.mtaSts("shop.jp").state()).isEqualTo(State.UNKNOWN);
    }

    @Test
    void a_name_of_an_address_counts_when_it_leads_back() {
        dns.add("192.0.2.10", "PTR", "mail.shop.jp").add("192.0.2.10", "PTR", "other.shop.jp");
        dns.add("mail.shop.jp", "A", "192.0.2.10");
        ReverseNames names = ReverseNames.of(dns, InetAddress.ofLiteral("192.0.2.10"));
        assertThat(names.names()).containsExactly("mail.shop.jp", "other.shop.jp");
        assertThat(names.confirmed()).containsExactly("mail.shop.jp");
        assertThat(ReverseNames.of(dns, InetAddress.ofLiteral("192.0.2.11")).names()).isEmpty();
    }

    @Test
    void a_published_key_is_read_with_its_flags() {
        DkimKeyPair pair = DkimKeyPair.generate("shop.jp", "todoku1");
        DkimRecord plain = DkimRecord.read(pair.dnsRecord());
        assertThat(plain).isEqualTo(new DkimRecord(pair.publicKey(), 2048, false, false, true));
        assertThat(DkimRecord.read(pair.dnsRecord() + "; t=s:y; s=email"))
                .isEqualTo(new DkimRecord(pair.publicKey(), 2048, false, true, true));
        assertThat(DkimRecord.read(pair.dnsRecord() + "; h=sha1"))
                .isEqualTo(new DkimRecord(pair.publicKey(), 2048, false, false, false));
        assertThat(DkimRecord.read("v=DKIM1; p=")).isEqualTo(new DkimRecord(null, 0, true, false, true));
        assertThat(DkimRecord.read("v=DKIM1; p=broken!")).isEqualTo(new DkimRecord(null, 0, false, false, true));
        assertThat(DkimRecord.read("v=spf1 -all")).isNull();
    }
}
