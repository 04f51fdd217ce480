package todoku.customer;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How far one export is, and how it ended.
///
/// @param departments whose groups the operator may see
/// @param masked      the operator may not see 個人情報, and the file has none
/// @param misspelled  lines with a character that the character set of the file does not have
/// @param keptUntil   when the file is deleted; null while it is written
public record ExportProgress(
        long id, long operator, String operatorName, Selection selection, List<String> columns, List<Long> departments, ExportFormat format,
        boolean masked, State state, int done, int total, int misspelled, Instant startedAt, @Nullable Instant endedAt,
        @Nullable Instant keptUntil) {

    public enum State { RUNNING, DONE, FAILED, STOPPED }

    public boolean running() {
        return state == State.RUNNING;
    }
}
