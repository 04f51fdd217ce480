package todoku.delivery.standing;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import todoku.delivery.Why;

/// Where one mail, mailing or destination stands.
/// @param detail which of several: why it pauses, was stopped or failed; empty when the cause says it all
/// @param destination whom it is for; empty when it does not matter
/// @param mails how many wait with it, or before it
/// @param attempts how often it was sent
/// @param at when it ended, or since when it is so; null when nobody noted it
/// @param next when the next step is taken; null when nobody knows
/// @param expiresAt when it is given up; null when it ended or never is
/// @param reply the last one, word for word, without addresses
/// @param why what slows its destination down
public record Standing(
        Cause cause,
        String detail,
        String destination,
        long mails,
        int attempts,
        @Nullable Instant at,
        @Nullable Instant next,
        @Nullable Instant expiresAt,
        @Nullable String reply,
        @Nullable Why why) {

    /// What decides. The text behind `delivery.standing.` tells it.
    public enum Cause {
        /// Taken by the receiving server.
        DELIVERED,
        /// Refused for good; `detail` is a [todoku.event.Reason].
        FAILED,
        /// Not sent to, as `detail` says.
        SKIPPED,
        /// Nobody knows whether it arrived.
        UNKNOWN,
        /// Not one of the recipients; `detail` is `SUPPRESSED` when nobody may mail there.
        NOT_PLANNED,
        /// Everybody has a result.
        SENT,
        /// A restored database: a person decides.
        HELD,
        PREPARING,
        /// `detail` is a pause cause.
        PAUSED,
        /// `detail` is a stop cause, or empty when a person did it.
        STOPPED,
        /// Nothing at all is sent; `detail` is a cause of [todoku.delivery.Standstill].
        STANDSTILL,
        /// No engine has given a sign of life for a while.
        NO_ENGINE,
        /// Open, or its destinations take mail at this moment.
        UNDER_WAY,
        /// Nobody knows yet which servers take its mail.
        UNRESOLVED,
        /// The first percent is looked at before the rest goes.
        FIRST_PERCENT,
        /// Not before a time.
        NOT_BEFORE,
        /// To be sent to again.
        AGAIN,
        /// To be sent to again because nobody knows whether it arrived.
        AGAIN_DOUBTFUL,
        /// The destination is slowed down or rests.
        DESTINATION,
        /// All destinations of what remains rest; `destination` has the most.
        DESTINATIONS,
        /// Others are before it.
        IN_LINE,
        /// The destination has nothing to do.
        IDLE
    }

    static Standing of(Cause cause) {
        return new Standing(cause, "", "", 0, 0, null, null, null, null, null);
    }

    static Standing of(Cause cause, String detail, @Nullable Instant at) {
        return new Standing(cause, detail, "", 0, 0, at, null, null, null, null);
    }

    Standing towards(String there) {
        return new Standing(cause, detail, there, mails, attempts, at, next, expiresAt, reply, why);
    }

    Standing with(long many) {
        return new Standing(cause, detail, destination, many, attempts, at, next, expiresAt, reply, why);
    }

    Standing until(@Nullable Instant step, @Nullable Instant end) {
        return new Standing(cause, detail, destination, mails, attempts, at, step, end, reply, why);
    }

    Standing answered(int times, @Nullable String last) {
        return new Standing(cause, detail, destination, mails, times, at, next, expiresAt, last, why);
    }

    Standing because(@Nullable Why slowed) {
        return new Standing(cause, detail, destination, mails, attempts, at, next, expiresAt, reply, slowed);
    }

    /// Whether nothing more will happen to it by itself.
    public boolean hasEnded() {
        return switch (cause) {
            case DELIVERED, FAILED, SKIPPED, UNKNOWN, NOT_PLANNED, SENT, STOPPED -> true;
            default -> false;
        };
    }

    /// What was said by them: the reply to this mail, or else the one that slowed its destination down.
    public @Nullable String said() {
        return reply != null || why == null ? reply : why.reply();
    }

    /// The rule that decided; empty when none did.
    public String rule() {
        return why == null ? "" : why.rule();
    }
}
