package todoku.delivery;

import java.util.Arrays;

/// How many a minute, from looks taken now and then. Its owner guards it.
final class Meter {
    private static final int LOOKS = 30;
    private static final double MINUTE_NANOS = 60e9;

    private final long[] at = new long[LOOKS];
    private final long[] totals = new long[LOOKS];
    private int newest;
    private long total;

    Meter(long now) {
        Arrays.fill(at, now);
    }

    void add(int number) {
        total += number;
    }

    void look(long now) {
        newest = (newest + 1) % LOOKS;
        at[newest] = now;
        totals[newest] = total;
    }

    /// Over the looks that are kept; a look every two seconds makes that a minute.
    int perMinute(long now) {
        int oldest = (newest + 1) % LOOKS;
        long nanos = now - at[oldest];
        return nanos <= 0 ? 0 : (int) Math.round((total - totals[oldest]) * MINUTE_NANOS / nanos);
    }
}
