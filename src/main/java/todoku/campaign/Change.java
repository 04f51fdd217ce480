package todoku.campaign;

/// How a wish to change a campaign ended.
public sealed interface Change {
    record Done(Campaign campaign) implements Change {}

    /// Somebody else changed it first; this is what stands now.
    record Stale(Campaign stands) implements Change {}

    /// It may not be, and why.
    ///
    /// @param detail what the remedy needs to know, empty when there is nothing to add
    record Refused(Campaign stands, Refusal why, String detail) implements Change {}

    /// Why a change may not be. Each has its sentence under `campaign.refused.…`.
    enum Refusal {
        NOT_A_DRAFT,
        NOT_RESERVED,
        NOT_HELD,
        NOT_SENDING,
        NOT_PAUSED,
        /// Held after a restore: nobody knows who has the mail already, so whoever has no result is not simply 未配信.
        IS_RESTORED,
        HAS_STARTED,
        HAS_NOT_STARTED,
        HAS_ENDED,
        NO_TARGET,
        NO_MAIL,
        NO_SENDER,
        PAST_TIME,
        CONDITION_BROKEN,
        MAIL_BROKEN,
        /// A spot mail without a reason.
        NO_REASON,
        /// A spot mail nobody said to be no advertising.
        NOT_DECLARED,
        /// A spot mail is not for leaving lists: many of its readers are on none.
        SPOT_UNSUBSCRIBE,
        /// In 本番 a mail without an unsubscribe link is not sent (特定電子メール法).
        NO_UNSUBSCRIBE,
        /// The first real mailing is small, so that a mistake is.
        FIRST_TOO_LARGE;

        String key() {
            return "campaign.refused." + name();
        }
    }
}
