package todoku.mail.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// A mail server with STARTTLS, which takes every mail: a TLS door in front of our own server.
public final class TlsDoor implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final SSLContext context;
    private final SmtpServer inside;
    /// Connections so far, and mails taken.
    public final AtomicInteger connections = new AtomicInteger();
    public final AtomicInteger mails = new AtomicInteger();
    /// The names they were asked for (SNI).
    public final Queue<String> askedFor = new ConcurrentLinkedQueue<>();
    /// When the sessions of all connections began: a resumed one long before its connection.
    private final Queue<Long> sessions = new ConcurrentLinkedQueue<>();
    private volatile boolean offering = true;
    private volatile String answer = "220 go";
    private volatile boolean old;

    public TlsDoor(SSLContext context) throws IOException {
        this.context = context;
        this.inside = SmtpServer.start(
                new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), 0), "mx.example", SmtpServer.Limits.STANDARD,
                Pause.REAL, () -> mail -> {
                    mails.incrementAndGet();
                    return Answer.say(250, "2.0.0 Ok");
                });
        Thread.ofVirtual().start(this::listen);
    }

    /// How many handshakes went on with no session we knew, since then.
    public long fullHandshakesSince(long millis) {
        return sessions.stream().filter(began -> began > millis).count();
    }

    public int port() {
        return listener.getLocalPort();
    }

    /// From now on they do not offer it: somebody in the middle removes the line.
    public void strip() {
        offering = false;
    }

    /// Again.
    public void offer() {
        offering = true;
    }

    /// From now on they speak TLS 1.2, where a session is gone on with any number of times.
    public void speakOld() {
        old = true;
    }

    /// From now on STARTTLS is answered with this.
    public void answer(String line) {
        answer = line;
    }

    private void listen() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket; Socket server = new Socket(InetAddress.getLoopbackAddress(), inside.port())) {
            socket.setTcpNoDelay(true);
            say(socket, "220 door");
            line(socket.getInputStream());
            if (!offering) {
                say(socket, "250 door");
                skipGreeting(server);
                server.getOutputStream().write("HELO door\r\n".getBytes(US_ASCII));
                line(server.getInputStream());
                pass(socket, server, socket);
                return;
            }
            say(socket, "250-door\r\n250 STARTTLS");
            if (!line(socket.getInputStream()).startsWith("STARTTLS")) return;
            say(socket, answer);
            if (!answer.startsWith("220")) {
                line(socket.getInputStream());
                return;
            }
            skipGreeting(server);
            var secured = (SSLSocket) context.getSocketFactory().createSocket(socket, null, 0, true);
            secured.setUseClientMode(false);
            if (old) secured.setEnabledProtocols(new String[] {"TLSv1.2"});
            secured.startHandshake();
            if (secured.getSession() instanceof ExtendedSSLSession session)
                session.getRequestedServerNames().forEach(name -> askedFor.add(new String(name.getEncoded(), US_ASCII)));
            sessions.add(secured.getSession().getCreationTime());
            pass(secured, server, socket);
        } catch (IOException e) {
            // The other side has gone: some of them shall.
        }
    }

    private static void pass(Socket client, Socket server, Socket raw) throws IOException {
        Thread.ofVirtual().start(() -> {
            try (raw) {
                server.getInputStream().transferTo(client.getOutputStream());
            } catch (IOException e) {
                // The conversation is over.
            }
        });
        client.getInputStream().transferTo(server.getOutputStream());
    }

    private static void skipGreeting(Socket server) throws IOException {
        line(server.getInputStream());
    }

    private static void say(Socket socket, String lines) throws IOException {
        socket.getOutputStream().write((lines + "\r\n").getBytes(US_ASCII));
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) throw new IOException("gone");
            line.append((char) c);
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        inside.close();
    }
}
