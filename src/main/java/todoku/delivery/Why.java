package todoku.delivery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import todoku.event.Reason;
import todoku.mailing.Mailings;

/// Why a destination is sent to as it is now: what happened, and what comes next.
/// @param reply word for word, without addresses; null when nobody said anything
/// @param rule which line of the reply rules decided, with its reason, or which provider's rule; empty when none did
/// @param since when it happened
/// @param until when the next step is taken; null when nobody knows
/// @param from connections before
/// @param to connections since
public record Why(
        What what, @Nullable String reply, String rule, Instant since, @Nullable Instant until, int from, int to) {
    public static Why allOut(Instant since) {
        return new Why(What.ALL_OUT, null, "", since, null, 0, 0);
    }

    public static Why allMissing(Instant since) {
        return new Why(What.ALL_MISSING, null, "", since, null, 0, 0);
    }

    /// Whether mail of this priority is not begun before the next step: all connections were given up, or the rule says so.
    public boolean holds(int priority) {
        if (what == What.QUIET_HOURS) return priority > Mailings.LAST_URGENT_PRIORITY;
        return to == 0 || what.isLimit();
    }

    /// What the line that decided took the reply for; null when no line did.
    @Nullable Reason reason() {
        String word = rule.substring(rule.lastIndexOf(' ') + 1);
        for (Reason each : Reason.values()) if (each.name().equals(word)) return each;
        return null;
    }

    /// What happened. The text behind `delivery.why.` tells it.
    public enum What {
        /// Too much: some connections were given up, and come back one by one.
        SLOWED,
        /// Connections were cut: as above.
        CUT,
        /// Too much: everything stops, then one mail tries.
        LIMITED,
        /// A refusal about us: as above.
        STOPPED,
        /// Our network address is refused; there is no other, so this one rests.
        ADDRESS_REFUSED,
        /// Our network address is refused; others of its pool go on.
        ADDRESS_SWITCHED,
        /// Our settings are refused; somebody must mend them.
        ALARM,
        /// No address of this pool may be used.
        ALL_OUT,
        /// Those of this pool that may be used are on no machine of ours.
        ALL_MISSING,
        /// The address we send from cannot be used.
        NO_ADDRESS,
        /// Nobody answers.
        NO_ANSWER,
        /// They are there, but not as safe as they must be: nothing is sent in the clear.
        NOT_SAFE,
        /// One mail finds out whether all is well again.
        PROBING,
        /// Connections come back one by one.
        RECOVERING,
        /// In these hours only what somebody waits for is sent.
        QUIET_HOURS,
        /// Around the full hour.
        FULL_HOUR,
        /// As many as the rule allows for this hour have been sent.
        HOUR_FULL,
        /// As many as the rule allows for this day have been sent.
        DAY_FULL,
        /// The address is being warmed up, and has sent what it may today: `from` mails.
        WARMING;

        /// They refused our network address. One mail that tries may try for any cause: what it meets is news.
        boolean isAboutAddress() {
            return this == ADDRESS_REFUSED || this == ADDRESS_SWITCHED;
        }

        /// Something is the matter with single hosts, not between the provider and us.
        boolean isAboutHosts() {
            return this == CUT || this == NO_ANSWER || this == NOT_SAFE || this == NO_ADDRESS || this == STOPPED;
        }

        /// Nobody has complained: the rule says so. Nothing is begun before the next step, however many connections there are.
        public boolean isLimit() {
            return this == QUIET_HOURS || this == FULL_HOUR || this == HOUR_FULL || this == DAY_FULL || this == WARMING;
        }
    }
}
