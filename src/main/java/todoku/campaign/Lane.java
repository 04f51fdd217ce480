package todoku.campaign;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import todoku.delivery.Why;

/// How far one campaign is towards one destination.
///
/// @param waiting for a later attempt, a part of remaining
/// @param due     the earliest of those attempts
/// @param reply   what the other server said last, word for word
/// @param why     what slows the destination down; null when nothing does
/// @param others  how many destinations this row stands for; 1 for one of its own
public record Lane(
        String destination, int planned, int remaining, int waiting, @Nullable Instant due, @Nullable String reply, @Nullable Why why, int others) {
    Lane slowed(@Nullable Why by) {
        return new Lane(destination, planned, remaining, waiting, due, reply, by, others);
    }

    public int done() {
        return planned - remaining;
    }
}
