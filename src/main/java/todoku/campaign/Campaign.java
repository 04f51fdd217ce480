package todoku.campaign;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One content to one audience at one planned time (配信).
///
/// @param mailVersionId frozen when it was reserved
/// @param reservedCount how many it would have reached then
/// @param optedOutCount of them, those a spot mail reaches though they opted out; as planned once it has started
/// @param why the cause of the state where it has one: of HELD, PAUSED, STOPPED
public record Campaign(
        long id,
        long departmentId,
        Draft draft,
        CampaignState state,
        @Nullable String why,
        @Nullable Long mailVersionId,
        @Nullable Integer reservedCount,
        @Nullable Integer optedOutCount,
        @Nullable Long mailingId,
        @Nullable Long testMailingId,
        Instant changedAt,
        @Nullable Long changedBy,
        int version) {

    private static final String RESTORED = "RESTORED";

    /// 配信期限 unless something else is said.
    public static final int EXPIRY_HOURS = 72;
    /// A week: longer, and a mail speaks of things that are over.
    public static final int EXPIRY_LIMIT_HOURS = 168;

    public boolean isSpot() {
        return draft.spot() != null;
    }

    /// Paused because the database was restored: whoever has no result may have the mail already.
    boolean isRestored() {
        return state == CampaignState.PAUSED && RESTORED.equals(why);
    }

    /// What an operator decides. Without a time it starts as soon as it is reserved.
    ///
    /// @param spot null unless it is a スポット配信: just then its target reaches further than the willing
    public record Draft(
            String name,
            @Nullable Long categoryId,
            Target target,
            @Nullable Long mailId,
            @Nullable Long senderId,
            @Nullable Instant scheduledAt,
            int expiryHours,
            @Nullable Spot spot) {

        public static final int NAME_LIMIT_CHARS = 100;

        public Draft {
            if (name.isBlank() || name.length() > NAME_LIMIT_CHARS)
                throw new IllegalArgumentException("a name has 1 to " + NAME_LIMIT_CHARS + " characters");
            if (expiryHours < 1 || expiryHours > EXPIRY_LIMIT_HOURS)
                throw new IllegalArgumentException("配信期限 is 1 to " + EXPIRY_LIMIT_HOURS + " hours");
            if ((spot == null) != (target.reach() == Reach.WILLING))
                throw new IllegalArgumentException("only spot mail reaches " + target.reach());
        }

        /// A campaign that is no spot mail.
        public Draft(
                String name,
                @Nullable Long categoryId,
                Target target,
                @Nullable Long mailId,
                @Nullable Long senderId,
                @Nullable Instant scheduledAt,
                int expiryHours) {
            this(name, categoryId, target, mailId, senderId, scheduledAt, expiryHours, null);
        }

        public static Draft named(String name) {
            return new Draft(name, null, Target.NOBODY, null, null, null, EXPIRY_HOURS);
        }

        public Duration expiry() {
            return Duration.ofHours(expiryHours);
        }
    }
}
