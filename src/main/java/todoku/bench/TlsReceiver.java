package todoku.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import todoku.mail.dns.Route;

/// A receiver with STARTTLS: Postfix's `smtpd` with a certificate of its own, and the `discard` transport behind it. It
/// keeps every mail on disk before it takes it, then throws it away. What it has done is read from its log.
final class TlsReceiver implements Receiver {
    private static final String DISCARDED = "status=sent (";
    private static final String HANDSHAKE = "TLS connection established from";
    private static final String RESUMED = "Reusing old session";
    private static final int CHUNK = 1 << 20;

    private final Postfix postfix;
    private final SeekableByteChannel log;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    private String rest = "";
    private long discarded;
    private long handshakes;
    private long resumed;

    private TlsReceiver(Postfix postfix, SeekableByteChannel log) {
        this.postfix = postfix;
        this.log = log;
    }

    /// Null when it can run here, else why not.
    static @Nullable String whyNot() throws IOException {
        if (Programs.find("openssl").isEmpty()) return "openssl is not installed, which makes the certificate";
        return Postfix.whyNot();
    }

    /// @param folder that everybody may enter
    static TlsReceiver start(Path folder) throws IOException {
        Path key = folder.resolve("key.pem");
        Path certificate = folder.resolve("certificate.pem");
        Programs.run(
                30, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=mx.bench.example", "-keyout", key.toString(), "-out", certificate.toString());
        // Its flow control would hold us back for a second whenever it takes mail faster than it throws it away.
        Postfix postfix = Postfix.start(folder, """
                maillog_file = /dev/stdout
                default_transport = discard:bench
                smtpd_tls_security_level = encrypt
                smtpd_tls_cert_file = %s
                smtpd_tls_key_file = %s
                smtpd_tls_loglevel = 2
                in_flow_delay = 0
                """.formatted(certificate, key));
        return new TlsReceiver(postfix, Files.newByteChannel(Postfix.said(folder)));
    }

    @Override
    public Route resolve(String domain) {
        return new Route.Hosts(List.of(new Route.Host("mx." + domain, InetAddress.getLoopbackAddress(), postfix.port())));
    }

    @Override
    public synchronized long received() {
        read();
        return discarded;
    }

    synchronized long handshakes() {
        read();
        return handshakes;
    }

    /// How many of the handshakes went on with an earlier session.
    synchronized long resumed() {
        read();
        return resumed;
    }

    private void read() {
        try {
            while (log.read(chunk.clear()) > 0) {
                String text = rest + new String(chunk.array(), 0, chunk.position(), StandardCharsets.US_ASCII);
                int whole = text.lastIndexOf('\n') + 1;
                rest = text.substring(whole);
                text.substring(0, whole).lines().forEach(this::count);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void count(String line) {
        if (line.contains(DISCARDED)) discarded++;
        else if (line.contains(HANDSHAKE)) handshakes++;
        else if (line.contains(RESUMED)) resumed++;
    }

    @Override
    public long cpu() {
        return postfix.cpu();
    }

    @Override
    public void close() throws IOException {
        postfix.close();
        log.close();
    }
}
