package todoku.delivery;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One provider in the list.
/// @param changed how many values differ from the shipped ones
/// @param lanes towards it, as they are now
public record ProviderRow(Provider provider, boolean shipped, int changed, List<EngineView.Destination> lanes) {
    public ProviderRow {
        lanes = List.copyOf(lanes);
    }

    /// The lane that is worst off; null when none is slowed down.
    public EngineView.@Nullable Destination slowed() {
        return lanes.stream().filter(lane -> lane.why() != null).findFirst().orElse(null);
    }

    /// Domains, or mail hosts where there are none.
    public List<String> names() {
        return provider.domains().isEmpty() ? provider.hosts() : provider.domains();
    }

    /// What the rule allows in a minute; 0 = no limit.
    public int perMinute() {
        return provider.rule().shaping().perMinute();
    }
}
