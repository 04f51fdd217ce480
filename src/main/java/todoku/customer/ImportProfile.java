package todoku.customer;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The choices of an import under a name, by which files of the drop directory are imported.
///
/// @param group    null: none
/// @param operator who saved it; the imports are theirs
public record ImportProfile(
        long id, String name, @Nullable Long group, String groupName, ImportMode mode, ImportKey key, @Nullable String consentSource,
        ImportReading reading, long operator, String operatorName, Instant createdAt) {}
