package todoku.campaign;

import java.util.Set;

/// Where a campaign stands, and where it may go from there: these moves and no others.
/// From 配信済 it goes on only while somebody unknown is sent to again.
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
            case SENT -> Set.of(SENDING);
            case STOPPED, FAILED, CANCELLED -> Set.of();
        };
    }

    public boolean mayBecome(CampaignState state) {
        return next().contains(state);
    }

    /// Nothing more is sent, unless to those who were unknown.
    public boolean hasEnded() {
        return switch (this) {
            case SENT, STOPPED, FAILED, CANCELLED -> true;
            case DRAFT, PENDING_APPROVAL, REJECTED, SCHEDULED, HELD, PREPARING, SENDING, PAUSED -> false;
        };
    }

    /// Recipients are planned: what has been sent cannot be taken back.
    public boolean hasStarted() {
        return switch (this) {
            case SENDING, PAUSED, SENT, STOPPED -> true;
            case DRAFT, PENDING_APPROVAL, REJECTED, SCHEDULED, HELD, PREPARING, FAILED, CANCELLED -> false;
        };
    }
}
