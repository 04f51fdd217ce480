package todoku.event;

/// Why a recipient did not get the mail. The names are stored; never rename one.
public enum Reason {
    USER_UNKNOWN,
    MAILBOX_FULL,
    BLOCKED,
    HOST_UNKNOWN,
    EXPIRED,
    NOT_COMPOSABLE,
    SUPPRESSED,
    CONTENT_REFUSED,
    CUT_AFTER_DOT,
    NODE_LOST,
    OTHER
}
