package todoku.customer.timeline;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import todoku.customer.CustomerHistory;
import todoku.customer.record.CustomerRecords;
import todoku.customer.record.RecordKind;
import todoku.event.Event.Kind;

/// One thing that happened to a customer.
public sealed interface Happening {
    Instant at();

    /// A mail on its way, or what its reader did.
    ///
    /// @param campaign null for a mail that belongs to none
    /// @param reply word for word, without the address
    /// @param link of a click: its title, else where it leads
    /// @param device on what it was opened or clicked, as far as that was plain
    record Mail(
            Instant at, Kind kind, boolean sandbox, long mailing, int no, @Nullable Long campaign, @Nullable String subject,
            @Nullable String reason, @Nullable String reply, @Nullable String link, @Nullable String device) implements Happening {
        public boolean isResponse() {
            return kind == Kind.OPENED || kind == Kind.CLICKED;
        }
    }

    /// The customer was registered, changed, or became another in a group.
    record State(CustomerHistory.Entry entry) implements Happening {
        @Override
        public Instant at() {
            return entry.at();
        }
    }

    /// A purchase, a visit …
    record Record(RecordKind kind, CustomerRecords.Row row) implements Happening {
        @Override
        public Instant at() {
            return row.at();
        }
    }
}
