package todoku.segment;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The card with the numbers.
///
/// @param count      null while it cannot be counted
/// @param unfinished because a condition is unfinished, not because it takes too long
/// @param some       a few of those who meet it
public record CountView(Tally.@Nullable Count count, boolean unfinished, List<Reader> some) {
    /// Somebody, masked for who may not see more.
    public record Reader(long id, String name, String address) {}
}
