package todoku.delivery;

/// An even rate: so many a second, and little saved up. Its owner guards it; it knows no clock.
final class Tokens {
    private static final double NANOS = 1e9;
    /// What may be saved up: a tenth of a second's worth.
    private static final double SAVED = 0.1;

    /// At least one beside the one in hand: who comes a little late loses nothing.
    private static final double LEAST_SAVED = 2;

    private double perSecond;
    private double tokens = 1;
    private long at;

    Tokens(double perSecond, long now) {
        this.perSecond = perSecond;
        this.at = now;
    }

    void rate(double changed) {
        perSecond = changed;
    }

    boolean isUnlimited() {
        return perSecond == 0;
    }

    /// How many may be taken now.
    int available(long now) {
        if (isUnlimited()) return Integer.MAX_VALUE;
        tokens = Math.min(Math.max(LEAST_SAVED, perSecond * SAVED), tokens + perSecond * (now - at) / NANOS);
        at = now;
        return (int) Math.max(0, tokens);
    }

    /// More than there are may be taken; then it lasts longer until there are some again.
    void take(int number) {
        if (!isUnlimited()) tokens -= number;
    }

    /// Until one is there.
    long waitNanos(long now) {
        return available(now) > 0 ? 0 : (long) Math.ceil((1 - tokens) / perSecond * NANOS);
    }
}
