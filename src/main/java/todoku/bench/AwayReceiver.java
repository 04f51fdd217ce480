package todoku.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// A receiver that goes away after some mails and comes back when it is told to: before `smtp-sink`, which takes what is
/// passed on. Nobody is cut after a final dot: whoever begins another mail is.
final class AwayReceiver implements AutoCloseable {
    /// How it is not there.
    enum Manner {
        /// Whoever connects is reset.
        RESETS,
        /// It greets with a 421 and closes (RFC 5321 §3.8).
        SAYS_421,
        /// It takes connections and says nothing.
        SILENT
    }

    private static final byte[] AWAY = "421 4.3.2 the system does not accept mail now\r\n".getBytes(US_ASCII);
    private static final byte[] MAIL = "MAIL FROM:".getBytes(US_ASCII);
    private static final int BACKLOG = 1_000;
    private static final int PIECE_BYTES = 16_384;

    private final ServerSocket server;
    private final int sink;
    private final int leavesAfter;
    private final Manner manner;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger mostServed = new AtomicInteger();
    private final AtomicInteger mails = new AtomicInteger();
    private final ConcurrentLinkedQueue<Long> knocks = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Long> drained = new ConcurrentLinkedQueue<>();
    private volatile boolean away;
    private volatile boolean back;
    private volatile long leftAt;

    private AwayReceiver(ServerSocket server, int sink, int leavesAfter, Manner manner) {
        this.server = server;
        this.sink = sink;
        this.leavesAfter = leavesAfter;
        this.manner = manner;
    }

    /// @param sink the port of the receiver behind it
    /// @param leavesAfter so many mails
    static AwayReceiver before(int sink, int leavesAfter, Manner manner) throws IOException {
        var receiver = new AwayReceiver(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()), sink, leavesAfter, manner);
        Thread.ofVirtual().name("receiver that goes away").start(receiver::accept);
        return receiver;
    }

    int port() {
        return server.getLocalPort();
    }

    boolean isAway() {
        return away;
    }

    /// By `System.nanoTime`; it is away.
    long leftAt() {
        return leftAt;
    }

    /// When somebody connected while it was away, by `System.nanoTime`.
    List<Long> knocks() {
        return List.copyOf(knocks);
    }

    /// When each mail was begun since it came back.
    List<Long> drained() {
        return List.copyOf(drained);
    }

    /// Connections at once since it came back.
    int mostServed() {
        return mostServed.get();
    }

    /// It is there again, and knows nothing of those who waited for its greeting.
    void comeBack() throws IOException {
        back = true;
        away = false;
        for (Socket socket : open) socket.close();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (away) turnAway(client);
                else Thread.ofVirtual().name("passed on").start(() -> pass(client));
            } catch (IOException e) {
                if (!server.isClosed()) System.err.println("a receiver that goes away takes no connection: " + e.getMessage());
            }
        }
    }

    private void turnAway(Socket client) throws IOException {
        knocks.add(System.nanoTime());
        switch (manner) {
            case RESETS -> reset(client);
            case SAYS_421 -> {
                client.getOutputStream().write(AWAY);
                client.close();
            }
            case SILENT -> open.add(client);
        }
    }

    private static void reset(Socket client) throws IOException {
        client.setSoLinger(true, 0);
        client.close();
    }

    private void pass(Socket client) {
        int now = served.incrementAndGet();
        if (back) mostServed.accumulateAndGet(now, Math::max);
        try (client; Socket there = new Socket(InetAddress.getLoopbackAddress(), sink)) {
            client.setTcpNoDelay(true);
            there.setTcpNoDelay(true);
            Thread.ofVirtual().name("replies").start(() -> replies(there, client));
            commands(client, there);
        } catch (IOException e) {
            // Either side has gone: so has the other.
        } finally {
            served.decrementAndGet();
        }
    }

    private static void replies(Socket from, Socket to) {
        try (to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // As above.
        }
    }

    /// Line by line, so that a new mail is seen before it is passed on.
    private void commands(Socket client, Socket there) throws IOException {
        InputStream in = new BufferedInputStream(client.getInputStream(), PIECE_BYTES);
        OutputStream out = new BufferedOutputStream(there.getOutputStream(), PIECE_BYTES);
        byte[] beginning = new byte[MAIL.length];
        int length = 0;
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (length < beginning.length) {
                beginning[length++] = (byte) next;
                if (length == beginning.length && java.util.Arrays.equals(beginning, MAIL) && !begins()) {
                    reset(client);
                    return;
                }
            }
            out.write(next);
            if (next == '\n') length = 0;
            if (in.available() == 0 && next == '\n') out.flush();
        }
    }

    /// Whether another mail may begin.
    private synchronized boolean begins() {
        if (away) return false;
        if (back) drained.add(System.nanoTime());
        else if (mails.incrementAndGet() > leavesAfter) {
            leftAt = System.nanoTime();
            away = true;
            return false;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) socket.close();
    }
}
