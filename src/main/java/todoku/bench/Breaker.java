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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A bad line to somebody else's receiver: passes on what is said, and breaks at every step for some of the recipients,
/// the first time each of them is named. It is written for our side, which pipelines MAIL, RCPT and DATA.
final class Breaker implements AutoCloseable {
    /// Where it breaks.
    enum Step { CONNECT, EHLO, MAIL, RCPT, DATA, BODY, DOT_LOST, DOT_TAKEN }

    /// How it breaks: an orderly end, a reset, or a 421 and an orderly end.
    enum Manner { CLOSE, RESET, SAY_421 }

    /// One way to break.
    record Break(Step step, Manner manner) {
        /// In the middle of a mail nobody listens; and whoever has answered the final dot has not broken.
        private boolean isPossible() {
            return manner != Manner.SAY_421 || (step != Step.BODY && step != Step.DOT_TAKEN);
        }

        /// Whether we cannot know what became of the mail. Ours are so short that their dot leaves in the same write: one who
        /// goes in the middle of the body goes after the dot, for us.
        boolean isAfterDot() {
            return manner != Manner.SAY_421 && step.compareTo(Step.BODY) >= 0;
        }
    }

    static final List<Break> ALL = all();
    private static final List<Break> FOR_CONNECTIONS = ALL.stream().filter(b -> b.step().compareTo(Step.MAIL) < 0).toList();
    private static final List<Break> FOR_RECIPIENTS = ALL.stream().filter(b -> b.step().compareTo(Step.MAIL) >= 0).toList();
    /// One connection of so many breaks before anybody is named.
    private static final int CONNECTIONS = 8;
    /// So many recipients of a destination pass for each that is broken.
    private static final int PASSING = 1;
    private static final Pattern NUMBER = Pattern.compile("<user(\\d+)@", Pattern.CASE_INSENSITIVE);
    private static final int BODY_LINES = 20;
    private static final int MAX_LINE_BYTES = 10_000;
    private static final int BACKLOG = 1_000;

    private final ServerSocket server;
    private final int sink;
    private final AtomicInteger connections = new AtomicInteger();
    private final Set<String> named = ConcurrentHashMap.newKeySet();
    private final Map<Break, AtomicInteger> struck = new ConcurrentHashMap<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private Breaker(ServerSocket server, int sink) {
        this.server = server;
        this.sink = sink;
    }

    private static List<Break> all() {
        List<Break> all = new ArrayList<>();
        for (Step step : Step.values()) for (Manner manner : Manner.values()) all.add(new Break(step, manner));
        return all.stream().filter(Break::isPossible).toList();
    }

