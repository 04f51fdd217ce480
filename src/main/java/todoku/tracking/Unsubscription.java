package todoku.tracking;

import java.time.Instant;

/// What it means that the recipient of a mailing wants no more. When it returns, this is on disk; twice is the same as
/// once. What it throws is answered as an error, and the mailbox provider asks again.
@FunctionalInterface
public interface Unsubscription {
    void unsubscribe(long mailing, int no, Instant at);
}
