package todoku.delivery;

import java.time.Duration;

/// How fast one destination may be pressed, for all lanes towards it: its rate, and its rests after a refusal about us.
/// Safe for many threads.
final class Throttle {
    private final int mailsPerSecond;
    private final long restNanos;
    private long restUntil = System.nanoTime();
    private double allowance = 1;
    private long allowanceAt = System.nanoTime();

    Throttle(Shaping shaping) {
        this.mailsPerSecond = shaping.mailsPerSecond();
        this.restNanos = shaping.rest().toNanos();
    }

    /// @return whether it begins now; a rest that goes on is made longer
    synchronized boolean rest() {
        boolean begins = !isResting();
        restUntil = System.nanoTime() + restNanos;
        return begins;
    }

    synchronized boolean isResting() {
        return restUntil - System.nanoTime() > 0;
    }

    /// How many may begin now.
    synchronized int allowed() {
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
        return mailsPerSecond == 0 ? 0 : Duration.ofSeconds(1).toNanos() / mailsPerSecond;
    }
}
