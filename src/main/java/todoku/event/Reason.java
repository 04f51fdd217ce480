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
    SYSTEM_ERROR(About.NOTHING),
    /// The address has characters beyond ASCII, and their server does not take such addresses (RFC 6531).
    NO_SMTPUTF8(About.MAIL),
    /// The reader has had as many mails as the house allows itself.
    FREQUENCY_CAP(About.NOTHING);

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

    /// Whether a failure for this reason speaks for the error rate: what never came to a receiver's word about an address or
    /// a mail, what expired and what was our own fault do not.
    public boolean isRated() {
        return switch (this) {
            case USER_UNKNOWN, MAILBOX_FULL, FILTERED, HOST_UNKNOWN, CONTENT_REFUSED, OTHER, SUSPENDED, TOO_BIG, SPAM_DETECTED -> true;
            case BLOCKED, RATE_LIMITED, POLICY_VIOLATION, AUTH_FAILURE, EXPIRED, NOT_COMPOSABLE, SUPPRESSED, CUT_AFTER_DOT,
                    NODE_LOST, NETWORK_ERROR, SYSTEM_ERROR, NO_SMTPUTF8, FREQUENCY_CAP -> false;
        };
    }

    /// Whether it is an error of the error rate: this address takes nothing, or its owner does not want it.
    public boolean isAddressRefused() {
        return switch (this) {
            case USER_UNKNOWN, HOST_UNKNOWN, FILTERED, SUSPENDED -> true;
            case MAILBOX_FULL, BLOCKED, EXPIRED, NOT_COMPOSABLE, SUPPRESSED, CONTENT_REFUSED, CUT_AFTER_DOT, NODE_LOST, OTHER,
                    RATE_LIMITED, POLICY_VIOLATION, AUTH_FAILURE, TOO_BIG, SPAM_DETECTED, NETWORK_ERROR, SYSTEM_ERROR,
                    NO_SMTPUTF8, FREQUENCY_CAP -> false;
        };
    }
}
