package todoku.delivery;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mailing.Result;
import todoku.mailing.Results.Place;

/// A verdict in the words of the tables, as the journal keeps it: either an end, or waiting until a time.
/// @param batch the batch it came from; 0 for a waiting message
/// @param fence of the batch or waiting message when it was claimed
/// @param attempts how many were made, this one counted if it counts
/// @param due for one who waits
/// @param doubtful for one who waits: the mail may be theirs already
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
        Instant due,
        boolean doubtful) {

    Outcome {
        // PostgreSQL stores no NUL, and a certificate or a reply may contain one.
        reply = reply == null ? null : reply.replace("\0", "");
        at = at.truncatedTo(ChronoUnit.MILLIS);
        due = due.truncatedTo(ChronoUnit.MILLIS);
    }

    Outcome withoutReply() {
        return new Outcome(mailing, no, batch, fence, attempts, end, reason, null, at, due, doubtful);
    }

    Place place() {
        return new Place(mailing, no);
    }

    Key key() {
        return new Key(mailing.value(), no);
    }
}
