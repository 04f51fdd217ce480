package todoku.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import todoku.mail.smtp.BeforeDot;
import todoku.mail.smtp.Envelope;
import todoku.mail.smtp.Opening;
import todoku.mail.smtp.Sent;
import todoku.mail.smtp.SmtpConnection;
import todoku.mail.smtp.Stage;
import todoku.mail.smtp.Timeouts;
import todoku.mail.smtp.Tls;
import todoku.mail.smtp.TlsTrouble;
import todoku.mail.tls.TestAuthority;

/// Dialogues with the mail servers of others, with TLS and without: Postfix as Debian installs it, Exim and OpenSMTPD
/// unpacked, since only one of the three may be installed at a time.
class ReceiversTest {
    private static final Timeouts SHORT = new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(10));
    private static final String DOTS = ".one\n..two\n.\nend";

    private final TestAuthority authority = new TestAuthority("issuer");
    private Path folder;
    private Path certificate;
    private Path key;

    @BeforeEach
    void makeCertificate() throws Exception {
        folder = Programs.open(Files.createTempDirectory("todoku-receiver"));
        TestAuthority.Identity identity = authority.rsaServer("mx.example.jp");
        certificate = Files.writeString(folder.resolve("certificate.pem"), pem("CERTIFICATE", identity.certificate().getEncoded()));
        key = Files.writeString(folder.resolve("key.pem"), pem("PRIVATE KEY", identity.key().getEncoded()));
    }

    private static String pem(String what, byte[] content) {
        return "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
                + "\n-----END " + what + "-----\n";
    }

    @AfterEach
    void remove() throws IOException {
        Programs.run(10, "rm", "-rf", folder.toString());
    }

    @Test
    void postfix() throws Exception {
        require(Postfix.whyNot());
        String settings = """
                maillog_file = /dev/stdout
                default_transport = discard:here
                smtpd_recipient_restrictions = check_recipient_access inline:{{nobody@shop.jp = reject}}
                """;
        try (Postfix plain = Postfix.start(Programs.open(folder.resolve("plain")), settings)) {
            talkInTheClear(plain.port());
            assertThat(sendBeyondAscii(plain.port())).isInstanceOf(Sent.Accepted.class);
        }
        String tls = "smtpd_tls_security_level = may\nsmtpd_tls_cert_file = %s\nsmtpd_tls_key_file = %s\n";
        try (Postfix secure = Postfix.start(Programs.open(folder.resolve("tls")), settings + tls.formatted(certificate, key))) {
            talkSafely(secure.port());
        }
    }

    @Test
    void exim() throws Exception {
        require(Unpacked.whyNot("exim4"));
        try (Unpacked plain = Unpacked.exim(Programs.open(folder.resolve("plain")), "tls_advertise_hosts =")) {
            talkInTheClear(plain.port);
            assertThat(plain.keeps(DOTS)).isTrue();
            assertThat(sendBeyondAscii(plain.port)).isInstanceOf(Sent.Accepted.class);
            assertThat(plain.keeps("配信@xn--wgv71a119e.example")).isTrue();
        }
        Programs.run(10, "chmod", "644", key.toString());
        String tls = "tls_advertise_hosts = *\ntls_certificate = %s\ntls_privatekey = %s";
        try (Unpacked secure = Unpacked.exim(Programs.open(folder.resolve("tls")), tls.formatted(certificate, key))) {
            talkSafely(secure.port);
            assertThat(secure.keeps(DOTS)).isTrue();
        }
    }

    @Test
    void openSmtpd() throws Exception {
        require(Unpacked.whyNot("smtpd"));
        try (Unpacked plain = Unpacked.openSmtpd(Programs.open(folder.resolve("plain")), "", "")) {
            talkInTheClear(plain.port);
            assertThat(plain.keeps(DOTS)).isTrue();
            assertThat(sendBeyondAscii(plain.port)).isInstanceOf(Sent.NeedsUtf8.class);
        }
        Programs.run(10, "chmod", "600", key.toString());
        String tls = "pki here cert \"%s\"\npki here key \"%s\"".formatted(certificate, key);
        try (Unpacked secure = Unpacked.openSmtpd(Programs.open(folder.resolve("tls")), "tls pki here", tls)) {
            if (connect(secure.port, Tls.WHEN_OFFERED) instanceof Opening.FailedAt failed) talkToBroken(failed, secure.port);
            else talkSafely(secure.port);
            assertThat(secure.keeps(DOTS)).isTrue();
        }
    }

    /// Debian 12's OpenSMTPD offers what its OpenSSL does not let it do (its issue 1171): in the clear where nobody forbids it,
    /// otherwise not at all.
    private static void talkToBroken(Opening.FailedAt failed, int port) {
        assertThat(failed.stage()).isEqualTo(Stage.STARTTLS);
        talk(open(port, Tls.NEVER), false);
        assertThat(connect(port, Tls.ALWAYS)).isInstanceOfSatisfying(
                Opening.NotSafe.class, no -> assertThat(no.trouble().kind()).isEqualTo(TlsTrouble.Kind.HANDSHAKE));
    }

    private static void require(String whyNot) {
        assumeTrue(whyNot == null, () -> "skipped: " + whyNot);
    }

    private void talkInTheClear(int port) {
        talk(open(port, Tls.WHEN_OFFERED), false);
        assertThat(connect(port, Tls.ALWAYS)).isInstanceOfSatisfying(
                Opening.NotSafe.class, no -> assertThat(no.trouble().kind()).isEqualTo(TlsTrouble.Kind.NOT_OFFERED));
    }

    private void talkSafely(int port) {
        talk(open(port, Tls.WHEN_OFFERED), true);
        talk(open(port, Tls.checked(authority.trusted()).at("mx.example.jp")), true);
        assertThat(connect(port, Tls.checked(authority.trusted()).at("mx.elsewhere.jp"))).isInstanceOfSatisfying(
                Opening.NotSafe.class, no -> assertThat(no.trouble().kind()).isEqualTo(TlsTrouble.Kind.WRONG_NAME));
        assertThat(connect(port, Tls.checked(new TestAuthority("another").trusted()).at("mx.example.jp"))).isInstanceOfSatisfying(
                Opening.NotSafe.class, no -> assertThat(no.trouble().kind()).isEqualTo(TlsTrouble.Kind.UNKNOWN_ISSUER));
    }

    private static void talk(SmtpConnection connection, boolean encrypted) {
        assertThat(connection.isEncrypted()).isEqualTo(encrypted);
        for (int i = 0; i < 3; i++) assertThat(send(connection, "user" + i)).isInstanceOf(Sent.Accepted.class);
        assertThat(send(connection, "nobody")).isInstanceOfSatisfying(
                Sent.RefusedAt.class, refused -> assertThat(refused.stage()).isEqualTo(Stage.RCPT));
        assertThat(send(connection, "last")).isInstanceOf(Sent.Accepted.class);
        connection.quit();
    }

    /// A name in kanji at a domain in kanji: the domain is always written in ASCII.
    private static Sent sendBeyondAscii(int port) {
        SmtpConnection connection = open(port, Tls.NEVER);
        Sent sent = send(connection, "配信", "日本語.example");
        assertThat(send(connection, "user", "日本語.example")).isInstanceOf(Sent.Accepted.class);
        connection.quit();
        return sent;
    }

    private static Sent send(SmtpConnection connection, String to) {
        return send(connection, to, "shop.jp");
    }

    private static Sent send(SmtpConnection connection, String to, String domain) {
        String body = DOTS.replace("\n", "\r\n") + "\r\n" + "x".repeat(76).concat("\r\n").repeat(1_000);
        return connection.send(
                new Envelope("news@todoku.example", to + "@" + domain),
                ("From: news@todoku.example\r\nTo: " + to + "@shop.jp\r\nSubject: dots\r\nMessage-ID: <1@todoku.example>\r\n"
                                + "Date: Wed, 01 Apr 2026 10:00:00 +0900\r\n\r\n").getBytes(UTF_8),
                body.getBytes(US_ASCII),
                BeforeDot.NOTHING);
    }

    private static SmtpConnection open(int port, Tls tls) {
        if (connect(port, tls) instanceof Opening.Opened(SmtpConnection connection)) return connection;
        throw new AssertionError(connect(port, tls));
    }

    private static Opening connect(int port, Tls tls) {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        return SmtpConnection.connect(address, "mx.todoku.example", SHORT, tls);
    }
}
