package todoku.mailing;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import todoku.event.AddressId;
import todoku.event.MailingId;
import todoku.event.Reason;

/// How one recipient ended.
/// @param address of the recipient; null when the caller does not have it at hand
public record Result(
        MailingId mailing,
        int no,
        State state,
        @Nullable Reason reason,
        @Nullable Long replyId,
        int attempts,
        Instant at,
        @Nullable AddressId address) {

    public Result(
            MailingId mailing, int no, State state, @Nullable Reason reason, @Nullable Long replyId, int attempts, Instant at) {
        this(mailing, no, state, reason, replyId, attempts, at, null);
    }

    Result with(Recipients.@Nullable Who who) {
        return new Result(mailing, no, state, reason, replyId, attempts, at, who == null ? null : who.address());
    }

    public enum State {
        DELIVERED,
        FAILED,
        SKIPPED,
        UNKNOWN
    }
}
