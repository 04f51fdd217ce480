package todoku.campaign;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How far one campaign is towards one destination.
///
/// @param waiting for a later attempt, a part of remaining
/// @param due     the earliest of those attempts
/// @param reply   what the other server said last, word for word
/// @param others  how many destinations this row stands for; 1 for one of its own
public record Lane(
        String destination, int planned, int remaining, int waiting, @Nullable Instant due, @Nullable String reply, int others) {
    public int done() {
        return planned - remaining;
    }
}
