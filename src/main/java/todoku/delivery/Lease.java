package todoku.delivery;

import java.time.Duration;

/// How long a claim lasts. The database sets and compares it by its own clock; the holder counts from before it asked.
final class Lease {
    static final Duration LENGTH = Duration.ofSeconds(60);
    static final Duration RENEWAL = Duration.ofSeconds(10);
    /// No final dot with less than this left: the reply must be committed before anybody else may take over.
    static final Duration DOT_RESERVE = Duration.ofSeconds(20);

    private final BootClock clock;
    private volatile long endsAt;
    private volatile boolean lost;

    Lease(BootClock clock, long askedAt) {
        this.clock = clock;
        this.endsAt = askedAt + LENGTH.toMillis();
    }

    void renewed(long askedAt) {
        endsAt = askedAt + LENGTH.toMillis();
    }

    void lost() {
        lost = true;
    }

    boolean isLost() {
        return lost;
    }

    boolean allowsDot() {
        return !lost && endsAt - clock.millis() >= DOT_RESERVE.toMillis();
    }
}
