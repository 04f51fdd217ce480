package todoku.mail.mime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import todoku.mail.address.MailAddress;
import todoku.mail.address.Parsing;
import todoku.mail.charset.MailCharset;
import todoku.mail.smime.SmimeSigner;
import todoku.mail.smime.TestIdentity;

/// No line over 998 octets (RFC 5321 §4.5.3.1.6), whatever was merged into it: docomo answers `Line Too Long`.
class LineLimitTest {
    private static final int LINE_OCTETS = 998;
    private static final Instant NOON = Instant.parse("2026-11-22T03:00:00Z");
    private static final SmimeSigner SMIME =
            new SmimeSigner(TestIdentity.of("news@example.jp", NOON.minusSeconds(9), NOON.plusSeconds(9)));

    static Stream<String> values() {
        return Stream.of(
                "x".repeat(5_000),
                "漢".repeat(3_000),
                "ｶﾞ".repeat(3_000),
                "漢x".repeat(2_000),
                "x".repeat(997) + "漢" + "x".repeat(997),
                "x ".repeat(3_000),
                "\"".repeat(2_000),
                "=?".repeat(2_000),
                "😀".repeat(1_500),
                " ".repeat(3_000),
                "https://example.jp/" + "a".repeat(2_500));
    }

    @ParameterizedTest
    @MethodSource("values")
    void no_line_passes_the_limit_wherever_a_value_was_merged(String value) {
        for (MailCharset charset : MailCharset.values()) {
            for (String html : new String[] {null, "<p>" + value + "</p>"}) {
                for (MimeWriter writer : List.of(writer(), writer().sturdy())) {
                    MailBytes mail = writer.write(draft(value, html, charset));
                    assertShort(mail);
                    assertShort(SMIME.sign(mail, NOON));
                }
            }
        }
    }

    @Test
    void a_long_line_of_seven_bits_is_cut_in_iso_2022_jp_too() {
        MailBytes mail = writer().write(draft("漢".repeat(3_000), null, MailCharset.ISO_2022_JP));
        assertThat(new String(mail.header(), StandardCharsets.US_ASCII)).contains("charset=ISO-2022-JP");
        assertShort(mail);
    }

    /// What needs SMTPUTF8 (RFC 6531) is refused where it is typed; an international domain travels in its ASCII form.
    @Test
    void a_domain_of_other_letters_is_written_in_ascii_and_such_a_local_part_is_refused() {
        assertThat(MailAddress.parse("info@日本語.jp"))
                .isInstanceOfSatisfying(Parsing.Parsed.class, parsed ->
                        assertThat(parsed.address().forEnvelope()).isEqualTo("info@xn--wgv71a119e.jp"));
        assertThat(MailAddress.parse("太郎@example.jp")).isEqualTo(new Parsing.Refused(Parsing.Problem.BAD_LOCAL));
    }

    private static MimeWriter writer() {
        return new MimeWriter(ZoneId.of("Asia/Tokyo"));
    }

    private static MailDraft draft(String value, @Nullable String html, MailCharset charset) {
        return new MailDraft(
                new Mailbox(value, new MailAddress("news", "example.jp")),
                new Mailbox(value, new MailAddress("ab..c", "docomo.ne.jp")),
                new Mailbox(value, new MailAddress("reply", "example.jp")),
                value, NOON, "1@example.jp", List.of("https://example.jp/u/abc"), true, "1:2:mail:todoku",
                List.of(new MailDraft.ExtraHeader("X-Value", value)), value + "\n" + value, html, charset, 7);
    }

    private static void assertShort(MailBytes mail) {
        for (String line : new String(mail.toBytes(), StandardCharsets.ISO_8859_1).split("\r\n", -1))
            assertThat(line.length()).as(line.substring(0, Math.min(60, line.length()))).isLessThanOrEqualTo(LINE_OCTETS);
    }
}
