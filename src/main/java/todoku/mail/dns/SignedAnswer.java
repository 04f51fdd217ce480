package todoku.mail.dns;

import java.time.Duration;
import java.util.List;

/// What DNS said, and whether signatures prove it (DNSSEC).
public sealed interface SignedAnswer<T> {
    /// Proved, for so long; empty when it is proved that there are none.
    record Proved<T>(List<T> records, Duration keep) implements SignedAnswer<T> {
        /// Keeps its own copy.
        public Proved {
            records = List.copyOf(records);
        }
    }

    /// Nobody signs there.
    record Unsigned<T>(Duration keep) implements SignedAnswer<T> {}

    /// Wrong signatures, or no answer.
    record Unknown<T>(String why) implements SignedAnswer<T> {}
}
