package todoku.campaign;

import java.util.Locale;

/// The look of a state: shape, colour and icon are the same everywhere; the word is the text `campaign.state.…`.
public final class Badge {
    private Badge() {}

    public static String css(CampaignState state) {
        return switch (state) {
            case PENDING_APPROVAL, HELD -> "pending";
            case DRAFT, REJECTED, SCHEDULED, PREPARING, SENDING, PAUSED, SENT, STOPPED, FAILED, CANCELLED ->
                state.name().toLowerCase(Locale.ROOT);
        };
    }

    public static String icon(CampaignState state) {
        return switch (state) {
            case DRAFT -> "pencil";
            case PENDING_APPROVAL -> "seal";
            case REJECTED -> "undo";
            case SCHEDULED -> "clock";
            case HELD -> "warn";
            case PREPARING -> "prep";
            case SENDING -> "send";
            case PAUSED -> "pause";
            case SENT -> "check";
            case STOPPED -> "stop";
            case FAILED -> "fail";
            case CANCELLED -> "slash";
        };
    }
}
