package todoku.mail.mime;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.apache.james.mime4j.codec.DecoderUtil;
import org.apache.james.mime4j.dom.Message;
import org.apache.james.mime4j.dom.Multipart;
import org.apache.james.mime4j.dom.TextBody;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import todoku.mail.address.MailAddress;
import todoku.mail.charset.MailCharset;

/// Mails in ISO-2022-JP, and those that cannot be.
class Iso2022JpMailTest {
    private static final Charset JIS = Charset.forName("ISO-2022-JP");
    private static final Mailbox TAKAHASHI = new Mailbox("高橋 花子", new MailAddress("hanako", "example.jp"));
    private static final Pattern WORD = Pattern.compile("=\\?ISO-2022-JP\\?B\\?([^?]*)\\?=");

    private final MimeWriter writer = new MimeWriter(java.time.ZoneId.of("Asia/Tokyo"));

    static MailDraft draft(Mailbox to, String subject, @Nullable String text, @Nullable String html) {
        return new MailDraft(
                MimeWriterTest.SHOP, to, null, subject, MimeWriterTest.NOON, "1.2@example.jp", List.of(), false, "", List.of(),
                text, html, MailCharset.ISO_2022_JP, 42);
    }

    private String written(Mailbox to, String subject, @Nullable String text, @Nullable String html) {
        return new String(writer.write(draft(to, subject, text, html)).toBytes(), US_ASCII);
    }

    @Test
    void header_and_text_are_written_octet_for_octet() {
        assertThat(written(TAKAHASHI, "春のｾｰﾙ", "高橋様\n10〜12時", null))
                .isEqualTo(String.join(
                        "\r\n",
                        "From: =?ISO-2022-JP?B?GyRCJEgkSSQvPiZFORsoQg==?= <news@example.jp>",
                        "To: =?ISO-2022-JP?B?GyRCOWI2NhsoQiAbJEIyVjtSGyhC?= <hanako@example.jp>",
                        "Subject: =?ISO-2022-JP?B?GyRCPVUkTiU7ITwlaxsoQg==?=",
                        "Date: Sat, 21 Nov 2026 12:00:00 +0900",
                        "Message-ID: <1.2@example.jp>",
                        "MIME-Version: 1.0",
                        "Content-Type: text/plain; charset=ISO-2022-JP",
                        "Content-Transfer-Encoding: 7bit",
                        "",
                        "\033$B9b66MM\033(B",
                        "10\033$B!A\033(B12\033$B;~\033(B",
                        ""));
    }

    @Test
    void both_parts_are_in_iso_2022_jp() throws Exception {
        Message mail = MimeWriterTest.parse(writer.write(draft(TAKAHASHI, "春", "本文です\n", "<p>本文です</p>\n")));
        assertThat(((Multipart) mail.getBody()).getBodyParts()).allSatisfy(part -> {
            assertThat(part.getCharset()).isEqualToIgnoringCase("ISO-2022-JP");
            assertThat(part.getContentTransferEncoding()).isEqualTo("7bit");
            assertThat(read((TextBody) part.getBody())).contains("本文です");
        });
    }

    @Test
    void a_word_too_long_for_a_line_is_not_cut() throws Exception {
        String address = "https://example.jp/?" + "a".repeat(930);
        String text = "こちら:\n" + address + "\nまた\n" + "漢".repeat(100) + "https://example.jp/" + "b".repeat(700) + "\n";
        Message mail = MimeWriterTest.parse(writer.write(draft(TAKAHASHI, "春", text, null)));
        assertThat(mail.getContentTransferEncoding()).isEqualTo("base64");
        assertThat(read((TextBody) mail.getBody())).isEqualTo(text.replace("\n", "\r\n"));

        Message soft = MimeWriterTest.parse(writer.write(draft(TAKAHASHI, "春", "漢".repeat(600) + "\n" + "word ".repeat(300), null)));
        assertThat(soft.getContentTransferEncoding()).isEqualTo("7bit");
    }

    @Test
    void html_is_never_cut() throws Exception {
        String html = "<p>" + "漢".repeat(600) + "</p>\n<p title=\"" + "word ".repeat(300) + "\">本文です</p>\n";
        Message mail = MimeWriterTest.parse(writer.write(draft(TAKAHASHI, "春", "本文です\n", html)));
        var parts = ((Multipart) mail.getBody()).getBodyParts();
        assertThat(parts.get(0).getContentTransferEncoding()).isEqualTo("7bit");
        assertThat(parts.get(1).getContentTransferEncoding()).isEqualTo("base64");
        assertThat(read((TextBody) parts.get(1).getBody())).isEqualTo(html.replace("\n", "\r\n"));
    }

