package todoku.delivery;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The engine of this node at one moment, for pages and metrics.
/// @param standstill why nothing at all is sent; null when all is well
public record EngineView(Instant at, @Nullable Standstill standstill, List<Destination> destinations) {
    public EngineView {
        destinations = List.copyOf(destinations);
    }

    public int connections() {
        return destinations.stream().mapToInt(Destination::connections).sum();
    }

    public int perMinute() {
        return destinations.stream().mapToInt(Destination::perMinute).sum();
    }

    /// How one destination is doing.
    public enum State {
        FLOWING,
        SLOWED,
        RESTING,
        ALARM,
        /// Nothing to send.
        IDLE
    }

    /// One of our addresses towards a destination.
    /// @param address empty = whichever the machine takes
    public record Road(
            String address, State state, int connections, int allowed, int perMinute, @Nullable Why why) {}

    /// One destination.
    /// @param name the first domain it was found for
    /// @param connections open now, of so many `allowed` at present and so many the rule has at `most`
    /// @param perMinute begun during the last minute
    /// @param limitPerMinute what the rule allows; 0 = no limit
    /// @param queued not begun yet
    /// @param again waiting to be sent to again
    /// @param why less is sent than the rule allows; null when all is well
    /// @param roads from each of our addresses, when there are several
    public record Destination(
            long id, String name, Provider provider, State state, int connections, int allowed, int most,
            int perMinute, int limitPerMinute, long queued, long again, @Nullable Why why,
            List<Road> roads) {
        public Destination {
            roads = List.copyOf(roads);
        }

        /// Whether somebody may end the rest by letting one mail try.
        public boolean canTry() {
            return allowed == 0 && why != null;
        }
    }
}
