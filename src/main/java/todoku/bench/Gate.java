package todoku.bench;

import static todoku.bench.Breaker.line;
import static todoku.bench.Breaker.put;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A gate before somebody else's receiver: it decides by recipient who comes in, takes its time, and tells who was named
/// and whose mail came in whole. It is written for our side, which pipelines MAIL, RCPT and DATA.
final class Gate implements AutoCloseable {
    /// Whoever stands at the gate. Called by many threads.
    interface Keeper {
        /// What is said to RCPT of this recipient, in small letters; null lets him in.
        @Nullable String named(String address) throws IOException;

        /// A final dot for this recipient has arrived, and was answered 250.
        ///
        /// @param at of the dot, as [System#nanoTime] tells it
        void taken(String address, long at);
    }

    private static final Pattern RECIPIENT = Pattern.compile("<([^>]+)>");
    private static final int BACKLOG = 1_000;

    private final ServerSocket server;
    private final int sink;
    private final int restMillis;
    private final Keeper keeper;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private Gate(ServerSocket server, int sink, int restMillis, Keeper keeper) {
        this.server = server;
        this.sink = sink;
        this.restMillis = restMillis;
        this.keeper = keeper;
    }

    /// @param sink the port of the receiver behind it
    /// @param restMillis before RCPT is answered
    static Gate before(int sink, int restMillis, Keeper keeper) throws IOException {
        Gate gate = new Gate(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()), sink, restMillis, keeper);
        Thread.ofVirtual().name("gate").start(gate::accept);
        return gate;
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Thread.ofVirtual().name("at the gate").start(() -> pass(client));
            }
        } catch (IOException e) {
            // It was closed.
        }
    }

    private void pass(Socket client) {
        open.add(client);
        try (client; Socket receiver = new Socket(InetAddress.getLoopbackAddress(), sink)) {
            open.add(receiver);
            Line line = new Line(client, receiver);
            line.reply();
            while (line.command()) {}
        } catch (IOException e) {
            // Either side has gone: so has the other.
        } finally {
            open.removeIf(Socket::isClosed);
        }
    }

    /// Two sockets, line by line.
    private final class Line {
        private final InputStream fromClient;
        private final OutputStream toClient;
        private final InputStream fromSink;
        private final OutputStream toSink;

        Line(Socket client, Socket receiver) throws IOException {
            client.setTcpNoDelay(true);
            receiver.setTcpNoDelay(true);
            fromClient = new BufferedInputStream(client.getInputStream());
            toClient = new BufferedOutputStream(client.getOutputStream());
            fromSink = new BufferedInputStream(receiver.getInputStream());
            toSink = new BufferedOutputStream(receiver.getOutputStream());
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

        private String ask(String command) throws IOException {
            put(toSink, command);
            toSink.flush();
            return reply();
        }

        /// One command, or one group and its mail. False when this line is done.
        boolean command() throws IOException {
            String command = line(fromClient);
            if (!command.regionMatches(true, 0, "MAIL", 0, 4)) {
                ask(command);
                return !command.equalsIgnoreCase("QUIT");
            }
            String rcpt = line(fromClient);
            String data = line(fromClient);
            String address = address(rcpt);
            if (restMillis > 0) Programs.rest(restMillis);
            String refusal = keeper.named(address);
            if (refusal != null) {
                put(toClient, "250 2.1.0 Ok");
                put(toClient, refusal);
                put(toClient, "554 5.5.1 no valid recipients");
                toClient.flush();
                return true;
            }
            ask(command);
            ask(rcpt);
            if (ask(data).startsWith("354")) body(address);
            return true;
        }

        private void body(String address) throws IOException {
            for (String text = line(fromClient); !text.equals("."); text = line(fromClient)) put(toSink, text);
            long at = System.nanoTime();
            if (ask(".").startsWith("250")) keeper.taken(address, at);
        }
    }

    private static String address(String rcpt) throws IOException {
        Matcher recipient = RECIPIENT.matcher(rcpt);
        if (!recipient.find()) throw new IOException("nobody is named: " + rcpt);
        return recipient.group(1).toLowerCase(Locale.ROOT);
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) socket.close();
    }
}
