package todoku.event;

/// Why a recipient did not get the mail, or not yet. The names are stored, and the journal of the engine keeps the
/// positions: never rename one, never move one, add new ones at the end.
public enum Reason {
    USER_UNKNOWN(About.ADDRESS),
    MAILBOX_FULL(About.MAIL),
    /// Somebody blocks us: it says nothing about the address.
    BLOCKED(About.US),
    /// The reader or the reader's filter does not take our mail, also where the server says no more than 550.
    FILTERED(About.MAIL),
    HOST_UNKNOWN(About.ADDRESS),
    EXPIRED(About.NOTHING),
    NOT_COMPOSABLE(About.MAIL),
    SUPPRESSED(About.NOTHING),
    /// The form or the content of the mail is not taken.
    CONTENT_REFUSED(About.MAIL),
    CUT_AFTER_DOT(About.NOTHING),
    NODE_LOST(About.NOTHING),
    OTHER(About.NOTHING),
    /// The address exists, and its owner or the operator has closed it.
    SUSPENDED(About.ADDRESS),
    /// Too many mails or connections at once.
    RATE_LIMITED(About.US),
    /// A rule of theirs about senders, such as a wrong HELO name or a missing TLS.
    POLICY_VIOLATION(About.US),
    /// SPF, DKIM, DMARC, PTR, or a sender domain that DNS does not know.
    AUTH_FAILURE(About.US),
    TOO_BIG(About.MAIL),
    SPAM_DETECTED(About.MAIL),
    /// Lines cut, no answer in time.
    NETWORK_ERROR(About.NOTHING),
    /// Their server has trouble of its own.
    SYSTEM_ERROR(About.NOTHING);

    /// Whom a reason speaks of.
    public enum About {
        /// The address itself: it will not take any other mail either.
        ADDRESS,
        /// This mail, or this reader at this time; another may arrive.
        MAIL,
        /// Us. It never ends a recipient.
        US,
        NOTHING
    }

    private final About about;

    Reason(About about) {
        this.about = about;
    }

    public About about() {
        return about;
    }
}
