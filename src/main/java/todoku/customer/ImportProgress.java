package todoku.customer;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How far one import is, and how it ended. A `FAILED` one registered nothing and says in `why` what to mend in the file.
///
/// @param consentSource where those agreed who become 配信中 again by it, in the operator's words
/// @param charset as Java names it; empty when the file could not be read
/// @param header of the file, as far as it could be read
/// @param keptUntil when its lines are forgotten; null while it has not ended
public record ImportProgress(long id, String fileName, State state, ImportMode mode, ImportKey key, @Nullable String consentSource, String charset,
                             ImportReading reading, List<String> header, int linesDone, int linesTotal,
                             int success, int unsubscribed, int failure, int other,
                             @Nullable String why, Instant startedAt, @Nullable Instant endedAt, @Nullable Instant keptUntil) {

    public enum State {
        /// Others are before it.
        QUEUED,
        RUNNING,
        PAUSED,
        DONE,
        FAILED,
        /// Somebody ended it: the lines done so far stand.
        STOPPED
    }

    /// Whether something will still be registered, now or when somebody lets it go on.
    public boolean open() {
        return state == State.QUEUED || state == State.RUNNING || state == State.PAUSED;
    }

    /// Whether the lines of its classes are there.
    public boolean kept(Instant now) {
        return keptUntil != null && !keptUntil.isBefore(now);
    }

    /// A column whose meaning the operator chose, and the key of the text of that meaning.
    public record Chosen(String header, String textKey) {}

    /// In the order of the file.
    public List<Chosen> chosen() {
        return reading.columns().entrySet().stream()
                .filter(each -> each.getKey() < header.size())
                .map(each -> new Chosen(header.get(each.getKey()), ImportReading.textKey(each.getValue())))
                .toList();
    }

    public int count(LineClass lineClass) {
        return switch (lineClass) {
            case SUCCESS -> success;
            case UNSUBSCRIBED -> unsubscribed;
            case FAILURE -> failure;
            case OTHER -> other;
        };
    }
}
