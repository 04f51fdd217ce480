package todoku.delivery;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The engine of this node as the page 配信エンジン shows it.
/// @param standstill why nothing at all is sent; null when all is well
/// @param destinations one by one, those in trouble first; no more than [Overlook#MOST]
/// @param others those that wait and have no row of their own
/// @param unresolved recipients whose mail hosts are still being asked for
public record EngineNow(
        Instant at, @Nullable Standstill standstill, Figures figures, List<DestinationRow> destinations, Others others, long unresolved) {
    public EngineNow {
        destinations = List.copyOf(destinations);
    }

    /// Above the table.
    /// @param perMinute begun during the last minute
    /// @param fresh not begun yet
    /// @param oldest since when the first of them may be sent
    /// @param again waiting to be sent to again
    /// @param due when the first of those is
    /// @param connections open now
    /// @param connected destinations with one at least
    /// @param unknown of the last days
    public record Figures(
            int perMinute, long fresh, @Nullable Instant oldest, long again, @Nullable Instant due, int connections,
            int connected, long unknown) {}

    /// そのほか n ドメイン
    public record Others(int destinations, int connections, int perMinute, long waiting) {}
}
