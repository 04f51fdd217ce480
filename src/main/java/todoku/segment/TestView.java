package todoku.segment;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// 「この人は入りますか」 and its answer.
///
/// @param who     as it was typed
/// @param missing nobody of this name
/// @param ticks   the rows, as far in as they stand; null before somebody was asked for
public record TestView(String who, boolean missing, String name, boolean in, @Nullable List<Tick> ticks) {
    static final TestView UNASKED = new TestView("", false, "", false, null);
}
