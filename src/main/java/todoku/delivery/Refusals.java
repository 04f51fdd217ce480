package todoku.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import todoku.event.MailingId;
import todoku.event.Reason;

/// Counts by mailing and destination how many of the latest attempts ended in a refusal about us. Safe for many threads.
final class Refusals {
    /// Attempts of the last five to ten minutes count.
    private static final Duration PERIOD = Duration.ofMinutes(5);
    /// Fewer destinations say nothing about us: their lanes rest.
    private static final int DESTINATIONS = 3;

    private Map<Long, Map<Long, Tally>> latest = new HashMap<>();
    private Map<Long, Map<Long, Tally>> before = new HashMap<>();
    private Instant turnAt = Instant.EPOCH;

    private static final class Tally {
        private int attempts;
        private int refusals;
        private String reply = "";
    }

    /// An attempt has ended.
    synchronized void ended(MailingId mailing, long destination, Verdict verdict, Instant now) {
        switch (verdict) {
            case Verdict.LaneBlocked(var reply, Reason reason, _, _) when reason != Reason.RATE_LIMITED -> {
                Tally tally = tally(mailing, destination, now);
                tally.attempts++;
                tally.refusals++;
                tally.reply = ReplyClassifier.stored(reply);
            }
            case Verdict.Delivered _, Verdict.Refused _, Verdict.LaneBlocked _ -> tally(mailing, destination, now).attempts++;
            case Verdict.Deferred _, Verdict.NotSafe _, Verdict.Unroutable _, Verdict.HandedBack _, Verdict.Skipped _, Verdict.Unknown _ -> {}
        }
    }

    private Tally tally(MailingId mailing, long destination, Instant now) {
        turn(now);
        return latest.computeIfAbsent(mailing.value(), _ -> new HashMap<>()).computeIfAbsent(destination, _ -> new Tally());
    }

    private void turn(Instant now) {
        if (now.isBefore(turnAt)) return;
        before = now.isBefore(turnAt.plus(PERIOD)) ? latest : new HashMap<>();
        latest = new HashMap<>();
        turnAt = now.plus(PERIOD);
    }

    /// Mailings that most destinations mostly refuse.
    synchronized List<RefusedMailing> most(Instant now) {
        turn(now);
        List<RefusedMailing> most = new ArrayList<>();
        Map<Long, Map<Long, Tally>> all = new HashMap<>();
        for (var part : List.of(before, latest)) part.forEach((mailing, tallies) -> add(tallies, all.computeIfAbsent(mailing, _ -> new HashMap<>())));
        all.forEach((mailing, tallies) -> {
            List<Tally> refusing = tallies.values().stream().filter(t -> 2 * t.refusals > t.attempts).toList();
            if (refusing.size() < DESTINATIONS || 2 * refusing.size() <= tallies.size()) return;
            most.add(new RefusedMailing(new MailingId(mailing), refusing.size(), tallies.size(), refusing.getLast().reply));
        });
        return most;
    }

    private static void add(Map<Long, Tally> from, Map<Long, Tally> to) {
        from.forEach((destination, tally) -> {
            Tally sum = to.computeIfAbsent(destination, _ -> new Tally());
            sum.attempts += tally.attempts;
            sum.refusals += tally.refusals;
            if (!tally.reply.isEmpty()) sum.reply = tally.reply;
        });
    }

    /// It is paused: what was counted counts no more.
    synchronized void forget(MailingId mailing) {
        latest.remove(mailing.value());
        before.remove(mailing.value());
    }
}
