package todoku.customer;

import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/// That somebody agreed to be mailed, as a form or a line of a file says it.
///
/// @param at       on the clock of the house
/// @param method   how, in the words of the file
/// @param document the words they agreed to, or which document or version of a form
/// @param ip       as [Cell#ip] writes it
public record Agreement(
        LocalDateTime at, @Nullable String method, @Nullable String document, @Nullable String ip, @Nullable String purpose) {
    /// Nobody agreed to electronic mail before: an earlier year is a slip.
    public static final int FIRST_YEAR = 1990;

    public static final int METHOD_LIMIT_CHARS = 200;
    public static final int DOCUMENT_LIMIT_CHARS = 4_000;
    public static final int PURPOSE_LIMIT_CHARS = 500;
}
