package todoku.content;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A mail as it stands now.
///
/// @param changedBy name of whoever changed it last; null when it was the program
/// @param version   counts the changes; a change names the version it was made on
public record Mail(
        long id,
        long departmentId,
        String name,
        MailDraft draft,
        Instant changedAt,
        @Nullable String changedBy,
        int version) {
    public static final int LONGEST_NAME = 100;
    public static final int MOST_BLOCKS = 50;
}
