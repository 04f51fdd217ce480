package todoku.delivery;

import java.time.Duration;

/// How fast one destination may be pressed, for all lanes towards it: its rate, and its rests after a refusal about us.
/// Safe for many threads.
final class Throttle {
    private volatile Shaping shaping;
    private long restUntil = System.nanoTime();
    private double allowance = 1;
    private long allowanceAt = System.nanoTime();

    Throttle(Shaping shaping) {
        this.shaping = shaping;
    }

    Shaping shaping() {
        return shaping;
    }

    void shape(Shaping changed) {
        shaping = changed;
    }

    /// @return whether it begins now; a rest that goes on is made longer
    synchronized boolean rest() {
        boolean begins = !isResting();
        restUntil = System.nanoTime() + shaping.rest().toNanos();
        return begins;
    }

    synchronized boolean isResting() {
        return restUntil - System.nanoTime() > 0;
    }

    /// How many may begin now.
    synchronized int allowed() {
        int mailsPerSecond = shaping.mailsPerSecond();
        if (mailsPerSecond == 0) return Integer.MAX_VALUE;
        long now = System.nanoTime();
        allowance = Math.min(Math.max(1, mailsPerSecond / 10.0), allowance + mailsPerSecond * (now - allowanceAt) / 1e9);
        allowanceAt = now;
        return (int) Math.max(0, allowance);
    }

    synchronized void begun(int mails) {
        allowance -= mails;
    }

    /// Until another one may begin.
    long pauseNanos() {
        int mailsPerSecond = shaping.mailsPerSecond();
        return mailsPerSecond == 0 ? 0 : Duration.ofSeconds(1).toNanos() / mailsPerSecond;
    }
}
