package todoku.mail.dkim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import todoku.mail.address.MailAddress;
import todoku.mail.charset.MailCharset;
import todoku.mail.mime.MailBytes;
import todoku.mail.mime.MailDraft;
import todoku.mail.mime.Mailbox;
import todoku.mail.mime.MimeWriter;

class DkimTest {

    static final Instant NOON = Instant.parse("2026-11-21T03:00:00Z");
    static final DkimKeyPair PAIR = DkimKeyPair.generate("example.jp", "t1");
    static final String PYTHON = "/usr/bin/python3";

    final DkimSigner signer = new DkimSigner(PAIR.key());
    final DkimVerifier verifier = new DkimVerifier(
            (selector, domain) -> selector.equals("t1") && domain.equals("example.jp") ? PAIR.publicKey() : null);

    static MailBytes letter(String subject, String text) {
        var from = new Mailbox("とどく商店", new MailAddress("news", "example.jp"));
        var to = new Mailbox(subject, new MailAddress("ab..c", "docomo.ne.jp"));
        return new MimeWriter(ZoneId.of("Asia/Tokyo"))
                .write(new MailDraft(
                        from,
                        to,
                        null,
                        subject,
                        NOON,
                        "1@example.jp",
                        List.of("https://example.jp/u/abc"),
                        true,
                        "1:2:mail:todoku",
                        List.of(),
                        text,
                        "<p>" + text + "</p>",
                        MailCharset.UTF_8,
                        7));
    }

    MailBytes signed(MailBytes mail) {
        return mail.withHeaderInFront(signer.sign(mail, NOON));
    }

    static MailBytes changed(MailBytes mail, String from, String to) {
        String header = new String(mail.header(), StandardCharsets.ISO_8859_1).replace(from, to);
        String body = new String(mail.body(), StandardCharsets.ISO_8859_1).replace(from, to);
        return new MailBytes(header.getBytes(StandardCharsets.ISO_8859_1), body.getBytes(StandardCharsets.ISO_8859_1));
    }

