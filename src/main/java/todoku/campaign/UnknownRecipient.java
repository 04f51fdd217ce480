package todoku.campaign;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import todoku.event.Reason;

/// One of whom nobody knows whether they have the mail.
public record UnknownRecipient(
        int no, @Nullable Long customer, @Nullable String name, String address, Reason reason, Instant since) {}
