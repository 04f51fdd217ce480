package todoku.campaign;

import org.jspecify.annotations.Nullable;

/// How many of a campaign are 不明, and what may be done about them.
///
/// @param again    of them sent to again already, and not at an end yet
/// @param obstacle why they cannot be sent to again, the end of a text key; null when they can
public record UnknownView(
        long campaign, String name, CampaignState state, int unknown, int again, @Nullable String obstacle, boolean maySend) {

    public boolean mayRelease() {
        return maySend && unknown > 0 && obstacle == null;
    }

    public boolean maySettle() {
        return maySend && again > 0;
    }
}
