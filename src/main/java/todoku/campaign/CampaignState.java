package todoku.campaign;

import java.util.Set;

/// Where a campaign stands, and where it may go from there: these moves and no others.
/// A send window is no state: outside it the campaign stays 配信中.
public enum CampaignState {
    DRAFT,
    PENDING_APPROVAL,
    REJECTED,
    SCHEDULED,
    HELD,
    PREPARING,
    SENDING,
    PAUSED,
    SENT,
    STOPPED,
    FAILED,
    CANCELLED;

    public Set<CampaignState> next() {
        return switch (this) {
            case DRAFT -> Set.of(PENDING_APPROVAL, SCHEDULED);
            case PENDING_APPROVAL -> Set.of(SCHEDULED, REJECTED, DRAFT);
            case REJECTED -> Set.of(DRAFT);
            case SCHEDULED -> Set.of(DRAFT, PENDING_APPROVAL, CANCELLED, HELD, PREPARING);
            case HELD -> Set.of(SCHEDULED, CANCELLED);
            case PREPARING -> Set.of(SENDING, HELD, FAILED, CANCELLED);
            case SENDING -> Set.of(PAUSED, STOPPED, SENT);
            case PAUSED -> Set.of(SENDING, STOPPED, SENT);
            case SENT, STOPPED, FAILED, CANCELLED -> Set.of();
        };
    }

    public boolean mayBecome(CampaignState state) {
        return next().contains(state);
    }

    /// There is no way out.
    public boolean hasEnded() {
        return next().isEmpty();
    }

    /// Recipients are planned: what has been sent cannot be taken back.
    public boolean hasStarted() {
        return switch (this) {
            case SENDING, PAUSED, SENT, STOPPED -> true;
            case DRAFT, PENDING_APPROVAL, REJECTED, SCHEDULED, HELD, PREPARING, FAILED, CANCELLED -> false;
        };
    }
}
