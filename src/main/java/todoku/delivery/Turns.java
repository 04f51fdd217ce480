package todoku.delivery;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Who may ask the database next, when thousands of lanes want to, and how many connections all of them have.
///
/// Lanes that begin stand in one line, those that go on in another: thousands of small destinations do not slow down a
/// large one, nor mail of the first priority, and nobody waits so long for a connection to the database that it seems away.
final class Turns {
    /// Together fewer than the connections to the database: pages and verdicts need some too.
    private static final int BEGINNING = 8;
    private static final int GOING_ON = 22;
    /// From here on a connection that has nothing to do is closed soon, and few mails share one.
    private static final int MANY = 100;
    /// Nobody begins beyond: each one is a file descriptor, buffers, and a session at somebody's.
    private static final int MOST = 2_000;
    private static final long LOOK_NANOS = Duration.ofMillis(10).toNanos();

    private final Semaphore beginning = new Semaphore(BEGINNING, true);
    private final Semaphore goingOn = new Semaphore(GOING_ON, true);
    private final AtomicInteger lines = new AtomicInteger();

    /// For a lane that has nothing open: also waits while there are too many connections.
    /// @param wanted asked while it waits
    <T> T begin(BooleanSupplier wanted, Supplier<T> work) {
        beginning.acquireUninterruptibly();
        try {
            while (lines.get() >= MOST && wanted.getAsBoolean()) LockSupport.parkNanos(LOOK_NANOS);
            return work.get();
        } finally {
            beginning.release();
        }
    }

    /// For a lane that is at work, or of the first priority.
    <T> T goOn(Supplier<T> work) {
        goingOn.acquireUninterruptibly();
        try {
            return work.get();
        } finally {
            goingOn.release();
        }
    }

    /// So many connections more, or fewer.
    void opened(int change) {
        lines.addAndGet(change);
    }

    boolean areMany() {
        return lines.get() >= MANY;
    }
}
