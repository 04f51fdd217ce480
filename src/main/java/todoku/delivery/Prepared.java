package todoku.delivery;

import java.time.Instant;

/// Recipients whose mails can be composed, one by one, by several threads. It is used for at most three seconds.
public interface Prepared {
    /// The mail of one recipient. Number, Message-ID (without brackets) and Date are the same on every attempt.
    Composition compose(int no, String messageId, Instant datedAt);
}
