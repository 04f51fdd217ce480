package todoku.delivery;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import todoku.delivery.EngineMeasures.Ended;

/// Counts since the start, for metrics: how attempts ended, by provider, and what commits took.
final class Counts {
    private final Map<String, EnumMap<Ended, LongAdder>> attempts = new ConcurrentHashMap<>();
    private final LongAdder commits = new LongAdder();
    private final LongAdder commitNanos = new LongAdder();
    private final LongAdder committed = new LongAdder();

    void ended(String provider, Verdict verdict) {
        LongAdder count = attempts.computeIfAbsent(provider, _ -> nothing()).get(ended(verdict));
        if (count != null) count.increment();
    }

    private static EnumMap<Ended, LongAdder> nothing() {
        var counts = new EnumMap<Ended, LongAdder>(Ended.class);
        for (Ended each : Ended.values()) counts.put(each, new LongAdder());
        return counts;
    }

    private static Ended ended(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Delivered _ -> Ended.ACCEPTED;
            case Verdict.Refused _, Verdict.Unroutable _ -> Ended.FAILED;
            case Verdict.Deferred _, Verdict.NotSafe _ -> Ended.DEFERRED;
            case Verdict.LaneBlocked _ -> Ended.BLOCKED;
            case Verdict.Unknown _ -> Ended.UNKNOWN;
            case Verdict.Skipped _ -> Ended.SKIPPED;
            case Verdict.HandedBack _ -> Ended.HANDED_BACK;
        };
    }

    void committed(int verdicts, long nanos) {
        commits.increment();
        commitNanos.add(nanos);
        committed.add(verdicts);
    }

    Map<String, Map<Ended, Long>> attempts() {
        Map<String, Map<Ended, Long>> all = new TreeMap<>();
        attempts.forEach((provider, counts) -> {
            Map<Ended, Long> sums = new EnumMap<>(Ended.class);
            counts.forEach((ended, count) -> sums.put(ended, count.sum()));
            all.put(provider, sums);
        });
        return all;
    }

    EngineMeasures.Commits commits() {
        return new EngineMeasures.Commits(commits.sum(), commitNanos.sum(), committed.sum());
    }
}
