package todoku.delivery;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Prepares more recipients at once than are handed over at once: as many as this lane uses while what was asked is still
/// fresh. For one thread, the feeder.
final class LookAhead {
    /// Half of what a connection still takes: what is handed over may stand in line for a while.
    private static final long USABLE_MILLIS = 1_500;
    private static final int MAX_RECIPIENTS = 200;

    private final ContentSource source;
    private final BootClock clock;
    private Held.@Nullable Batch batch;
    private @Nullable Prepared prepared;
    private long askedAt;
    private int size;
    private int left;

    LookAhead(ContentSource source, BootClock clock) {
        this.source = source;
        this.clock = clock;
    }

    /// The contents of the next so many of this batch; the caller hands them over or asks again.
    Prepared of(Held.Batch wanted, int next) {
        Prepared known = prepared;
        boolean fresh = wanted == batch && clock.millis() - askedAt < USABLE_MILLIS;
        if (fresh && known != null && left >= next) return known;
        if (fresh) size *= 2;
        else if (wanted == batch) size -= left;
        size = Math.clamp(size, next, Math.max(next, MAX_RECIPIENTS));
        List<Recipient> recipients = List.copyOf(wanted.ahead.subList(0, Math.min(size, wanted.ahead.size())));
        prepared = null;
        long asked = clock.millis();
        known = source.prepare(wanted.mailing(), recipients);
        prepared = known;
        askedAt = asked;
        batch = wanted;
        left = recipients.size();
        return known;
    }

    /// When the contents last given were asked for, by the boot clock.
    long askedAt() {
        return askedAt;
    }

    /// These were handed over.
    void used(int recipients) {
        left -= recipients;
    }
}
