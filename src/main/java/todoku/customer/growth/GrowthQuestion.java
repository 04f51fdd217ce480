package todoku.customer.growth;

import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/// What a reader of the report asked for.
///
/// @param until null for now
/// @param day   the same as it stands in addresses; empty for now
/// @param group 0 = all customers
/// @param older the day before the oldest row
public record GrowthQuestion(
        Span span, @Nullable LocalDateTime until, String day, long group, @Nullable String groupName, String older) {
    /// The query of a link that changes one thing.
    public String link(String span, long group) {
        return "?span=" + span + "&group=" + group + (day.isEmpty() ? "" : "&until=" + day);
    }
}
