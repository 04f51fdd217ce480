package todoku.delivery;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mailing.Result;

/// A verdict in the words of the tables, as the journal keeps it: either an end, or waiting until a time.
/// @param batch the batch it came from; 0 for a waiting message
/// @param fence of the batch or waiting message when it was claimed
/// @param attempts how many were made, this one counted if it counts
/// @param due for one who waits
record Outcome(
        MailingId mailing,
        int no,
        long batch,
        long fence,
        int attempts,
        Result.@Nullable State end,
        @Nullable Reason reason,
        @Nullable String reply,
        Instant at,
        Instant due) {

    Outcome {
        at = at.truncatedTo(ChronoUnit.MILLIS);
        due = due.truncatedTo(ChronoUnit.MILLIS);
    }

    Key key() {
        return new Key(mailing.value(), no);
    }
}
