package todoku.customer;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How far an act on many customers is.
///
/// @param departments customers in groups of others are not deleted
/// @param changed     those with whom something was done; the others were so already
public record BulkProgress(
        long id, long operator, String operatorName, List<Long> departments, BulkOrder order, State state, long after, long upto, int total,
        int done, int changed, Instant startedAt, @Nullable Instant endedAt) {

    public enum State { RUNNING, DONE, FAILED, STOPPED }

    public boolean running() {
        return state == State.RUNNING;
    }
}