    static MailBytes bytes(String header, String body) {
        return new MailBytes(header.getBytes(StandardCharsets.UTF_8), body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_signed_mail_passes() {
        assertThat(verifier.verify(signed(letter("髙橋", "本文")))).isEqualTo(new DkimResult.Pass("example.jp", "t1"));
    }

    @Test
    void an_unsigned_mail_is_just_that() {
        assertThat(verifier.verify(letter("s", "t"))).isEqualTo(new DkimResult.None());
    }

    @Test
    void a_changed_body_or_subject_fails() {
        MailBytes mail = signed(letter("plain subject", "plain text"));
        assertThat(verifier.verify(changed(mail, "plain text", "other text"))).isInstanceOf(DkimResult.Fail.class);
        assertThat(verifier.verify(changed(mail, "plain subject", "other subject")))
                .isInstanceOf(DkimResult.Fail.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "From",
                "To",
                "Subject",
                "Date",
                "Message-ID",
                "Reply-To",
                "List-Unsubscribe",
                "MIME-Version",
                "List-Unsubscribe-Post",
                "Content-Type",
                "Feedback-ID"
            })
    void nobody_can_add_a_field_of_ours_to_a_signed_mail(String name) {
        MailBytes mail = signed(letter("s", "t"));
        assertThat(verifier.verify(mail.withHeaderInFront(name + ": someone@example.com\r\n")))
                .isInstanceOf(DkimResult.Fail.class);
        assertThat(verifier.verify(mail.withHeaderInFront("X-Other: 1\r\n"))).isInstanceOf(DkimResult.Pass.class);
    }

    @Test
    void refolding_and_respacing_on_the_way_do_no_harm() {
        MailBytes mail = signed(letter("plain subject", "plain  text "));
        assertThat(verifier.verify(changed(mail, "Subject: plain subject", "SUBJECT:  plain\r\n\tsubject ")))
                .isInstanceOf(DkimResult.Pass.class);
        var longer = new MailBytes(
                mail.header(),
                (new String(mail.body(), StandardCharsets.US_ASCII) + "\r\n \r\n").getBytes(StandardCharsets.US_ASCII));
        assertThat(verifier.verify(longer)).isInstanceOf(DkimResult.Pass.class);
    }

    @Test
    void a_key_nobody_publishes_fails_with_its_name() {
        MailBytes mail = letter("s", "t");
        String signature =
                new DkimSigner(DkimKeyPair.generate("example.com", "k9").key()).sign(mail, NOON);
        assertThat(verifier.verify(mail.withHeaderInFront(signature)))
                .isEqualTo(new DkimResult.Fail("no key k9._domainkey.example.com"));
    }

    @Test
    void the_relaxed_forms_are_those_of_the_rfc() {
        // RFC 6376 §3.4.5, example 1.
        MailBytes mail = bytes("A: X\r\nB : Y\t\r\n\tZ  \r\n", " C \r\nD \t E\r\n\r\n\r\n");
        var header = new StringBuilder();
        Canonical.signed(Canonical.fields(mail.header()), List.of("a", "b", "b"), header);
        assertThat(header).hasToString("a:X\r\nb:Y Z\r\n");
        assertThat(Canonical.body(mail.body())).asString().isEqualTo(" C\r\nD E\r\n");
        assertThat(Canonical.body(new byte[0])).isEmpty();
        assertThat(Canonical.body("no end".getBytes(StandardCharsets.US_ASCII)))
                .asString()
                .isEqualTo("no end\r\n");
    }

    @Test
    void the_signature_is_folded_and_says_when() {
        String signature = signer.sign(letter("s", "t"), NOON);
        assertThat(signature)
                .startsWith(
                        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n d=example.jp;\r\n s=t1; t=1795230000;\r\n h=From:From:To:To:")
                .endsWith("\r\n");
        assertThat(signature.split("\r\n")).allMatch(line -> line.length() <= 78);
    }

    @Test
    void the_dns_text_gives_the_key_back() {
        assertThat(PAIR.key().dnsName()).isEqualTo("t1._domainkey.example.jp");
        assertThat(PAIR.dnsRecord()).startsWith("v=DKIM1; k=rsa; p=MII");
        assertThat(DkimKeyPair.readDnsRecord(PAIR.dnsRecord())).isEqualTo(PAIR.publicKey());
        assertThat(DkimKeyPair.readDnsRecord("v=DKIM1; p=")).isNull();
        assertThat(PAIR.zoneFileLine())
                .startsWith("t1._domainkey.example.jp. IN TXT ( \"v=DKIM1;")
                .endsWith("\" )");
    }

    @Test
    void a_key_never_shows_itself() {
        assertThat(PAIR.toString()).contains("t1._domainkey.example.jp").doesNotContain("private");
    }

    @Test
    void somebody_signs() {
        assertThat(DkimSigner.provider()).isNotBlank();
    }

    /// An implementation that is not ours agrees, on every value customers are likely to merge.
    @ParameterizedTest
    @ValueSource(strings = {"髙橋", "①", "😀", "", "{{x}}", "x", "two  spaces ", "long", ".", "\n\n\n", "a\n.\nb\n"})
    void dkimpy_agrees(String value, @TempDir Path folder) throws Exception {
        assumeTrue(run("import dkim", folder), "python3-dkim is not installed");
        String text = value.equals("long") ? "x".repeat(5_000) + "髙".repeat(5_000) : value;
        Files.write(folder.resolve("mail"), signed(letter(text, text)).toBytes());
        Files.writeString(folder.resolve("dns"), PAIR.dnsRecord());
        assertThat(run("""
                import dkim, sys
                name = []
                def txt(n, timeout=5):
                    name.append(n)
                    return open('dns', 'rb').read()
                ok = dkim.verify(open('mail', 'rb').read(), dnsfunc=txt)
                assert name == [b't1._domainkey.example.jp.'], name
                sys.exit(0 if ok else 1)
                """, folder)).isTrue();
    }

    static boolean run(String script, Path folder) throws InterruptedException {
        try {
            Process python = new ProcessBuilder(PYTHON, "-c", script)
                    .directory(folder.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            return python.waitFor(30, TimeUnit.SECONDS) && python.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