    @Test
    void one_character_too_many_anywhere_makes_it_a_whole_mail_in_utf_8() {
        var other = new Mailbox("髙橋 花子", TAKAHASHI.address());
        for (String mail : List.of(
                written(other, "春", "本文", "<p>本文</p>"),
                written(TAKAHASHI, "春①", "本文", "<p>本文</p>"),
                written(TAKAHASHI, "春", "本文㈱", "<p>本文</p>"),
                written(TAKAHASHI, "春", "本文", "<p>本文😀</p>"),
                written(TAKAHASHI, "春", "\033$B", null)))
            assertThat(mail).doesNotContain("ISO-2022-JP").contains("charset=UTF-8");
    }

    @Test
    void a_word_holds_eighteen_kanji_and_every_word_is_whole() {
        String header = written(TAKAHASHI, "漢".repeat(60), "", null);
        assertThat(words(header).map(String::length).toList().subList(2, 6)).containsExactly(15, 18, 18, 9);
        String mixed = written(new Mailbox("aあbい".repeat(40), TAKAHASHI.address()), "aあbいうc".repeat(60), "", null);
        assertThat(String.join("", words(mixed).toList())).contains("aあbいうc".repeat(60)).contains("aあbい".repeat(40));
        assertThat(WORD.matcher(mixed).results()).allMatch(word -> word.group().length() <= 75);
    }

    private static java.util.stream.Stream<String> words(String header) {
        return WORD.matcher(header).results().map(word -> {
            byte[] octets = Base64.getDecoder().decode(word.group(1));
            String ascii = new String(octets, US_ASCII);
            assertThat(ascii.lastIndexOf("\033$B")).isLessThanOrEqualTo(ascii.lastIndexOf("\033(B"));
            return new String(octets, JIS);
        });
    }

    @Test
    void a_value_cannot_start_another_header_or_end_a_part() throws Exception {
        String own = MimeWriterTest.boundaryOf(writer.write(draft(TAKAHASHI, "春", "本文", "<p>"))).substring(1, 19);
        String evil = "花\r\nBcc: b@example.jp\r\n\r\n--" + own + "--\r\nx";
        var mail = writer.write(draft(new Mailbox(evil, TAKAHASHI.address()), evil, evil, evil));
        Message read = MimeWriterTest.parse(mail);
        assertThat(read.getBcc()).isNull();
        var parts = ((Multipart) read.getBody()).getBodyParts();
        assertThat(parts).hasSize(2).allSatisfy(part -> assertThat(read((TextBody) part.getBody())).isEqualTo(evil));
        assertThat(new String(mail.body(), US_ASCII)).contains("base64");
    }

    @Test
    void random_mixed_mails_come_back_and_are_the_same_octets_each_time() throws Exception {
        List<String> pieces = List.of("a", "あ", "漢字", " ", "B9", "、", "ア", "=?", "\"", "<", "longer words ", "お知らせ", ".", "─", "①", "😀");
        var random = new Random(7);
        for (int round = 0; round < 500; round++) {
            int of = round % 3 == 0 ? pieces.size() : pieces.size() - 2;
            String subject = draw(pieces, of, random, 80).strip();
            String name = draw(pieces, of, random, 60).strip();
            String text = draw(pieces, of, random, 100);
            var to = new Mailbox(name, TAKAHASHI.address());
            MailBytes mail = writer.write(draft(to, subject, text, "<p>" + text + "</p>"));
            assertThat(writer.write(draft(to, subject, text, "<p>" + text + "</p>")).toBytes()).isEqualTo(mail.toBytes());
            assertThat(new String(mail.toBytes(), US_ASCII).split("\r\n")).allMatch(line -> line.length() <= 998);
            assertThat(new String(mail.header(), US_ASCII)).matches("[\\r\\n -~]*");
            Message read = MimeWriterTest.parse(mail);
            assertThat(read.getSubject() == null ? "" : read.getSubject()).isEqualTo(subject);
            var mailbox = (org.apache.james.mime4j.dom.address.Mailbox) read.getTo().get(0);
            assertThat(mailbox.getName() == null ? "" : mailbox.getName()).isEqualTo(name);
            var parts = ((Multipart) read.getBody()).getBodyParts();
            assertThat(read((TextBody) parts.get(0).getBody())).isEqualTo(text);
            assertThat(DecoderUtil.decodeEncodedWords(read.getHeader().getField("Subject").getBody(), US_ASCII)).isNotNull();
        }
    }

    private static String draw(List<String> pieces, int of, Random random, int most) {
        var text = new StringBuilder();
        for (int i = random.nextInt(most); i > 0; i--) text.append(pieces.get(random.nextInt(of)));
        return text.toString();
    }

    private static String read(TextBody body) throws java.io.IOException {
        return new String(body.getInputStream().readAllBytes(), Charset.forName(body.getMimeCharset()));
    }
}
