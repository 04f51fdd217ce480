package todoku.customer;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How far one import is, and how it ended. A `FAILED` one registered nothing and says in `why` what to mend in the file.
///
/// @param consentSource where those agreed who become 配信中 again by it, in the operator's words
public record ImportProgress(long id, String fileName, State state, boolean overwrite, ImportKey key, @Nullable String consentSource, String charset, int linesDone, int linesTotal,
                             int success, int unsubscribed, int failure, int other,
                             @Nullable String why, Instant startedAt, @Nullable Instant endedAt) {

    public enum State { RUNNING, DONE, FAILED }

    public int count(LineClass lineClass) {
        return switch (lineClass) {
            case SUCCESS -> success;
            case UNSUBSCRIBED -> unsubscribed;
            case FAILURE -> failure;
            case OTHER -> other;
        };
    }
}
