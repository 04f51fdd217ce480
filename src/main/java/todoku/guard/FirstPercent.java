package todoku.guard;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// はじめの1%の確認 of one mailing.
///
/// @param recipients how many it is
/// @param rated      results when it was judged
/// @param refused    errors among them
/// @param verdict    null while it is under way
public record FirstPercent(int recipients, int rated, int refused, @Nullable Verdict verdict, @Nullable Instant judgedAt) {
    public enum Verdict {
        PASSED,
        /// The rest waits for a person.
        FAILED,
        /// It had failed, and a person goes on all the same.
        CONFIRMED
    }
}
