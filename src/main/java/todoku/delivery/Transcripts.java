package todoku.delivery;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import todoku.delivery.TranscriptTable.Ended;
import todoku.delivery.TranscriptTable.Kept;
import todoku.mail.smtp.Dialogue;

/// Chooses the dialogues that are kept: every one that did not end well, and of the others the first of a destination in
/// an hour and one in a thousand. Nobody ever waits for it: what comes too fast is dropped and counted.
final class Transcripts {
    private static final int ONE_IN = 1_000;
    private static final int QUEUED = 2_000;
    /// Written at once: with one round a second, what the database spends on it has a limit.
    private static final int AT_ONCE = 500;
    private static final int WRITTEN_BETWEEN_TIDYING = 10_000;
    private static final long HOUR_SECONDS = Duration.ofHours(1).toSeconds();

    private final TranscriptTable table;
    private final InstantSource clock;
    private final ArrayBlockingQueue<Kept> queue = new ArrayBlockingQueue<>(QUEUED);
    private final Map<Long, Long> sampledHours = new ConcurrentHashMap<>();
    private final LongAdder dropped = new LongAdder();
    private int sinceTidying;

    Transcripts(TranscriptTable table, InstantSource clock) {
        this.table = table;
        this.clock = clock;
    }

    /// In the thread that spoke.
    void ended(Opened opened, long destination, Verdict verdict) {
        Dialogue dialogue = Dialogue.current();
        if (dialogue == null || !dialogue.isHeard()) return;
        Ended ended = ended(verdict, dialogue);
        if (ended != null && (ended != Ended.DELIVERED || isSampled(destination))) keep(opened, ended, dialogue);
        dialogue.told();
    }

    private static @Nullable Ended ended(Verdict verdict, Dialogue dialogue) {
        return switch (verdict) {
            case Verdict.Delivered _ -> Ended.DELIVERED;
            case Verdict.Refused _ -> Ended.REFUSED;
            case Verdict.Deferred _ -> Ended.DEFERRED;
            case Verdict.LaneBlocked _ -> Ended.BLOCKED;
            case Verdict.Unknown _ -> Ended.CUT;
            case Verdict.NotSafe _ -> Ended.NOT_SAFE;
            case Verdict.HandedBack _ -> dialogue.isCut() ? Ended.HANDED_BACK : null;
            case Verdict.Unroutable _, Verdict.Skipped _ -> null;
        };
    }

    private boolean isSampled(long destination) {
        long hour = clock.instant().getEpochSecond() / HOUR_SECONDS;
        Long last = sampledHours.get(destination);
        if (last != null && last == hour) return ThreadLocalRandom.current().nextInt(ONE_IN) == 0;
        sampledHours.put(destination, hour);
        return true;
    }

    private void keep(Opened opened, Ended ended, Dialogue dialogue) {
        if (queue.remainingCapacity() == 0) {
            dropped.increment();
            return;
        }
        Kept kept = new Kept(
                opened.held().mailing().value(),
                opened.recipient().no(),
                clock.instant(),
                opened.attemptsBefore() + 1,
                ended,
                dialogue.transcript());
        if (!queue.offer(kept)) dropped.increment();
    }

    /// Writes some of what was kept. One caller at a time, once a second.
    void write() {
        List<Kept> next = new ArrayList<>();
        queue.drainTo(next, AT_ONCE);
        table.write(next);
        sinceTidying += next.size();
        if (sinceTidying < WRITTEN_BETWEEN_TIDYING) return;
        sinceTidying = 0;
        table.forgetOld();
    }

    long dropped() {
        return dropped.sum();
    }
}
