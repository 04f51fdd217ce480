package todoku.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import todoku.bench.Conduct.Manner;
import todoku.bench.Conduct.Step;

/// The receiving server of one destination: a door of ours before somebody else's receiver, which misbehaves in one way
/// from [#misbehave] until [#heal] and passes everything on at other times. It counts who knocks, and who is named when.
final class Refuser implements AutoCloseable {
    /// Mails on one connection.
    static final int ENOUGH = 3;
    static final int WHILE_SECONDS = 3;

    private static final Duration DRIP = Duration.ofMillis(200);
    private static final int GOODBYE_MILLIS = 10_000;
    private static final Pattern RECIPIENT = Pattern.compile("<([^>]+)>");
    private static final int MAX_LINE_BYTES = 10_000;
    private static final int BACKLOG = 1_000;

    private final ServerSocket server;
    private final int sink;
    private final Conduct conduct;
    private final List<Duration> pauses;
    private final @Nullable Certificates certificates;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final Map<String, Named> named = new ConcurrentHashMap<>();
    private final AtomicInteger tooSoon = new AtomicInteger();
    private final AtomicInteger inTheClear = new AtomicInteger();
    private final AtomicInteger encrypted = new AtomicInteger();
    private volatile boolean misbehaves;
    private volatile long since;

    /// How often one recipient was named, and when last.
    private record Named(int times, long at) {}

    private Refuser(ServerSocket server, int sink, Conduct conduct, List<Duration> pauses, @Nullable Certificates certificates) {
        this.server = server;
        this.sink = sink;
        this.conduct = conduct;
        this.pauses = pauses;
        this.certificates = certificates;
    }

    /// Well behaved for the present.
    ///
    /// @param sink the port of the receiver behind it
    /// @param pauses how long a recipient must not be named again after the first, second … time; the last one for all later ones
    /// @param certificates null where nothing is encrypted
    static Refuser before(int sink, Conduct conduct, List<Duration> pauses, @Nullable Certificates certificates) throws IOException {
        ServerSocket server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        Refuser refuser = new Refuser(server, sink, conduct, pauses, certificates);
        Thread.ofVirtual().name("refuser").start(refuser::accept);
        return refuser;
    }

    int port() {
        return server.getLocalPort();
    }

    /// Counts from now on.
    void misbehave() {
        connections.set(0);
        named.clear();
        tooSoon.set(0);
        inTheClear.set(0);
        encrypted.set(0);
        since = System.nanoTime();
        misbehaves = true;
    }

    /// Whoever is in the middle of its misbehaviour is let go.
    void heal() {
        misbehaves = false;
    }

    /// Since it misbehaves.
    int connections() {
        return connections.get();
    }

    /// How often the most frequent recipient was named.
    int mostTimes() {
        return named.values().stream().mapToInt(Named::times).max().orElse(0);
    }

    /// Recipients named again before their pause was over.
    int tooSoon() {
        return tooSoon.get();
    }

    /// Mails taken, since it misbehaves.
    int inTheClear() {
        return inTheClear.get();
    }

