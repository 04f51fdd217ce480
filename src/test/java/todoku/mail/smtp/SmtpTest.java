package todoku.mail.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmtpTest {
    static final Timeouts SOON = new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(5));
    static final Envelope ENVELOPE = new Envelope("b-1@bounce.example.jp", "hanako@example.jp");
    static final byte[] HEADER = ascii("Subject: test\r\nMessage-ID: <1@example.jp>\r\n\r\n");
    static final byte[] BODY = ascii("hello\r\n");

    final BlockingQueue<Incoming> mails = new LinkedBlockingQueue<>();
    final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : opened) closeable.close();
    }

    /// Accepts everything; tests override what they are about.
    class Accepting implements Session {
        @Override
        public Answer message(Incoming mail) {
            mails.add(mail);
            return Answer.say(250, "2.0.0 queued");
        }
    }

    @Test
    void many_mails_go_over_one_connection_byte_for_byte() throws Exception {
        var connection = open(server(Accepting::new));
        byte[] tricky = ascii(".\r\n..two\r\nno.dot here.\r\n.\r\n\r\n.last");
        byte[] large = ascii((".".repeat(70) + "\r\n").repeat(5000));

        for (byte[] body : List.of(BODY, tricky, large, new byte[0])) {
            assertThat(connection.send(ENVELOPE, HEADER, body, BeforeDot.NOTHING))
                    .isEqualTo(new Sent.Accepted(new Reply(250, "2.0.0 queued")));
        }

        assertThat(mails).hasSize(4).allSatisfy(mail -> {
            assertThat(mail.from()).isEqualTo("b-1@bounce.example.jp");
            assertThat(mail.recipients()).containsExactly("hanako@example.jp");
            assertThat(mail.helo()).isEqualTo("mx.todoku.example");
        });
        assertThat(mails.take().content()).isEqualTo(join(HEADER, BODY));
        assertThat(mails.take().content()).isEqualTo(join(HEADER, tricky, ascii("\r\n")));
        assertThat(mails.take().content()).isEqualTo(join(HEADER, large));
        assertThat(mails.take().content()).isEqualTo(HEADER);
        connection.quit();
    }

    @Test
    void a_refusal_names_its_stage_and_the_next_mail_goes_through() throws Exception {
        for (Stage stage : List.of(Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.DOT)) {
            var connection = open(server(() -> refusingOnce(stage, Answer.say(550, "5.7.1 no"))));
            var dots = new AtomicInteger();

            Sent refused = connection.send(ENVELOPE, HEADER, BODY, dots::incrementAndGet);
            assertThat(refused).isEqualTo(new Sent.RefusedAt(stage, new Reply(550, "5.7.1 no")));
            assertThat(dots).hasValue(stage == Stage.DOT ? 1 : 0);

            assertThat(connection.send(ENVELOPE, HEADER, BODY, BeforeDot.NOTHING)).isInstanceOf(Sent.Accepted.class);
        }
    }

    @Test
    void a_421_ends_the_connection() throws Exception {
        for (Stage stage : List.of(Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.DOT)) {
            var connection = open(server(() -> refusingOnce(stage, Answer.say(421, "4.7.0 slow down").thenHangUp())));

            assertThat(connection.send(ENVELOPE, HEADER, BODY, BeforeDot.NOTHING))
                    .isEqualTo(new Sent.RefusedAt(stage, new Reply(421, "4.7.0 slow down")));
            assertThat(connection.isUsable()).isFalse();
            assertThat(connection.send(ENVELOPE, HEADER, BODY, BeforeDot.NOTHING)).isInstanceOf(Sent.CutBeforeDot.class);
        }
    }

    @Test
    void a_cut_before_the_dot_is_certainly_not_theirs() throws Exception {
        for (Stage stage : List.of(Stage.MAIL, Stage.RCPT, Stage.DATA)) {
            var connection = open(server(() -> refusingOnce(stage, Answer.hangUp())));

            assertThat(connection.send(ENVELOPE, HEADER, BODY, BeforeDot.NOTHING)).isInstanceOf(Sent.CutBeforeDot.class);
        }
        assertThat(mails).isEmpty();
    }

    @Test
    void a_cut_after_the_dot_is_doubtful() throws Exception {
        var connection = open(server(() -> refusingOnce(Stage.DOT, Answer.hangUp())));

        assertThat(connection.send(ENVELOPE, HEADER, BODY, BeforeDot.NOTHING)).isInstanceOf(Sent.CutAfterDot.class);
    }

    @Test
    void without_leave_the_dot_is_not_written() throws Exception {
        var ended = new LinkedBlockingQueue<String>();
        var connection = open(server(() -> new Accepting() {
            @Override
            public void ended() {
                ended.add("ended");
            }
        }));

        Sent sent = connection.send(ENVELOPE, HEADER, BODY, () -> {
            throw new IllegalStateException("lease lost");
        });

        assertThat(sent).isEqualTo(new Sent.CutBeforeDot("aborted: java.lang.IllegalStateException: lease lost", false));
        assertThat(ended.poll(5, TimeUnit.SECONDS)).isEqualTo("ended");
        assertThat(mails).isEmpty();
    }

    @Test
    void a_greeting_can_refuse_or_never_come() throws Exception {
        assertThat(connect(server(() -> new Accepting() {
            @Override
            public Answer connected(InetAddress peer) {
                return Answer.say(554, "5.7.1 blocked").thenHangUp();
            }
        }), SOON)).isEqualTo(new Opening.RefusedAt(Stage.GREETING, new Reply(554, "mx.example.jp 5.7.1 blocked")));

        try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var impatient = new Timeouts(Duration.ofSeconds(5), Duration.ofMillis(200), Duration.ofSeconds(5));
            assertThat(connect(silent.getLocalPort(), impatient))
                    .isEqualTo(new Opening.FailedAt(Stage.GREETING, "no answer in time"));
        }
    }

    /// RFC 5321 §4.5.3.2.
    @Test
    void every_reply_has_a_time_of_its_own() throws Exception {
        var each = new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(5));
        for (String hello : List.of("250 slow", "250-slow\r\n250 PIPELINING")) {
            int port = script(Duration.ofMillis(600), "220 slow", "EHLO|" + hello, "MAIL|250 ok", "RCPT|250 ok", "DATA|354 go", ".|250 done");
            assertThat(connect(port, each)).isInstanceOfSatisfying(Opening.Opened.class,
                    opening -> assertThat(opening.connection().send(ENVELOPE, HEADER, BODY, BeforeDot.NOTHING))
                            .isEqualTo(new Sent.Accepted(new Reply(250, "done"))));
        }
    }

    @Test
    void a_reply_in_drips_gets_no_more_time_than_another() throws Exception {
        var listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        opened.add(listener);
        Thread.ofVirtual().start(() -> {
            try (Socket socket = listener.accept()) {
                while (true) {
                    socket.getOutputStream().write('2');
                    Pause.REAL.pause(Duration.ofMillis(20));
                }
            } catch (IOException | InterruptedException e) {
                // The client has seen enough.
            }
        });
        assertThat(connect(listener.getLocalPort(), new Timeouts(Duration.ofSeconds(5), Duration.ofMillis(300), Duration.ofSeconds(5))))
                .isEqualTo(new Opening.FailedAt(Stage.GREETING, "no answer in time"));
    }

    @Test
    void nobody_listening_is_a_failure_at_connect() throws Exception {
        int port;
        try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        assertThat(connect(port, SOON)).isInstanceOfSatisfying(Opening.FailedAt.class,
                failed -> assertThat(failed.stage()).isEqualTo(Stage.CONNECT));
    }

    @Test
    void an_old_server_without_extensions_is_spoken_to_step_by_step() throws Exception {
        var script = script("220 old", "EHLO|502 what?", "HELO|250 old", "MAIL|250 ok", "RCPT|550 5.1.1 unknown",
                "RSET|250 ok", "MAIL|250 ok", "RCPT|250 ok", "DATA|354 go", ".|250 done");
        var connection = open(script);

        assertThat(connection.send(ENVELOPE, HEADER, BODY, BeforeDot.NOTHING))
                .isEqualTo(new Sent.RefusedAt(Stage.RCPT, new Reply(550, "5.1.1 unknown")));
        assertThat(connection.send(ENVELOPE, HEADER, BODY, BeforeDot.NOTHING))
                .isEqualTo(new Sent.Accepted(new Reply(250, "done")));
    }

    @Test
    void data_wanted_after_a_refused_recipient_gets_a_bare_dot() throws Exception {
        var connection = open(script("220 odd", "EHLO|250-odd\r\n250 PIPELINING", "MAIL|250 ok", "RCPT|550 no", "DATA|354 go",
                ".|554 nobody", "RSET|250 ok", "MAIL|250 ok", "RCPT|250 ok", "DATA|354 go", ".|250 done"));
        var dots = new AtomicInteger();

        assertThat(connection.send(ENVELOPE, HEADER, BODY, dots::incrementAndGet))
                .isEqualTo(new Sent.RefusedAt(Stage.RCPT, new Reply(550, "no")));
        assertThat(dots).hasValue(0);
        assertThat(connection.send(ENVELOPE, HEADER, BODY, dots::incrementAndGet)).isInstanceOf(Sent.Accepted.class);
    }

    @Test
    void a_failed_handshake_says_so_and_the_clear_still_works() throws Exception {
        String[] lines = {"220 tls", "EHLO|250-tls\r\n250 STARTTLS", "STARTTLS|220 go\r\nnot tls at all"};

        assertThat(connect(script(lines), SOON)).isInstanceOfSatisfying(Opening.FailedAt.class,
                failed -> assertThat(failed.stage()).isEqualTo(Stage.STARTTLS));
        assertThat(SmtpConnection.connect(loopback(script(lines)), "mx.todoku.example", SOON, Tls.NEVER))
                .isInstanceOf(Opening.Opened.class);
    }

    @Test
    void any_certificate_is_good_enough_to_encrypt(@TempDir Path folder) throws Exception {
        Path store = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
                "-keyalg", "EC", "-dname", "CN=somebody.else.example", "-validity", "1", "-storetype", "PKCS12", "-keystore",
                store.toString(), "-storepass", "changeit", "-alias", "a").redirectErrorStream(true).start();
        keytool.getInputStream().readAllBytes();
        assertThat(keytool.waitFor()).isZero();
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(store.toFile(), "changeit".toCharArray()), "changeit".toCharArray());
        var tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        var listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        opened.add(listener);
        int inside = server(Accepting::new);
        Thread.ofVirtual().start(() -> { // a TLS door in front of our own server, which has just greeted
            try (Socket socket = listener.accept(); Socket server = new Socket(InetAddress.getLoopbackAddress(), inside)) {
                socket.getOutputStream().write(ascii("220 tls\r\n"));
                socket.getInputStream().read(new byte[1000]);
                socket.getOutputStream().write(ascii("250-tls\r\n250 STARTTLS\r\n"));
                socket.getInputStream().read(new byte[1000]);
                socket.getOutputStream().write(ascii("220 go\r\n"));
                while (server.getInputStream().read() != '\n') {}
                var secured = (SSLSocket) tls.getSocketFactory().createSocket(socket, null, 0, true);
                secured.setUseClientMode(false);
                secured.startHandshake();
                Thread.ofVirtual().start(() -> {
                    try {
                        server.getInputStream().transferTo(secured.getOutputStream());
                    } catch (IOException e) {
                        // The test is over.
                    }
                });
                secured.getInputStream().transferTo(server.getOutputStream());
            } catch (IOException e) {
                // The test is over.
            }
        });

        var connection = open(listener.getLocalPort());

        assertThat(connection.isEncrypted()).isTrue();
        assertThat(connection.send(ENVELOPE, HEADER, BODY, BeforeDot.NOTHING)).isInstanceOf(Sent.Accepted.class);
        assertThat(mails.take().content()).isEqualTo(join(HEADER, BODY));
    }

    @Test
    void endless_and_senseless_replies_are_cut_off() throws Exception {
        assertThat(connect(script("220-" + "x".repeat(3000)), SOON)).isInstanceOf(Opening.FailedAt.class);
        assertThat(connect(script(("220-x\r\n").repeat(200) + "220 x"), SOON)).isInstanceOf(Opening.FailedAt.class);
        assertThat(connect(script("HTTP/1.1 400 Bad Request"), SOON))
                .isEqualTo(new Opening.FailedAt(Stage.GREETING, "not an SMTP reply: HTTP/1.1 400 Bad Request"));
    }

    @Test
    void the_server_refuses_bare_line_feeds_and_other_smuggling() throws Exception {
        int port = server(Accepting::new);
        String begin = "EHLO x\r\nMAIL FROM:<a@example.jp>\r\nRCPT TO:<b@example.jp>\r\nDATA\r\n";

        assertThat(talk(port, "EHLO x\nQUIT\r\n")).contains("521 5.5.2");
        for (String end : List.of("\n.\n", "\r\n.\n", "\n.\r\n", "\r.\r\n", "\r\n.\r", "\r\n\0.\n")) {
            assertThat(talk(port, begin + "Subject: x\r\n\r\nhi" + end + "MAIL FROM:<evil@example.jp>\r\n")).contains("521 5.5.2");
        }
        assertThat(mails).isEmpty();
    }

    @Test
    void the_server_keeps_its_limits() throws Exception {
        var limits = new SmtpServer.Limits(2, 100, 1000, 1, Duration.ofSeconds(30), Duration.ofSeconds(30));
        int port = server(Accepting::new, limits);

        assertThat(talk(port, "NOOP " + "x".repeat(200) + "\r\n")).contains("521 5.5.2 line too long");
        assertThat(talk(port, "EHLO x\r\nMAIL FROM:<a@b.jp> SIZE=1001\r\nMAIL FROM:<a@b.jp>\r\nRCPT TO:<c@d.jp>\r\n"
                + "RCPT TO:<e@f.jp>\r\nDATA\r\n" + "x".repeat(1500) + "\r\n.\r\nQUIT\r\n"))
                .contains("552 5.3.4", "452 4.5.3", "552 5.3.4 message too big\r\n221");
        assertThat(mails).isEmpty();

        open(port);
        open(port);
        assertThat(connect(port, SOON)).isEqualTo(
                new Opening.RefusedAt(Stage.GREETING, new Reply(421, "4.3.2 too many connections")));
    }

    @Test
    void delays_are_left_to_the_one_who_owns_the_time() throws Exception {
        var paused = new LinkedBlockingQueue<Duration>();
        var server = SmtpServer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), "mx.example.jp",
                SmtpServer.Limits.STANDARD, paused::add,
                () -> refusingOnce(Stage.RCPT, Answer.say(451, "4.7.1 later").after(Duration.ofHours(1))));
        opened.add(server);

        assertThat(open(server.port()).send(ENVELOPE, HEADER, BODY, BeforeDot.NOTHING))
                .isEqualTo(new Sent.RefusedAt(Stage.RCPT, new Reply(451, "4.7.1 later")));
        assertThat(paused).containsExactly(Duration.ofHours(1));
    }

    @Test
    void postfix_takes_our_mails() throws Exception {
        Path sink = Path.of("/usr/sbin/smtp-sink");
        Assumptions.assumeTrue(Files.isExecutable(sink), "smtp-sink of Postfix is not installed");
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        var command = new ArrayList<>(List.of(sink.toString()));
        if ("root".equals(System.getProperty("user.name"))) command.addAll(List.of("-u", "nobody"));
        command.addAll(List.of("127.0.0.1:" + port, "100"));
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            Opening opening = connect(port, SOON);
            for (int i = 0; i < 1000 && opening instanceof Opening.FailedAt; i++) {
                Assumptions.assumeTrue(process.isAlive(), "smtp-sink does not run here");
                Thread.onSpinWait();
                process.waitFor(10, TimeUnit.MILLISECONDS);
                opening = connect(port, SOON);
            }
            var connection = ((Opening.Opened) opening).connection();
            for (int i = 0; i < 1000; i++) {
                assertThat(connection.send(ENVELOPE, HEADER, BODY, BeforeDot.NOTHING)).isInstanceOf(Sent.Accepted.class);
            }
            connection.quit();
        } finally {
            process.destroy();
        }
    }

    @Test
    void replies_know_what_they_mean() {
        assertThat(new Reply(550, "5.1.1 unknown").enhancedCode()).contains("5.1.1");
        assertThat(new Reply(550, "unknown 5.1.1").enhancedCode()).isEmpty();
        assertThat(new Reply(451, "4.7.1\nlater").isTransient()).isTrue();
        assertThatThrownBy(() -> new Reply(99, "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Envelope("a@b", "c@d>\r\nDATA")).isInstanceOf(IllegalArgumentException.class);
    }

    Session refusingOnce(Stage stage, Answer answer) {
        return new Accepting() {
            private boolean refused;

            private Answer at(Stage now, Answer otherwise) {
                if (refused || now != stage) return otherwise;
                refused = true;
                return answer;
            }

            @Override
            public Answer mail(String from) {
                return at(Stage.MAIL, super.mail(from));
            }

            @Override
            public Answer rcpt(String to) {
                return at(Stage.RCPT, super.rcpt(to));
            }

            @Override
            public Answer data() {
                return at(Stage.DATA, super.data());
            }

            @Override
            public Answer message(Incoming mail) {
                return !refused && stage == Stage.DOT ? at(Stage.DOT, answer) : super.message(mail);
            }
        };
    }

    int server(Supplier<Session> sessions) throws IOException {
        return server(sessions, SmtpServer.Limits.STANDARD);
    }

    int server(Supplier<Session> sessions, SmtpServer.Limits limits) throws IOException {
        var server = SmtpServer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), "mx.example.jp",
                limits, Pause.REAL, sessions);
        opened.add(server);
        return server.port();
    }

    /// A server that says what it is told, whatever the client does: greeting, then `first letters of a line|reply`.
    int script(String... lines) throws IOException {
        return script(Duration.ZERO, lines);
    }

    /// Waits so long before everything it says.
    int script(Duration pause, String... lines) throws IOException {
        var listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        opened.add(listener);
        Thread.ofVirtual().start(() -> {
            try (Socket socket = listener.accept()) {
                var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
                Pause.REAL.pause(pause);
                socket.getOutputStream().write(ascii(lines[0] + "\r\n"));
                for (int i = 1; i < lines.length; i++) {
                    String[] step = lines[i].split("\\|", 2);
                    String line = in.readLine();
                    while (line != null && !(step[0].equals(".") ? line.equals(".") : line.startsWith(step[0]))) line = in.readLine();
                    Pause.REAL.pause(pause);
                    socket.getOutputStream().write(ascii(step[1] + "\r\n"));
                }
                while (in.read() >= 0) {}
            } catch (IOException | InterruptedException e) {
                // The client has seen enough.
            }
        });
        return listener.getLocalPort();
    }

    static String talk(int port, String text) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(ascii(text));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    SmtpConnection open(int port) {
        var opening = connect(port, SOON);
        assertThat(opening).isInstanceOf(Opening.Opened.class);
        var connection = ((Opening.Opened) opening).connection();
        opened.add(connection);
        return connection;
    }

    static Opening connect(int port, Timeouts timeouts) {
        return SmtpConnection.connect(loopback(port), "mx.todoku.example", timeouts, Tls.WHEN_OFFERED);
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }

    static byte[] join(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) out.writeBytes(part);
        return out.toByteArray();
    }
}
