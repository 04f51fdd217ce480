package todoku.campaign;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import todoku.mailing.Progress;

/// One campaign in a list (現在の配信状況, 記事一覧).
///
/// @param startsAt the reserved time; once it has started, when that was, also while it is paused
/// @param progress of its mailing; before that the number it was reserved for, all of them remaining
public record CampaignRow(
        long id,
        CampaignState state,
        @Nullable String why,
        String name,
        @Nullable String category,
        boolean spot,
        @Nullable String subject,
        @Nullable String format,
        List<String> groups,
        @Nullable Instant startsAt,
        @Nullable Instant endedAt,
        @Nullable Progress progress) {

    /// Moves by itself: worth looking again.
    public boolean isMoving() {
        return switch (state) {
            case SCHEDULED, PREPARING, SENDING -> true;
            case DRAFT, PENDING_APPROVAL, REJECTED, HELD, PAUSED, SENT, STOPPED, FAILED, CANCELLED -> false;
        };
    }

    /// Which campaigns a list shows.
    public enum Shown {
        ALL(List.of(CampaignState.values())),
        CURRENT(List.of(CampaignState.SCHEDULED, CampaignState.HELD, CampaignState.PREPARING, CampaignState.SENDING, CampaignState.PAUSED)),
        DRAFTS(List.of(CampaignState.DRAFT, CampaignState.PENDING_APPROVAL, CampaignState.REJECTED)),
        ENDED(List.of(CampaignState.SENT, CampaignState.STOPPED, CampaignState.FAILED, CampaignState.CANCELLED));

        final List<CampaignState> states;

        Shown(List<CampaignState> states) {
            this.states = states;
        }
    }
}