    int encrypted() {
        return encrypted.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                int number = connections.incrementAndGet();
                Thread.ofVirtual().name("refuser's door").start(() -> serve(client, number));
            }
        } catch (IOException e) {
            // It was closed.
        }
    }

    private void serve(Socket client, int number) {
        open.add(client);
        try (client; Socket receiver = new Socket(InetAddress.getLoopbackAddress(), sink)) {
            new Line(client, receiver, number).converse();
        } catch (IOException e) {
            // Either side has gone: so has the other.
        } finally {
            open.remove(client);
        }
    }

    private void name(String recipient) {
        long now = System.nanoTime();
        named.compute(recipient, (_, before) -> {
            if (before == null) return new Named(1, now);
            Duration pause = pauses.get(Math.min(before.times(), pauses.size()) - 1);
            if (now - before.at() < pause.toNanos()) tooSoon.incrementAndGet();
            return new Named(before.times() + 1, now);
        });
    }

    /// Two sockets, line by line.
    private final class Line {
        private final Socket client;
        private final int number;
        private final InputStream fromSink;
        private final OutputStream toSink;
        private InputStream fromClient;
        private OutputStream toClient;
        private boolean isEncrypted;
        private String recipient = "";
        private int mails;

        Line(Socket client, Socket receiver, int number) throws IOException {
            this.client = client;
            this.number = number;
            client.setTcpNoDelay(true);
            receiver.setTcpNoDelay(true);
            fromClient = new BufferedInputStream(client.getInputStream());
            toClient = new BufferedOutputStream(client.getOutputStream());
            fromSink = new BufferedInputStream(receiver.getInputStream());
            toSink = new BufferedOutputStream(receiver.getOutputStream());
        }

        void converse() throws IOException {
            if (isNow(Step.GREETING)) {
                if (misbehave()) leave();
                return;
            }
            reply(false);
            while (answers(line(fromClient))) {}
        }

        /// False when this line is done.
        private boolean answers(String command) throws IOException {
            Step step = Step.of(command);
            if (step == Step.MAIL) mails++;
            if (step == Step.RCPT) {
                Matcher address = RECIPIENT.matcher(command);
                recipient = address.find() ? address.group(1) : "";
                if (misbehaves) name(recipient);
            }
            boolean now = step != null && isNow(step);
            if (now && conduct.manner() != Manner.HIDES) return misbehave();
            if (step == Step.STARTTLS) return encrypt(Certificates.Kind.GOOD);
            if (step == Step.DATA && isNow(Step.DOT)) return refuseMail();
            say(command);
            String reply = reply(step == Step.EHLO && !now && !isEncrypted && certificates != null);
            if (step == Step.DATA && reply.startsWith("354")) takeMail();
            return !command.equalsIgnoreCase("QUIT");
        }

        private void takeMail() throws IOException {
            for (String text = line(fromClient); !text.equals("."); text = line(fromClient)) put(toSink, text);
            say(".");
            if (reply(false).startsWith("250")) (isEncrypted ? encrypted : inTheClear).incrementAndGet();
        }

        private boolean encrypt(Certificates.Kind kind) throws IOException {
            Certificates known = Objects.requireNonNull(certificates);
            agreeToEncrypt();
            SSLSocket secured = (SSLSocket) known.context(kind).getSocketFactory().createSocket(client, null, client.getPort(), true);
            secured.setUseClientMode(false);
            secured.startHandshake();
            fromClient = new BufferedInputStream(secured.getInputStream());
            toClient = new BufferedOutputStream(secured.getOutputStream());
            isEncrypted = true;
            return true;
        }

        private void agreeToEncrypt() throws IOException {
            put(toClient, "220 2.0.0 go ahead");
            toClient.flush();
        }

        /// The receiver behind never hears of it.
        private boolean refuseMail() throws IOException {
            put(toClient, "354 go on");
            toClient.flush();
            while (!line(fromClient).equals(".")) {}
            say("RSET");
            line(fromSink);
            return misbehave();
        }

        private boolean isNow(Step step) {
            if (!misbehaves || !conduct.step().isAt(step)) return false;
            return switch (conduct.when()) {
                case ALWAYS -> true;
                case FIRST_TIME -> {
                    Named known = named.get(recipient);
                    yield known == null || known.times() <= 1;
                }
                case ENOUGH -> mails > ENOUGH;
                case EVERY_OTHER -> number % 2 == 1;
                case FOR_A_WHILE -> System.nanoTime() - since < Duration.ofSeconds(WHILE_SECONDS).toNanos();
            };
        }

        /// False when this line is done.
        private boolean misbehave() throws IOException {
            byte[] words = conduct.words().getBytes(ISO_8859_1);
            switch (conduct.manner()) {
                case SAYS -> {
                    put(toClient, conduct.words().replace("<rcpt>", "<" + recipient + ">"));
                    toClient.flush();
                    if (!conduct.words().startsWith("421")) return true;
                    leave();
                }
                case DRIPS -> {
                    for (int i = 0; misbehaves; i++) {
                        toClient.write(words[i % words.length]);
                        toClient.flush();
                        Programs.rest((int) DRIP.toMillis());
                    }
                }
                case REPEATS -> {
                    while (misbehaves) {
                        toClient.write(words);
                        toClient.flush();
                    }
                }
                case SHOWS -> {
                    return encrypt(Certificates.Kind.valueOf(conduct.words()));
                }
                case BREAKS -> agreeToEncrypt();
                case HANGS -> {
                    agreeToEncrypt();
                    while (misbehaves) Programs.rest((int) DRIP.toMillis());
                }
                case HIDES -> throw new IllegalStateException("it says nothing");
            }
            return false;
        }

        /// In good order: what they have said meanwhile is read, so that nobody finds the line reset.
        private void leave() throws IOException {
            client.shutdownOutput();
            client.setSoTimeout(GOODBYE_MILLIS);
            while (fromClient.read() >= 0) {}
        }

        private void say(String line) throws IOException {
            put(toSink, line);
            toSink.flush();
        }

        /// Passes a whole reply on.
        ///
        /// @param offering whether to add that we know STARTTLS
        private String reply(boolean offering) throws IOException {
            String reply = line(fromSink);
            put(toClient, reply);
            if (offering) put(toClient, "250-STARTTLS");
            while (reply.length() > 3 && reply.charAt(3) == '-') {
                reply = line(fromSink);
                put(toClient, reply);
            }
            toClient.flush();
            return reply;
        }
    }

    private static void put(OutputStream out, String line) throws IOException {
        out.write(line.getBytes(ISO_8859_1));
        out.write('\r');
        out.write('\n');
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) throw new EOFException();
            if (line.size() > MAX_LINE_BYTES) throw new IOException("a line without end");
            if (next != '\r') line.write(next);
        }
        return line.toString(ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) socket.close();
    }
}
