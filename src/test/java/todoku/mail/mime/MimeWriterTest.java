package todoku.mail.mime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.apache.james.mime4j.dom.Message;
import org.apache.james.mime4j.dom.Multipart;
import org.apache.james.mime4j.dom.TextBody;
import org.apache.james.mime4j.message.DefaultMessageBuilder;
import org.apache.james.mime4j.stream.MimeConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import todoku.mail.address.MailAddress;
import todoku.mail.charset.MailCharset;
import todoku.mail.mime.MailDraft.ExtraHeader;

class MimeWriterTest {

    static final Instant NOON = Instant.parse("2026-11-21T03:00:00Z");
    static final Mailbox SHOP = new Mailbox("とどく商店", new MailAddress("news", "example.jp"));
    static final Mailbox HANAKO = new Mailbox("髙橋", new MailAddress("hanako", "example.jp"));

    final MimeWriter writer = new MimeWriter(ZoneId.of("Asia/Tokyo"));

    static List<String> toughValues() {
        return List.of(
                "髙橋",
                "①",
                "😀",
                "",
                "{{x}}",
                "plain ascii",
                "x".repeat(5_000),
                "髙".repeat(5_000),
                "a".repeat(70) + "😀",
                "=?UTF-8?B?44GC?=",
                "two  spaces",
                " edges ",
                "say \"hi\" \\ there",
                "髙 橋  様",
                "word ".repeat(300).strip(),
                "😀".repeat(40),
                "ab" + "😀髙é".repeat(30),
                "lone \uD83D surrogate",
                "a=b=c",
                ".",
                "..");
    }

    static Message parse(MailBytes mail) throws Exception {
        var builder = new DefaultMessageBuilder();
        builder.setMimeEntityConfig(MimeConfig.custom()
                .setMaxLineLen(1_000)
                .setMaxHeaderLen(-1)
                .setMaxHeaderCount(-1)
                .build());
        return builder.parseMessage(new ByteArrayInputStream(mail.toBytes()));
    }

