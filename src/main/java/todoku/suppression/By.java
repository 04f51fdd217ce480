package todoku.suppression;

import org.jspecify.annotations.Nullable;

/// Who changes whom we must not mail, and why.
///
/// @param operator null: nobody of the house
public record By(@Nullable Long operator, @Nullable String note) {
    /// Characters in a note.
    public static final int NOTE_LIMIT_CHARS = 500;

    public static final By NOBODY = new By(null, null);
}
