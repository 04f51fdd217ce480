package todoku.campaign;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import todoku.delivery.Standstill;
import todoku.delivery.standing.Standing;
import todoku.mailing.Progress;

/// What the page of one campaign shows, whole totals every time.
///
/// @param target    whom it is for, as a sentence
/// @param spot      null unless it is a spot mail
/// @param optedOut  of the planned, those who had opted out
/// @param mayHold   may pause it, stop it or take the reservation back
/// @param sender    in whose name, with the address
/// @param perMinute over the last seconds; 0 when it rests
/// @param endsAt    when what is not waiting will be done at this speed
/// @param excluded  left out at planning, by reason
/// @param awaiting  応答待ち: open while it pauses or after it was stopped
/// @param standstill why the engine begins nothing at the moment; null when it does
/// @param safety    null before it starts
/// @param standing  why it does not flow, while it should; null when it does or when its state says it
/// @param error     why the last wish was refused
public record Live(
        CampaignRow row,
        Progress progress,
        String target,
        @Nullable Spot spot,
        int optedOut,
        @Nullable String sender,
        int expiryHours,
        boolean mayHold,
        boolean maySend,
        boolean mayEdit,
        @Nullable Duration elapsed,
        long perMinute,
        @Nullable Instant endsAt,
        Map<String, Integer> excluded,
        List<Lane> lanes,
        int awaiting,
        @Nullable Standstill standstill,
        @Nullable Safety safety,
        @Nullable Standing standing,
        @Nullable String error) {

    public int excludedTotal() {
        return excluded.values().stream().mapToInt(Integer::intValue).sum();
    }

    /// Seconds between two looks; 0 when nothing will change.
    public int lookAgainSeconds() {
        return switch (row.state()) {
            case PREPARING, SENDING -> 1;
            case PAUSED, SCHEDULED -> 2;
            case PENDING_APPROVAL, HELD -> 5;
            case STOPPED -> awaiting > 0 ? 2 : 0;
            case DRAFT, REJECTED, SENT, FAILED, CANCELLED -> 0;
        };
    }
}