    static String textOf(TextBody body) throws Exception {
        return new String(body.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    static MailDraft letter(String subject, String text, String html) {
        return new MailDraft(
                SHOP,
                HANAKO,
                Mailbox.of(new MailAddress("reply", "example.jp")),
                subject,
                NOON,
                "1.2@example.jp",
                List.of("https://example.jp/u/abc", "mailto:u@example.jp"),
                true,
                "1:2:mail:todoku",
                List.of(new ExtraHeader("X-Mailer", "Todoku")),
                text,
                html,
                MailCharset.UTF_8,
                42);
    }

    /// What a decoder can know of a value: a lone surrogate has no UTF-8 form and becomes `?`.
    static String known(String value) {
        return value.replace('\uD83D', value.contains("lone") ? '?' : '\uD83D');
    }

    @ParameterizedTest
    @MethodSource("toughValues")
    void a_tough_subject_and_text_come_back_as_they_were(String value) throws Exception {
        Message mail = parse(writer.write(MailDraft.text(SHOP, HANAKO, value, NOON, "1@example.jp", value)));
        assertThat(mail.getSubject() == null ? "" : mail.getSubject()).isEqualTo(known(value));
        assertThat(textOf((TextBody) mail.getBody()).replaceAll("\r\n$", "")).isEqualTo(known(value));
    }

    @ParameterizedTest
    @MethodSource("toughValues")
    void a_tough_name_comes_back_as_it_was(String value) throws Exception {
        var to = new Mailbox(value, new MailAddress("ab..c", "docomo.ne.jp"));
        var mailbox = (org.apache.james.mime4j.dom.address.Mailbox)
                parse(writer.write(MailDraft.text(SHOP, to, "s", NOON, "1@example.jp", "")))
                        .getTo()
                        .get(0);
        assertThat(mailbox.getName() == null ? "" : mailbox.getName())
                .isEqualTo(known(value).strip());
        assertThat(mailbox.getLocalPart()).isEqualTo("ab..c");
        assertThat(mailbox.getDomain()).isEqualTo("docomo.ne.jp");
    }

    @ParameterizedTest
    @MethodSource("toughValues")
    void both_parts_of_an_alternative_come_back_as_they_were(String value) throws Exception {
        Message mail = parse(writer.write(letter("s", value, "<p>" + value + "</p>\n")));
        assertThat(mail.getMimeType()).isEqualTo("multipart/alternative");
        var parts = ((Multipart) mail.getBody()).getBodyParts();
        assertThat(parts).extracting(part -> part.getMimeType()).containsExactly("text/plain", "text/html");
        assertThat(textOf((TextBody) parts.get(0).getBody())).isEqualTo(known(value));
        assertThat(textOf((TextBody) parts.get(1).getBody())).isEqualTo("<p>" + known(value) + "</p>\r\n");
    }

    @ParameterizedTest
    @MethodSource("toughValues")
    void every_line_is_short_ascii_and_ended_by_crlf(String value) {
        var draft = new MailDraft(
                new Mailbox(value, SHOP.address()),
                new Mailbox(value, HANAKO.address()),
                HANAKO,
                value,
                NOON,
                "1@example.jp",
                List.of("https://example.jp/" + "u".repeat(880)),
                true,
                value,
                List.of(new ExtraHeader("X-Value", value)),
                value,
                value,
                MailCharset.UTF_8,
                7);
        String mail = new String(writer.write(draft).toBytes(), StandardCharsets.ISO_8859_1);
        assertThat(mail).endsWith("\r\n");
        assertThat(mail.replace("\r\n", "")).doesNotContain("\r", "\n").matches("[ -~]*");
        assertThat(mail.split("\r\n")).allMatch(line -> line.length() <= 998);
        for (String line : mail.split("\r\n"))
            for (String word : line.split(" "))
                if (word.startsWith("=?UTF-8")) assertThat(word.length()).isLessThanOrEqualTo(75);
    }

    @Test
    void an_encoded_word_holds_whole_characters() {
        String header = new String(
                writer.write(MailDraft.text(SHOP, HANAKO, "a髙😀é".repeat(100), NOON, "1@example.jp", ""))
                        .header(),
                StandardCharsets.US_ASCII);
        var words =
                java.util.regex.Pattern.compile("=\\?UTF-8\\?B\\?([^?]*)\\?=").matcher(header);
        while (words.find())
            assertThat(new String(java.util.Base64.getDecoder().decode(words.group(1)), StandardCharsets.UTF_8))
                    .doesNotContain("\uFFFD");
    }

    @Test
    void a_value_cannot_start_another_header() throws Exception {
        String evil = "x\r\nBcc: b@example.jp\n\rX-Evil: 1\r\n\r\nbody\u0085\u2028";
        var draft = new MailDraft(
                new Mailbox(evil, SHOP.address()),
                new Mailbox(evil, HANAKO.address()),
                new Mailbox(evil, HANAKO.address()),
                evil,
                NOON,
                "1@example.jp",
                List.of(),
                false,
                evil,
                List.of(new ExtraHeader("X-Value", evil)),
                "text",
                null,
                MailCharset.UTF_8,
                0);
        Message mail = parse(writer.write(draft));
        assertThat(mail.getHeader().getFields())
                .extracting(field -> field.getName())
                .containsExactly(
                        "From",
                        "To",
                        "Reply-To",
                        "Subject",
                        "Date",
                        "Message-ID",
                        "Feedback-ID",
                        "X-Value",
                        "MIME-Version",
                        "Content-Type",
                        "Content-Transfer-Encoding");
        assertThat(textOf((TextBody) mail.getBody())).isEqualTo("text\r\n");
    }

    @Test
    void an_id_a_link_or_a_name_of_a_header_that_ends_a_line_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MailDraft.text(SHOP, HANAKO, "s", NOON, "1@example.jp>\r\nBcc: x", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> new ExtraHeader("X\r\nBcc", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> new ExtraHeader("From", "someone@example.jp"));
    }

    @Test
    void the_header_is_written_in_the_time_of_the_zone() {
        String header = new String(writer.write(letter("お知らせ", "a", "b")).header(), StandardCharsets.US_ASCII);
        assertThat(header)
                .isEqualTo(String.join(
                        "\r\n",
                        "From: =?UTF-8?B?44Go44Gp44GP5ZWG5bqX?= <news@example.jp>",
                        "To: =?UTF-8?B?6auZ5qmL?= <hanako@example.jp>",
                        "Reply-To: reply@example.jp",
                        "Subject: =?UTF-8?B?44GK55+l44KJ44Gb?=",
                        "Date: Sat, 21 Nov 2026 12:00:00 +0900",
                        "Message-ID: <1.2@example.jp>",
                        "List-Unsubscribe: <https://example.jp/u/abc>,",
                        " <mailto:u@example.jp>",
                        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
                        "Feedback-ID: 1:2:mail:todoku",
                        "X-Mailer: Todoku",
                        "MIME-Version: 1.0",
                        "Content-Type: multipart/alternative; boundary=\"=_"
                                + header.replaceAll("(?s).*=_([0-9a-f]{16}).*", "$1") + "\"",
                        ""));
    }

    @Test
    void the_same_draft_is_the_same_bytes_and_another_seed_another_boundary() {
        assertThat(writer.write(letter("s", "text", "<p>")).toBytes())
                .isEqualTo(writer.write(letter("s", "text", "<p>")).toBytes());
        assertThat(boundaryOf(writer.write(seeded(1)))).isNotEqualTo(boundaryOf(writer.write(seeded(2))));
    }

    static MailDraft seeded(long seed) {
        return new MailDraft(
                SHOP, HANAKO, null, "s", NOON, "1@example.jp", List.of(), false, "", List.of(), "text", "<p>", MailCharset.UTF_8, seed);
    }

    static String boundaryOf(MailBytes mail) {
        String header = new String(mail.header(), StandardCharsets.US_ASCII);
        return header.substring(header.indexOf("\"=_"));
    }

    @Test
    void mostly_ascii_text_stays_readable_and_japanese_becomes_base64() {
        assertThat(new String(
                        writer.write(letter("s", "Good evening from the café", null))
                                .header(),
                        StandardCharsets.US_ASCII))
                .contains("Content-Transfer-Encoding: quoted-printable");
        assertThat(new String(writer.write(letter("s", "こんにちは", null)).header(), StandardCharsets.US_ASCII))
                .contains("Content-Transfer-Encoding: base64");
    }
}
