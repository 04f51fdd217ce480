package todoku.event;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One thing that happened. The detail is a JSON object in words of the kind; it never holds an address.
public record Event(
        Instant happenedAt,
        Kind kind,
        Environment environment,
        @Nullable MailingId mailing,
        @Nullable Integer recipientNo,
        @Nullable AddressId address,
        String detail) {

    /// The closed list of what can happen.
    public enum Kind {
        DELIVERED,
        FAILED,
        SKIPPED,
        UNKNOWN,
        BOUNCED,
        COMPLAINED,
        OPENED,
        CLICKED,
        CUSTOMER_CREATED,
        ADDRESS_CHANGED,
        CUSTOMER_DELETED,
        CUSTOMER_MERGED,
        STATE_CHANGED
    }

    /// Sandbox events never touch suppression, cleaning, caps, reports or metering.
    public enum Environment {
        SANDBOX,
        LIVE
    }
}
