package todoku.mailing;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import todoku.event.MailingId;
import todoku.event.Reason;

/// How one recipient ended.
public record Result(
        MailingId mailing,
        int no,
        State state,
        @Nullable Reason reason,
        @Nullable Long replyId,
        int attempts,
        Instant at) {

    public enum State {
        DELIVERED,
        FAILED,
        SKIPPED,
        UNKNOWN
    }
}
