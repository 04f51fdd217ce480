package todoku.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class JobsTest {
    private static final Duration SOON = Duration.ofNanos(1);
    private static final Duration NEVER = Duration.ofDays(1);

    private final List<String> log = new CopyOnWriteArrayList<>();

    @Test
    void a_job_that_throws_is_run_again_and_the_same_trouble_is_said_once() throws InterruptedException {
        var runs = new CountDownLatch(5);
        try (Jobs jobs = jobs(NEVER)) {
            jobs.every("sweeping", SOON, () -> {
                runs.countDown();
                throw new IllegalStateException("no broom");
            });
            runs.await();
        }
        assertThat(log).containsExactly("sweeping: no broom");
    }

    @Test
    void trouble_that_comes_back_after_a_good_run_is_said_again() throws InterruptedException {
        var runs = new CountDownLatch(6);
        var n = new AtomicInteger();
        try (Jobs jobs = jobs(NEVER)) {
            jobs.every("sweeping", SOON, () -> {
                runs.countDown();
                int run = n.getAndIncrement();
                if (run < 6 && run % 3 != 2) throw new IllegalStateException("no broom");
            });
            runs.await();
        }
        assertThat(log).containsExactly("sweeping: no broom", "sweeping: no broom");
    }

    @Test
    void closing_waits_for_the_run_at_hand_and_no_other_begins() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var ended = new AtomicInteger();
        var jobs = jobs(NEVER);
        var closing = new Thread(jobs::close);
        jobs.every("sweeping", SOON, () -> {
            begun.countDown();
            while (closing.getState() != Thread.State.TIMED_WAITING) Thread.onSpinWait();
            ended.incrementAndGet();
        });
        begun.await();
        closing.start();
        closing.join();
        assertThat(ended).hasValue(1);
    }

    @Test
    void a_run_that_does_not_end_is_interrupted_and_left() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        var jobs = jobs(Duration.ZERO);
        jobs.every("sweeping", NEVER, () -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        });
        begun.await();
        jobs.close();
        interrupted.await();
        assertThat(log).isEmpty();
    }

    @Test
    void a_slow_job_does_not_hold_up_another() throws InterruptedException {
        var slowEnds = new CountDownLatch(1);
        var other = new CountDownLatch(3);
        var slow = new AtomicBoolean();
        try (Jobs jobs = jobs(NEVER)) {
            jobs.every("slow", NEVER, () -> {
                slow.set(true);
                try {
                    slowEnds.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            jobs.every("other", SOON, other::countDown);
            other.await();
            slowEnds.countDown();
        }
        assertThat(slow).isTrue();
    }

    private Jobs jobs(Duration longestClose) {
        return new Jobs((job, trouble) -> log.add(job + ": " + trouble.getMessage()), longestClose);
    }
}