    /// @param sink the port of the receiver behind it
    static Breaker before(int sink) throws IOException {
        Breaker breaker = new Breaker(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()), sink);
        Thread.ofVirtual().name("breaker").start(breaker::accept);
        return breaker;
    }

    int port() {
        return server.getLocalPort();
    }

    /// How often it broke so.
    int struck(Break one) {
        AtomicInteger times = struck.get(one);
        return times == null ? 0 : times.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Thread.ofVirtual().name("broken line").start(() -> pass(client));
            }
        } catch (IOException e) {
            // It was closed.
        }
    }

    private void pass(Socket client) {
        open.add(client);
        try (client; Line line = new Line(client)) {
            int number = connections.incrementAndGet();
            Break first = number % CONNECTIONS == 0
                    ? FOR_CONNECTIONS.get(number / CONNECTIONS % FOR_CONNECTIONS.size())
                    : null;
            if (first != null && first.step() == Step.CONNECT) {
                line.strike(first);
                return;
            }
            try (Socket receiver = new Socket(InetAddress.getLoopbackAddress(), sink)) {
                open.add(receiver);
                line.goesOnTo(receiver);
                line.reply();
                String hello = line.heard();
                if (first != null) {
                    line.strike(first);
                    return;
                }
                line.say(hello);
                line.reply();
                while (line.mail()) {}
            } finally {
                open.removeIf(Socket::isClosed);
            }
        } catch (IOException e) {
            // Either side has gone: so has the other.
        }
    }

    /// What is to be done to this recipient, now.
    private Break forRecipient(String rcpt) {
        Matcher number = NUMBER.matcher(rcpt);
        if (!number.find() || !named.add(number.group(1))) return PASS;
        int place = Integer.parseInt(number.group(1)) / Shop.DESTINATIONS % (FOR_RECIPIENTS.size() * (1 + PASSING));
        return place < FOR_RECIPIENTS.size() ? FOR_RECIPIENTS.get(place) : PASS;
    }

    /// Nothing is broken: no step of a mail comes before this one.
    private static final Break PASS = new Break(Step.CONNECT, Manner.CLOSE);

    /// Two sockets, line by line.
    private final class Line implements AutoCloseable {
        private final Socket client;
        private final InputStream fromClient;
        private final OutputStream toClient;
        private InputStream fromSink = InputStream.nullInputStream();
        private OutputStream toSink = OutputStream.nullOutputStream();

        Line(Socket client) throws IOException {
            this.client = client;
            client.setTcpNoDelay(true);
            this.fromClient = new BufferedInputStream(client.getInputStream());
            this.toClient = new BufferedOutputStream(client.getOutputStream());
        }

        void goesOnTo(Socket receiver) throws IOException {
            receiver.setTcpNoDelay(true);
            fromSink = new BufferedInputStream(receiver.getInputStream());
            toSink = new BufferedOutputStream(receiver.getOutputStream());
        }

        String heard() throws IOException {
            return line(fromClient);
        }

        void say(String line) throws IOException {
            put(toSink, line);
            toSink.flush();
        }

        /// Passes a whole reply on.
        String reply() throws IOException {
            String reply = line(fromSink);
            put(toClient, reply);
            while (reply.length() > 3 && reply.charAt(3) == '-') {
                reply = line(fromSink);
                put(toClient, reply);
            }
            toClient.flush();
            return reply;
        }

        /// One command, or one group and its mail. False when this line is done.
        boolean mail() throws IOException {
            String mail = heard();
            if (!mail.regionMatches(true, 0, "MAIL", 0, 4)) {
                say(mail);
                reply();
                return !mail.equalsIgnoreCase("QUIT");
            }
            String rcpt = heard();
            String data = heard();
            Break now = forRecipient(rcpt);
            if (strikesAt(Step.MAIL, now)) return false;
            say(mail);
            reply();
            if (strikesAt(Step.RCPT, now)) return false;
            say(rcpt);
            reply();
            if (strikesAt(Step.DATA, now)) return false;
            say(data);
            return !reply().startsWith("354") || body(now);
        }

        private boolean body(Break now) throws IOException {
            int lines = 0;
            for (String text = heard(); !text.equals("."); text = heard()) {
                put(toSink, text);
                if (++lines == BODY_LINES && strikesAt(Step.BODY, now)) return false;
            }
            if (strikesAt(Step.DOT_LOST, now)) return false;
            say(".");
            if (now.step() == Step.DOT_TAKEN && now != PASS) {
                line(fromSink);
                strike(now);
                return false;
            }
            reply();
            return true;
        }

        private boolean strikesAt(Step step, Break now) throws IOException {
            if (now == PASS || now.step() != step) return false;
            strike(now);
            return true;
        }

        void strike(Break now) throws IOException {
            struck.computeIfAbsent(now, _ -> new AtomicInteger()).incrementAndGet();
            switch (now.manner()) {
                case CLOSE -> client.close();
                case RESET -> {
                    client.setSoLinger(true, 0);
                    client.close();
                }
                case SAY_421 -> {
                    put(toClient, "421 4.3.2 closing");
                    toClient.flush();
                    client.close();
                }
            }
        }

        @Override
        public void close() throws IOException {
            open.remove(client);
        }
    }

    static void put(OutputStream out, String line) throws IOException {
        out.write(line.getBytes(ISO_8859_1));
        out.write('\r');
        out.write('\n');
    }

    /// Without its end.
    static String line(InputStream in) throws IOException {
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
