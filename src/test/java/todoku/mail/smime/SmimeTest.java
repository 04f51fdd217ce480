package todoku.mail.smime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import todoku.mail.address.MailAddress;
import todoku.mail.charset.MailCharset;
import todoku.mail.dkim.DkimKeyPair;
import todoku.mail.dkim.DkimResult;
import todoku.mail.dkim.DkimSigner;
import todoku.mail.dkim.DkimVerifier;
import todoku.mail.mime.MailBytes;
import todoku.mail.mime.MailDraft;
import todoku.mail.mime.Mailbox;
import todoku.mail.mime.MimeWriter;

public class SmimeTest {
    static final Instant NOON = Instant.parse("2026-11-22T03:00:00Z");
    static final Instant BEFORE = Instant.parse("2026-01-01T00:00:00Z");
    static final Instant AFTER = Instant.parse("2027-01-01T00:00:00Z");
    static final SmimeIdentity SHOP = TestIdentity.of("news@example.jp", BEFORE, AFTER);
    static final Path OPENSSL = Path.of("/usr/bin/openssl");

    static MailBytes letter(String text, @Nullable String html, MailCharset charset) {
        return new MimeWriter(ZoneId.of("Asia/Tokyo")).sturdy().write(new MailDraft(
                new Mailbox("とどく商店", new MailAddress("news", "example.jp")),
                new Mailbox("高橋", new MailAddress("ab..c", "docomo.ne.jp")),
                null, "お知らせ " + text, NOON, "1@example.jp", List.of("https://example.jp/u/abc"), true, "1:2:mail:todoku", List.of(),
                text, html, charset, 7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"春のお知らせ", "x", "", "From here\nfrom there", "blank at the end \n\t\n", ".\n..\n", "--=_x\n", "①😀"})
    void openssl_verifies_every_form(String text, @TempDir Path folder) throws Exception {
        assumeTrue(Files.isExecutable(OPENSSL), "openssl is not installed");
        Files.writeString(folder.resolve("root.pem"), pem(TestIdentity.ROOT.getEncoded()));
        var signer = new SmimeSigner(SHOP);
        for (MailCharset charset : MailCharset.values()) {
            for (String html : new String[] {null, "<p>" + text + "</p>\n"}) {
                MailBytes mail = signer.sign(letter(text, html, charset), NOON);
                Files.write(folder.resolve("mail"), mail.toBytes());
                assertThat(verify(folder)).as("%s %s", charset, html == null ? "text" : "alternative").isTrue();
                assertThat(new String(mail.body(), StandardCharsets.ISO_8859_1)).matches("(?s)[\\x00-\\x7f]*");
            }
        }
    }

    @Test
    void a_changed_letter_fails(@TempDir Path folder) throws Exception {
        assumeTrue(Files.isExecutable(OPENSSL), "openssl is not installed");
        Files.writeString(folder.resolve("root.pem"), pem(TestIdentity.ROOT.getEncoded()));
        MailBytes mail = new SmimeSigner(SHOP).sign(letter("plain text", null, MailCharset.UTF_8), NOON);
        String whole = new String(mail.toBytes(), StandardCharsets.ISO_8859_1).replace("plain text\r\n", "other text\r\n");
        Files.writeString(folder.resolve("mail"), whole, StandardCharsets.ISO_8859_1);
        assertThat(verify(folder)).isFalse();
    }

    @Test
    void a_key_on_a_curve_signs_too(@TempDir Path folder) throws Exception {
        assumeTrue(Files.isExecutable(OPENSSL), "openssl is not installed");
        Files.writeString(folder.resolve("root.pem"), pem(TestIdentity.ROOT.getEncoded()));
        var curve = TestIdentity.of("news@example.jp", BEFORE, AFTER, TestIdentity.pair("EC", 256), KeyPurposeId.id_kp_emailProtection);
        Files.write(folder.resolve("mail"), new SmimeSigner(curve).sign(letter("春", null, MailCharset.UTF_8), NOON).toBytes());
        assertThat(verify(folder)).isTrue();
    }

    @Test
    void dkim_signs_the_whole() {
        DkimKeyPair pair = DkimKeyPair.generate("example.jp", "t1");
        for (MailCharset charset : MailCharset.values()) {
            MailBytes mail = new SmimeSigner(SHOP).sign(letter("春", "<p>春</p>", charset), NOON);
            MailBytes both = DkimSigner.signed(List.of(new DkimSigner(pair.key())), mail, NOON);
            assertThat(new DkimVerifier((selector, domain) -> pair.publicKey()).verify(both)).isInstanceOf(DkimResult.Pass.class);
        }
    }

    @Test
    void the_outside_keeps_every_field_but_what_describes_the_body() {
        MailBytes mail = new SmimeSigner(SHOP).sign(letter("春", null, MailCharset.ISO_2022_JP), NOON);
        String header = new String(mail.header(), StandardCharsets.US_ASCII);
        assertThat(header)
                .contains("Subject: ", "MIME-Version: 1.0\r\n", "List-Unsubscribe-Post:")
                .contains("Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n micalg=sha-256;")
                .doesNotContain("Content-Transfer-Encoding");
        assertThat(new String(mail.body(), StandardCharsets.US_ASCII))
                .contains("Content-Type: text/plain; charset=ISO-2022-JP\r\nContent-Transfer-Encoding: 7bit\r\n");
        assertThat(new SmimeSigner(SHOP).sign(letter("春", null, MailCharset.ISO_2022_JP), NOON).toBytes()).isEqualTo(mail.toBytes());
    }

    @Test
    void a_file_is_read_and_kept_without_its_password() {
        var read = SmimeIdentity.read(TestIdentity.pkcs12(SHOP), TestIdentity.PASSWORD.toCharArray());
        assertThat(read).isInstanceOf(SmimeIdentity.Reading.Read.class);
        SmimeIdentity identity = ((SmimeIdentity.Reading.Read) read).identity();
        assertThat(identity.chain()).as("without the root").hasSize(1);
        assertThat(identity.addresses()).containsExactly("news@example.jp");
        assertThat(identity.notAfter()).isEqualTo(AFTER);
        assertThat(SmimeIdentity.stored(identity.encodedChain(), identity.key().getEncoded()).certificate())
                .isEqualTo(SHOP.certificate());
        assertThat(identity.toString()).doesNotContain("Private");
    }

    @Test
    void a_file_of_no_use_is_refused_with_its_reason() {
        char[] password = TestIdentity.PASSWORD.toCharArray();
        assertThat(problem(SmimeIdentity.read(TestIdentity.pkcs12(SHOP), "other".toCharArray())))
                .isEqualTo(SmimeIdentity.Problem.WRONG_PASSWORD);
        assertThat(problem(SmimeIdentity.read("no".getBytes(StandardCharsets.US_ASCII), password)))
                .isEqualTo(SmimeIdentity.Problem.NOT_PKCS12);
        assertThat(problem(SmimeIdentity.read(TestIdentity.pkcs12(), password))).isEqualTo(SmimeIdentity.Problem.NO_KEY);
        assertThat(problem(SmimeIdentity.read(TestIdentity.pkcs12(SHOP, SHOP), password)))
                .isEqualTo(SmimeIdentity.Problem.SEVERAL_KEYS);
    }

    @Test
    void a_certificate_serves_its_own_address_in_its_own_time() {
        assertThat(SHOP.problem("News@Example.jp", NOON)).isNull();
        assertThat(SHOP.problem("other@example.jp", NOON)).isEqualTo(SmimeIdentity.Problem.OTHER_ADDRESS);
        assertThat(SHOP.problem("news@example.jp", BEFORE.minusSeconds(1))).isEqualTo(SmimeIdentity.Problem.NOT_YET_VALID);
        assertThat(SHOP.problem("news@example.jp", AFTER.plusSeconds(1))).isEqualTo(SmimeIdentity.Problem.EXPIRED);
        assertThat(TestIdentity.of("news@example.jp", BEFORE, AFTER, TestIdentity.pair("RSA", 1024), KeyPurposeId.id_kp_emailProtection)
                        .problem("news@example.jp", NOON))
                .isEqualTo(SmimeIdentity.Problem.WEAK_KEY);
        assertThat(TestIdentity.of("news@example.jp", BEFORE, AFTER, TestIdentity.pair("RSA", 2048), KeyPurposeId.id_kp_serverAuth)
                        .problem("news@example.jp", NOON))
                .isEqualTo(SmimeIdentity.Problem.NOT_FOR_MAIL);
    }

    private static SmimeIdentity.@Nullable Problem problem(SmimeIdentity.Reading reading) {
        return reading instanceof SmimeIdentity.Reading.Refused refused ? refused.problem() : null;
    }

    /// What OpenSSL says of a whole mail, or that there is no OpenSSL to ask.
    public static boolean verified(byte[] mail, Instant at) throws Exception {
        if (!Files.isExecutable(OPENSSL)) return true;
        Path folder = Files.createTempDirectory("smime");
        try {
            Files.writeString(folder.resolve("root.pem"), pem(TestIdentity.ROOT.getEncoded()));
            Files.write(folder.resolve("mail"), mail);
            return verify(folder, at);
        } finally {
            for (String name : List.of("root.pem", "mail", "text", "said")) Files.deleteIfExists(folder.resolve(name));
            Files.delete(folder);
        }
    }

    static boolean verify(Path folder) throws IOException, InterruptedException {
        return verify(folder, NOON);
    }

    private static boolean verify(Path folder, Instant at) throws IOException, InterruptedException {
        Process openssl = new ProcessBuilder(
                        OPENSSL.toString(), "cms", "-verify", "-in", "mail", "-CAfile", "root.pem", "-purpose", "smimesign",
                        "-attime", "" + at.getEpochSecond(), "-out", "text")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile())
                .start();
        return openssl.waitFor(30, TimeUnit.SECONDS) && openssl.exitValue() == 0;
    }

    static String pem(byte[] certificate) {
        return "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate)
                + "\n-----END CERTIFICATE-----\n";
    }
}
