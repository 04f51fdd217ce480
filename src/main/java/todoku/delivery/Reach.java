package todoku.delivery;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/// Whether our own network reaches anybody: when several destinations in a row cannot be reached and no other has said a
/// word meanwhile, it is us. Safe for many threads.
final class Reach {
    /// So many different destinations do not all fail by themselves.
    static final int DESTINATIONS = 3;
    /// Somebody who spoke so lately proves that the network was well.
    static final long SILENCE_NANOS = Duration.ofSeconds(10).toNanos();
    /// After this the lanes themselves try again: those who failed may be dead, and everybody else be well.
    static final long CLOSED_NANOS = Duration.ofSeconds(30).toNanos();

    private static final int PROBED = 3;

    private final LongSupplier nanos;
    /// Since somebody spoke: who failed, by a domain to try.
    private final Map<Long, String> failed = new LinkedHashMap<>();
    private final ArrayDeque<String> reached = new ArrayDeque<>();
    private volatile long spokeAt;
    private volatile boolean quiet;
    private long closedAt;
    private boolean away;

    Reach(LongSupplier nanos) {
        this.nanos = nanos;
        this.spokeAt = nanos.getAsLong() - SILENCE_NANOS;
    }

    /// What a failure to reach somebody means.
    enum Failure {
        /// Their trouble, as far as we know.
        THEIRS,
        /// Perhaps ours: nobody has been reached since ours was known.
        DOUBTFUL,
        /// Ours.
        OURS
    }

    /// Somebody said something, whatever it was.
    /// @return whether our network had been away
    boolean spoke() {
        spokeAt = nanos.getAsLong();
        return quiet && recovered();
    }

    /// As above, after a connection was made for this domain.
    boolean spoke(String domain) {
        synchronized (this) {
            reached.remove(domain);
            reached.addFirst(domain);
            if (reached.size() > PROBED) reached.removeLast();
        }
        return spoke();
    }

    private synchronized boolean recovered() {
        boolean was = away;
        away = false;
        quiet = false;
        failed.clear();
        return was;
    }

    /// A destination could not be reached.
    synchronized Failure failed(long destination, String domain) {
        quiet = true;
        long now = nanos.getAsLong();
        if (now - spokeAt < SILENCE_NANOS) {
            failed.clear();
            return Failure.THEIRS;
        }
        failed.put(destination, domain);
        if (failed.size() < DESTINATIONS) return away ? Failure.DOUBTFUL : Failure.THEIRS;
        away = true;
        closedAt = now;
        return Failure.OURS;
    }

    /// Whether it is time that the lanes try again.
    synchronized boolean isLongClosed() {
        if (!away || nanos.getAsLong() - closedAt < CLOSED_NANOS) return false;
        failed.clear();
        return true;
    }

    /// Domains by which to find out whether the network is back: who was reached last, then who was not.
    synchronized List<String> probes() {
        return Stream.concat(reached.stream(), failed.values().stream()).distinct().limit(PROBED).toList();
    }
}
