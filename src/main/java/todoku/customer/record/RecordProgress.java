package todoku.customer.record;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import todoku.customer.ImportKey;
import todoku.customer.LineClass;

/// How far one import of records is, and how it ended. A `FAILED` one registered nothing and says in `why` what to mend.
///
/// @param keptUntil when its lines are forgotten; null while it has not ended
public record RecordProgress(
        long id, long kind, String kindLabel, String fileName, State state, ImportKey customerBy, boolean overwrite, String charset,
        List<String> header, int linesDone, int linesTotal, int success, int failure, int other, @Nullable String why,
        Instant startedAt, @Nullable Instant endedAt, @Nullable Instant keptUntil) {
    /// What can become of a line of records.
    public static final List<LineClass> CLASSES = List.of(LineClass.SUCCESS, LineClass.FAILURE, LineClass.OTHER);

    public enum State { RUNNING, DONE, FAILED }

    public int count(LineClass lineClass) {
        return switch (lineClass) {
            case SUCCESS -> success;
            case FAILURE -> failure;
            case OTHER -> other;
            case UNSUBSCRIBED -> 0;
        };
    }

    /// Whether its lines can still be had.
    public boolean hasLines(Instant now) {
        return keptUntil != null && keptUntil.isAfter(now);
    }
}
