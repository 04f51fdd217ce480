package todoku.customer.consent;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One consent as it is on record.
///
/// @param customer null when they were deleted
/// @param document the words they agreed to, or which document or version of a form
/// @param groupId null: the mails of the whole house; `group` is its name
/// @param file of the import that brought it
public record Consent(
        long id, @Nullable Long customer, Source source, @Nullable String method, @Nullable String document, Instant agreedAt,
        @Nullable String ip, @Nullable String purpose, @Nullable Long groupId, @Nullable String group, Instant recordedAt, @Nullable String recordedBy,
        @Nullable String file, @Nullable Instant withdrawnAt, @Nullable String withdrawnBy, @Nullable Instant erasedAt) {

    /// How it came to us. The names are stored.
    public enum Source {
        FORM,
        PAPER,
        /// Told to somebody of the house.
        OPERATOR,
        IMPORT,
        API;

        /// Whether an operator may say so.
        public boolean isTyped() {
            return this == FORM || this == PAPER || this == OPERATOR;
        }
    }
}
