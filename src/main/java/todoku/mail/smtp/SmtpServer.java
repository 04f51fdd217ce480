package todoku.mail.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A small strict SMTP server (RFC 5321) with PIPELINING, SIZE and 8BITMIME; one virtual thread per connection.
///
/// Lines end with CRLF and nothing else: a lone CR or LF ends the conversation, so that nobody can smuggle a second
/// mail into the first (CVE-2023-51764). What to answer is asked of a [Session].
public final class SmtpServer implements AutoCloseable {
    private static final int LISTEN_BACKLOG = 1024;
    private static final int BUFFER_BYTES = 16 * 1024;
    /// How much of a too large mail is read to the end, as a multiple of the limit, before hanging up.
    private static final int PATIENCE_WITH_LARGE_MAILS = 4;
    /// Pauses after an accept that failed, for example when file descriptors have run out.
    private static final long ACCEPT_AGAIN_MILLIS = 50;

    private final ServerSocket listener;
    private final String hostName;
    private final Supplier<? extends Session> sessions;
    private final Limits limits;
    private final Pause pause;
    private final Semaphore places;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /// What one server bears.
    /// @param connections at once; one more is answered 421
    /// @param lineBytes of a command; RFC 5321 §4.5.3.1.4 asks for 512 and more with extensions
    /// @param mailBytes announced as SIZE
    /// @param recipients of one mail; RFC 5321 §4.5.3.1.8 asks for 100
    /// @param idle the longest wait for a command
    /// @param message the longest time for one mail
    public record Limits(int connections, int lineBytes, int mailBytes, int recipients, Duration idle, Duration message) {
        /// For a server on the open internet.
        public static final Limits STANDARD =
                new Limits(1_000, 2_048, 10 * 1024 * 1024, 100, Duration.ofMinutes(5), Duration.ofMinutes(10));
    }

