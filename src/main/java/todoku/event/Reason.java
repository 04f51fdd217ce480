package todoku.event;

/// Why a recipient did not get the mail. The names are stored; never rename one.
public enum Reason {
    USER_UNKNOWN,
    MAILBOX_FULL,
    /// Somebody blocks us: it says nothing about the address.
    BLOCKED,
    /// The reader or the reader's filter does not take our mail, also where the server says no more than 550.
    FILTERED,
    HOST_UNKNOWN,
    EXPIRED,
    NOT_COMPOSABLE,
    SUPPRESSED,
    CONTENT_REFUSED,
    CUT_AFTER_DOT,
    NODE_LOST,
    OTHER
}
