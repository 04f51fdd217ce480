package todoku.job;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/// Runs each job on a thread of its own, one run at a time, with a pause after each run, until it is closed.
/// A run that throws is said in the log and changes nothing: the next one comes after the same pause.
public final class Jobs implements AutoCloseable {
    /// Whoever stops the program waits no longer than this for runs at hand; the plan of a large campaign ends well within it.
    static final Duration LONGEST_CLOSE = Duration.ofMinutes(1);

    private static final System.Logger LOG = System.getLogger(Jobs.class.getName());

    private final BiConsumer<String, Throwable> log;
    private final Duration longestClose;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    public Jobs() {
        this((_, _) -> {});
    }

    /// @param told of each trouble once, beside the log
    public Jobs(BiConsumer<String, Throwable> told) {
        this(
                (job, trouble) -> {
                    LOG.log(Level.WARNING, job + " stands still, and tries again", trouble);
                    told.accept(job, trouble);
                },
                LONGEST_CLOSE);
    }

    Jobs(BiConsumer<String, Throwable> log, Duration longestClose) {
        this.log = log;
        this.longestClose = longestClose;
    }

    /// Begins a job at once. Its name is what the log calls it.
    public void every(String name, Duration pause, Runnable work) {
        threads.add(Thread.ofVirtual().name(name).start(() -> repeat(name, pause, work)));
    }

    private void repeat(String name, Duration pause, Runnable work) {
        var troubles = new Troubles();
        try {
            do {
                try {
                    work.run();
                    troubles.clear();
                } catch (RuntimeException | Error e) {
                    if (troubles.isNew(e)) log.accept(name, e);
                }
            } while (!closing.await(pause.toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// No run begins any more; returns when those at hand have ended. One that does not end in time is interrupted and left.
    @Override
    public void close() {
        closing.countDown();
        long begun = System.nanoTime();
        try {
            for (Thread thread : threads)
                if (!thread.join(longestClose.minusNanos(System.nanoTime() - begun))) thread.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
