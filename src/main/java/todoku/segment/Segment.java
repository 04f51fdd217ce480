package todoku.segment;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A saved segment (セグメント).
///
/// @param lastCount those who met it when it was last counted; null before
public record Segment(
        long id,
        long departmentId,
        String name,
        Rule rule,
        int version,
        Instant changedAt,
        @Nullable String changedBy,
        @Nullable Integer lastCount,
        @Nullable Instant countedAt) {
    /// One line of a list.
    public static final int NAME_LIMIT_CHARS = 100;

    /// Something that asks a segment who it reaches.
    ///
    /// @param path the page of it
    public record User(String name, String path, boolean campaign) {}
}
