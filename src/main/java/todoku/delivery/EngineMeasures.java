package todoku.delivery;

import java.util.Map;

/// What metrics ask of the engine of this node. Nothing is asked of the database.
/// @param attempts since the start, by provider
/// @param lanes as they are now, by provider
/// @param dialogues mails in a dialogue now
/// @param journalUsed of so many `journalSlots`
/// @param transcriptsDropped dialogues that were not kept because they came too fast
public record EngineMeasures(
        Map<String, Map<Ended, Long>> attempts, Map<String, Lanes> lanes, int dialogues, long journalUsed, long journalSlots, Commits commits,
        long transcriptsDropped, boolean standsStill) {
    /// How an attempt ended.
    public enum Ended {
        ACCEPTED,
        FAILED,
        DEFERRED,
        /// A refusal about us: nobody's attempt.
        BLOCKED,
        UNKNOWN,
        SKIPPED,
        HANDED_BACK
    }

    /// The destinations of one provider.
    public record Lanes(int all, int slowed, int resting, int connections) {
        Lanes with(Pace pace) {
            boolean rests = pace.isResting();
            return new Lanes(
                    all + 1, slowed + (pace.why() != null && !rests ? 1 : 0), resting + (rests ? 1 : 0), connections + pace.open());
        }
    }

    /// Since the start.
    /// @param verdicts stored by them
    public record Commits(long count, long nanos, long verdicts) {}
}
