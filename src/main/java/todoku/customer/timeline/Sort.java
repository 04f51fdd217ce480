package todoku.customer.timeline;

import java.util.Set;
import todoku.event.Event.Kind;

/// What a reader wants to see.
public enum Sort {
    ALL(Set.of(
            Kind.DELIVERED, Kind.FAILED, Kind.SKIPPED, Kind.UNKNOWN, Kind.BOUNCED, Kind.COMPLAINED, Kind.OPENED, Kind.CLICKED)),
    MAIL(Set.of(Kind.DELIVERED, Kind.FAILED, Kind.SKIPPED, Kind.UNKNOWN, Kind.BOUNCED, Kind.COMPLAINED)),
    RESPONSE(Set.of(Kind.OPENED, Kind.CLICKED)),
    RECORD(Set.of()),
    STATE(Set.of());

    /// Of the mails; empty = none.
    final Set<Kind> mails;

    Sort(Set<Kind> mails) {
        this.mails = mails;
    }

    boolean hasStates() {
        return this == ALL || this == STATE;
    }

    boolean hasRecords() {
        return this == ALL || this == RECORD;
    }
}
