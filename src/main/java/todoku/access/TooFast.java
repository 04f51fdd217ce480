package todoku.access;

/// A key has sent all the requests of its minute.
public final class TooFast extends RuntimeException {
    private final int limit;
    private final int seconds;

    TooFast(int limit, int seconds) {
        super(limit + " requests a minute");
        this.limit = limit;
        this.seconds = seconds;
    }

    public int limit() {
        return limit;
    }

    /// Until it may ask again.
    public int seconds() {
        return seconds;
    }
}
