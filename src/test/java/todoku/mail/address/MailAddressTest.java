package todoku.mail.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import todoku.mail.address.Parsing.Parsed;
import todoku.mail.address.Parsing.Problem;
import todoku.mail.address.Parsing.Refused;

class MailAddressTest {

    private static MailAddress address(String typed) {
        assertThat(MailAddress.parse(typed)).isInstanceOf(Parsed.class);
        return ((Parsed) MailAddress.parse(typed)).address();
    }

    @Test
    void a_full_width_address_is_read_as_the_person_meant_it() {
        assertThat(MailAddress.parse("　ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ　"))
                .isEqualTo(new Parsed(new MailAddress("hanako", "example.jp"), false));
    }

    @Test
    void the_key_is_lower_case_and_the_local_part_keeps_its_case() {
        MailAddress address = address("Hanako.Sato@Example.JP");
        assertThat(address.canonical()).isEqualTo("hanako.sato@example.jp");
        assertThat(address).hasToString("Hanako.Sato@example.jp");
        assertThat(address.forEnvelope()).isEqualTo("Hanako.Sato@example.jp");
    }

    @ParameterizedTest
    @CsvSource({
        "ab..cde@docomo.ne.jp, '\"ab..cde\"@docomo.ne.jp'",
        "abc.@docomo.ne.jp,    '\"abc.\"@docomo.ne.jp'",
        ".abc@ezweb.ne.jp,     '\".abc\"@ezweb.ne.jp'",
    })
    void an_old_carrier_address_is_flagged_and_quoted_only_in_the_envelope(String typed, String envelope) {
        assertThat(MailAddress.parse(typed)).isEqualTo(new Parsed(address(typed), true));
        assertThat(address(typed).forEnvelope()).isEqualTo(envelope);
        assertThat(address(typed).canonical()).isEqualTo(typed);
        assertThat(MailAddress.parse(envelope)).isEqualTo(MailAddress.parse(typed));
        assertThat(MailAddress.parse(address(typed).toString())).isEqualTo(MailAddress.parse(typed));
    }

    @Test
    void quotes_that_were_not_needed_are_dropped() {
        assertThat(address("\"hanako\"@example.jp").forEnvelope()).isEqualTo("hanako@example.jp");
        assertThat(MailAddress.parse("\"a@b\"@example.jp")).isEqualTo(new Refused(Problem.BAD_LOCAL));
    }

    @Test
    void an_international_domain_is_kept_as_dns_knows_it() {
        assertThat(address("info@日本語.jp").domain()).isEqualTo("xn--wgv71a119e.jp");
        assertThat(address("info@日本語。jp").domain()).isEqualTo("xn--wgv71a119e.jp");
    }

    @ParameterizedTest
    @CsvSource({
        "'', EMPTY",
        "'　 ', EMPTY",
        "hanako, NO_AT",
        "a@b@example.jp, TWO_AT",
        "a@@example.jp, TWO_AT",
        "a@localhost, DOMAIN_WITHOUT_DOT",
        "@example.jp, BAD_LOCAL",
        "a b@example.jp, BAD_LOCAL",
        "花子@example.jp, BAD_LOCAL",
        "a@, BAD_DOMAIN",
        "a@example..jp, BAD_DOMAIN",
        "a@-example.jp, BAD_DOMAIN",
        "a@exam_ple.jp, BAD_DOMAIN",
        "a@1.2.3.4, BAD_DOMAIN",
        "a@.jp, BAD_DOMAIN",
        "a@example.jp., BAD_DOMAIN",
        "'a,b@example.jp', BAD_LOCAL",
        "<a@example.jp>, BAD_DOMAIN",
        "a@xn--a.jp, BAD_DOMAIN",
    })
    void what_is_no_address_is_refused_with_its_reason(String typed, Problem problem) {
        assertThat(MailAddress.parse(typed)).isEqualTo(new Refused(problem));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nRCPT TO:<b@example.jp>", "a@example.jp\nBcc: b@example.jp", "a\u0000@example.jp"})
    void a_control_character_is_refused(String typed) {
        assertThat(MailAddress.parse(typed)).isEqualTo(new Refused(Problem.CONTROL_CHARACTER));
    }

    @Test
    void a_line_end_after_the_address_is_refused_as_well() {
        assertThat(MailAddress.parse("a@example.jp\r\n")).isEqualTo(new Refused(Problem.CONTROL_CHARACTER));
    }

    @Test
    void an_address_too_long_for_smtp_is_refused() {
        assertThat(MailAddress.parse("a".repeat(64) + "@example.jp")).isInstanceOf(Parsed.class);
        assertThat(MailAddress.parse("a".repeat(65) + "@example.jp")).isEqualTo(new Refused(Problem.TOO_LONG));
        assertThat(MailAddress.parse("a@" + "b.".repeat(130) + "jp")).isEqualTo(new Refused(Problem.TOO_LONG));
        assertThat(MailAddress.parse(" ".repeat(1_001))).isEqualTo(new Refused(Problem.TOO_LONG));
    }

    @Test
    void no_constructor_call_can_make_an_address_that_ends_a_line() {
        assertThatIllegalArgumentException().isThrownBy(() -> new MailAddress("a\r\nb", "example.jp"));
        assertThatIllegalArgumentException().isThrownBy(() -> new MailAddress("a", "example.jp\r\n"));
    }
}
