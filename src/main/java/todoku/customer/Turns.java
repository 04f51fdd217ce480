package todoku.customer;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongConsumer;

/// Jobs worked on in the background, one after the other, each by its number.
final class Turns implements AutoCloseable {
    private final ExecutorService thread;
    private final LongConsumer work;
    private volatile boolean closing;

    /// @param work does one job; it looks at [#closing] now and then, and goes on at the next start
    Turns(String name, LongConsumer work) {
        this.thread = Executors.newSingleThreadExecutor(Thread.ofVirtual().name(name).factory());
        this.work = work;
    }

    /// Behind those that wait.
    void take(long job) {
        thread.execute(() -> {
            if (!closing) work.accept(job);
        });
    }

    /// What a restart has cut off.
    void take(List<Long> jobs) {
        jobs.forEach(this::take);
    }

    boolean closing() {
        return closing;
    }

    /// Waits for the one under way to notice; the others are not begun.
    @Override
    public void close() {
        closing = true;
        thread.close();
    }
}
