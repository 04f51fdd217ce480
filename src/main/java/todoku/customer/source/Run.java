package todoku.customer.source;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One synchronisation.
///
/// @param all      everything was read, not only what changed
/// @param approved a person has seen how many vanished, and they leave
/// @param importId what was registered; null: nothing was yet
/// @param vanishingId the import that took those out who vanished
/// @param read     rows of the result
/// @param vanished those this source had brought whose rows were not there
/// @param brought  of so many
/// @param detail   what a server said, word for word
public record Run(
        long id, long source, Instant startedAt, @Nullable Instant endedAt, @Nullable String startedBy, State state, boolean all, boolean approved, int attempts,
        @Nullable Long importId, @Nullable Long vanishingId, int read, int success, int unsubscribed, int failure, int other,
        int vanished, int brought, @Nullable String mark, @Nullable String trouble, @Nullable String detail) {

    /// The names are stored.
    public enum State {
        RUNNING,
        DONE,
        /// Many vanished: a person decides.
        ASKING,
        FAILED
    }
}
