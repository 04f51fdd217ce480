package todoku.mail.smtp;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The time limit of one socket, for whole steps in both directions: a socket's own timeout restarts with every byte
/// and does not cover writing. One thread looks at all sockets and closes those that are late, so that setting a limit
/// costs one write to memory.
final class Deadline implements AutoCloseable {
    /// How late a deadline may be noticed.
    private static final long LOOK_EVERY_MILLIS = 100;

    private static final Set<Deadline> ALL = ConcurrentHashMap.newKeySet();

    static {
        Thread.ofPlatform().daemon().name("smtp-deadlines").start(Deadline::watch);
    }

    private final Socket socket;
    private volatile long until; // nanoTime, 0 for none
    private volatile boolean passed;

    Deadline(Socket socket) {
        this.socket = socket;
        ALL.add(this);
    }

    void in(long nanos) {
        long at = System.nanoTime() + nanos;
        until = at == 0 ? 1 : at;
    }

    void none() {
        until = 0;
    }

    boolean passed() {
        return passed;
    }

    @Override
    public void close() {
        ALL.remove(this);
    }

    /// Centuries overflow a long; nobody waits that long.
    static long nanos(Duration duration) {
        return Math.min(duration.toMillis(), Duration.ofDays(1).toMillis()) * 1_000_000L;
    }

    private static void watch() {
        while (true) {
            long now = System.nanoTime();
            for (Deadline deadline : ALL) deadline.enforce(now);
            try {
                Thread.sleep(LOOK_EVERY_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void enforce(long now) {
        long at = until;
        if (at == 0 || now - at < 0) return;
        passed = true;
        ALL.remove(this);
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed as far as we are concerned.
        }
    }
}
