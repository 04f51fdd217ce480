package todoku.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A receiver that takes every connection and then gets nowhere with it.
final class StuckReceiver implements AutoCloseable {
    enum Way {
        /// Not a single octet.
        SILENT,
        /// A greeting that never ends, an octet every tenth of a second.
        DRIPPING
    }

    private static final Duration DRIP = Duration.ofMillis(100);
    private static final byte[] GREETING = "220-slow.example \r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int BACKLOG = 1_000;

    private final ServerSocket listener = new ServerSocket();
    private final Set<Socket> stuck = ConcurrentHashMap.newKeySet();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile Way way = Way.SILENT;

    StuckReceiver() throws IOException {
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        Thread.ofVirtual().name("stuck receiver").start(this::take);
    }

    int port() {
        return listener.getLocalPort();
    }

    void behave(Way from) {
        way = from;
    }

    /// How many connections stand at present.
    int holds() {
        return stuck.size();
    }

    /// Cuts all of them.
    void letGo() throws IOException {
        for (Socket socket : stuck) {
            stuck.remove(socket);
            socket.close();
        }
    }

    private void take() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                stuck.add(socket);
                if (way == Way.DRIPPING) Thread.ofVirtual().name("drip").start(() -> drip(socket));
            } catch (IOException e) {
                if (!listener.isClosed()) System.err.println("the stuck receiver takes no connection: " + e.getMessage());
            }
        }
    }

    private void drip(Socket socket) {
        try {
            for (int i = 0; !over.await(DRIP.toMillis(), TimeUnit.MILLISECONDS); i++) {
                socket.getOutputStream().write(GREETING[i % GREETING.length]);
            }
        } catch (IOException e) {
            stuck.remove(socket); // they have had enough
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        over.countDown();
        listener.close();
        letGo();
    }
}