    /// Starts listening; port 0 takes any free one.
    public static SmtpServer start(InetSocketAddress address, String hostName, Limits limits, Pause pause,
            Supplier<? extends Session> sessions) throws IOException {
        ServerSocket listener = new ServerSocket();
        try {
            listener.bind(address, LISTEN_BACKLOG);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        var server = new SmtpServer(listener, hostName, limits, pause, sessions);
        Thread.ofPlatform().daemon().name("smtp-server-" + listener.getLocalPort()).start(server::listen);
        return server;
    }

    private SmtpServer(ServerSocket listener, String hostName, Limits limits, Pause pause, Supplier<? extends Session> sessions) {
        this.listener = listener;
        this.hostName = hostName;
        this.sessions = sessions;
        this.limits = limits;
        this.pause = pause;
        this.places = new Semaphore(limits.connections());
    }

    /// The port it listens on.
    public int port() {
        return listener.getLocalPort();
    }

    /// How many connections are open.
    public int connections() {
        return limits.connections() - places.availablePermits();
    }

    /// Stops listening and cuts all connections.
    @Override
    public void close() {
        closeQuietly(listener);
        open.forEach(SmtpServer::closeQuietly);
    }

    private void listen() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                open.add(socket);
                if (listener.isClosed()) closeQuietly(socket);
                Thread.ofVirtual().name("smtp-in").start(() -> serve(socket));
            } catch (IOException e) {
                if (!listener.isClosed()) breathe();
            }
        }
    }

    private static void breathe() {
        try {
            Thread.sleep(ACCEPT_AGAIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(Socket socket) {
        boolean place = places.tryAcquire();
        try (socket; var deadline = new Deadline(socket)) {
            socket.setTcpNoDelay(true);
            var conversation = new Conversation(socket, deadline);
            if (place) conversation.run();
            else conversation.full();
        } catch (IOException e) {
            // The other side is gone or too slow; it knows.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
            if (place) places.release();
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // It is closed as far as we are concerned.
        }
    }

    /// The other side does not speak our language; we hang up with this answer.
    private static final class Violation extends IOException {
        final Reply reply;

        Violation(int code, String text) {
            super(text);
            this.reply = new Reply(code, text);
        }
    }

    private final class Conversation {
        private final Socket socket;
        private final Deadline deadline;
        private final InputStream in;
        private final OutputStream out;
        private final byte[] buffer = new byte[BUFFER_BYTES];
        private int at;
        private int end;
        private final StringBuilder answers = new StringBuilder();
        private final byte[] line = new byte[limits.lineBytes()];

        private String helo = "";
        private @Nullable String from;
        private List<String> recipients = new ArrayList<>();
        private boolean hungUp;

        Conversation(Socket socket, Deadline deadline) throws IOException {
            this.socket = socket;
            this.deadline = deadline;
            this.in = socket.getInputStream();
            this.out = socket.getOutputStream();
        }

        void full() throws IOException {
            deadline.in(Deadline.nanos(limits.idle()));
            say(new Reply(421, "4.3.2 too many connections"));
            flush();
        }

        void run() throws IOException, InterruptedException {
            Session session = sessions.get();
            try {
                Reply greeting = answer(session.connected(socket.getInetAddress()), true);
                while (!hungUp && greeting != null) {
                    if (at == end) flush();
                    deadline.in(Deadline.nanos(limits.idle()));
                    command(session, readLine());
                }
                flush();
            } catch (Violation e) {
                say(e.reply);
                flush();
            } finally {
                session.ended();
            }
        }

        private void command(Session session, String line) throws IOException, InterruptedException {
            int space = line.indexOf(' ');
            String verb = (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
            String rest = space < 0 ? "" : line.substring(space + 1).trim();
            switch (verb) {
                case "EHLO" -> hello(rest, "\nPIPELINING\nSIZE " + limits.mailBytes() + "\n8BITMIME\nENHANCEDSTATUSCODES");
                case "HELO" -> hello(rest, "");
                case "MAIL" -> mail(session, rest);
                case "RCPT" -> rcpt(session, rest);
                case "DATA" -> data(session);
                case "RSET" -> {
                    reset();
                    say(250, "2.0.0 Ok");
                }
                case "NOOP" -> say(250, "2.0.0 Ok");
                case "VRFY" -> say(252, "2.0.0 send a mail and see");
                case "QUIT" -> {
                    say(221, "2.0.0 Bye");
                    hungUp = true;
                }
                default -> say(500, "5.5.2 command not recognized");
            }
        }

        private void hello(String name, String extensions) {
            if (name.isEmpty()) {
                say(501, "5.5.4 a name is missing");
                return;
            }
            helo = name;
            reset();
            say(250, hostName + extensions);
        }

        private void mail(Session session, String rest) throws IOException, InterruptedException {
            if (helo.isEmpty()) {
                say(503, "5.5.1 EHLO first");
                return;
            }
            if (from != null) {
                say(503, "5.5.1 one mail at a time");
                return;
            }
            String path = path(rest, "FROM:");
            if (path == null) {
                say(501, "5.5.4 MAIL FROM:<address>");
                return;
            }
            if (announced(rest) > limits.mailBytes()) {
                say(552, "5.3.4 message too big");
                return;
            }
            Reply reply = answer(session.mail(path));
            if (reply != null && reply.isPositive()) from = path;
        }

        private void rcpt(Session session, String rest) throws IOException, InterruptedException {
            String path = path(rest, "TO:");
            if (from == null) say(503, "5.5.1 MAIL first");
            else if (path == null || path.isEmpty()) say(501, "5.5.4 RCPT TO:<address>");
            else if (recipients.size() >= limits.recipients()) say(452, "4.5.3 too many recipients");
            else {
                Reply reply = answer(session.rcpt(path));
                if (reply != null && reply.isPositive()) recipients.add(path);
            }
        }

        private void data(Session session) throws IOException, InterruptedException {
            String sender = from;
            if (sender == null || recipients.isEmpty()) {
                say(sender == null ? 503 : 554, "5.5.1 no valid recipients");
                return;
            }
            Reply reply = answer(session.data());
            if (reply == null || reply.code() != 354 || hungUp) return;
            flush();
            deadline.in(Deadline.nanos(limits.message()));
            byte[] content = readContent();
            deadline.none();
            List<String> to = List.copyOf(recipients);
            reset();
            if (content == null) say(552, "5.3.4 message too big");
            else answer(session.message(new Incoming(socket.getInetAddress(), helo, sender, to, content)));
        }

        private void reset() {
            from = null;
            recipients = new ArrayList<>();
        }

        private @Nullable Reply answer(Answer answer) throws IOException, InterruptedException {
            return answer(answer, false);
        }

        private @Nullable Reply answer(Answer answer, boolean greeting) throws IOException, InterruptedException {
            if (answer.delay().isPositive()) {
                flush();
                deadline.none();
                pause.pause(answer.delay());
            }
            hungUp |= answer.hangsUp();
            if (answer.resets()) socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            Reply reply = answer.reply();
            if (reply != null) say(greeting ? new Reply(reply.code(), hostName + " " + reply.text()) : reply);
            return reply;
        }

        private void say(int code, String text) {
            say(new Reply(code, text));
        }

        private void say(Reply reply) {
            String text = reply.text();
            int start = 0;
            for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
                answers.append(reply.code()).append('-').append(text, start, end).append("\r\n");
                start = end + 1;
            }
            answers.append(reply.code()).append(' ').append(text, start, text.length()).append("\r\n");
        }

        private void flush() throws IOException {
            if (answers.isEmpty()) return;
            byte[] bytes = answers.toString().getBytes(UTF_8);
            answers.setLength(0);
            out.write(bytes);
        }

        /// The address between the brackets, without source route; null when there is none.
        private @Nullable String path(String rest, String keyword) {
            if (!rest.regionMatches(true, 0, keyword, 0, keyword.length())) return null;
            int open = rest.indexOf('<');
            int close = rest.indexOf('>', Math.max(open, 0));
            if (open < 0 || close < 0 || !rest.substring(keyword.length(), open).isBlank()) return null;
            String path = rest.substring(open + 1, close);
            int route = path.startsWith("@") ? path.indexOf(':') : -1;
            path = path.substring(route + 1);
            for (int i = 0; i < path.length(); i++) if (path.charAt(i) <= ' ' || path.charAt(i) == 0x7f) return null;
            return path.length() > Envelope.MAX_PATH_CHARS ? null : path;
        }

        private long announced(String rest) {
            int size = rest.toUpperCase(Locale.ROOT).indexOf(" SIZE=");
            if (size < 0) return 0;
            long bytes = 0;
            for (int i = size + 6; i < rest.length() && rest.charAt(i) != ' '; i++) {
                int digit = rest.charAt(i) - '0';
                if (digit < 0 || digit > 9) return 0;
                bytes = Math.min(bytes * 10 + digit, Integer.MAX_VALUE * 10L);
            }
            return bytes;
        }

        private int read() throws IOException {
            if (at == end) fill();
            return buffer[at++];
        }

        private void fill() throws IOException {
            flush();
            int read = in.read(buffer, 0, buffer.length);
            if (read < 0) throw new EOFException();
            at = 0;
            end = read;
        }

        private String readLine() throws IOException {
            int length = 0;
            while (true) {
                int b = read();
                if (b == '\n') throw new Violation(521, "5.5.2 bare <LF> received");
                if (b == '\r') {
                    if (read() != '\n') throw new Violation(521, "5.5.2 bare <CR> received");
                    return new String(line, 0, length, UTF_8);
                }
                if (length == line.length) throw new Violation(521, "5.5.2 line too long");
                line[length++] = (byte) b;
            }
        }

        /// The mail up to its end, with the stuffed dots taken out; null when it was too large.
        private byte @Nullable [] readContent() throws IOException {
            byte[] content = new byte[BUFFER_BYTES];
            int length = 0;
            long dropped = 0;
            boolean atLineStart = true;
            while (true) {
                int b = read();
                if (b == '\n') throw new Violation(521, "5.5.2 bare <LF> received");
                if (b == '\r') {
                    if (read() != '\n') throw new Violation(521, "5.5.2 bare <CR> received");
                } else if (b == '.' && atLineStart) {
                    b = read();
                    if (b == '\r') {
                        if (read() != '\n') throw new Violation(521, "5.5.2 bare <CR> received");
                        return dropped > 0 ? null : Arrays.copyOf(content, length);
                    }
                    if (b == '\n') throw new Violation(521, "5.5.2 bare <LF> received");
                }
                atLineStart = b == '\r';
                int needed = atLineStart ? 2 : 1;
                if (length + needed > limits.mailBytes()) {
                    dropped += needed;
                    if (dropped > (long) limits.mailBytes() * PATIENCE_WITH_LARGE_MAILS) {
                        throw new Violation(552, "5.3.4 message much too big");
                    }
                    continue;
                }
                if (length + needed > content.length) content = Arrays.copyOf(content, content.length * 2);
                content[length++] = (byte) b;
                if (atLineStart) content[length++] = '\n';
            }
        }
    }
}
