package todoku.report;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import todoku.delivery.standing.Standing;

/// One mail that is planned for a customer and has no result yet.
///
/// @param campaign null for a mail that belongs to none
/// @param bounced why it came back before its server's own answer was written down; null when it did not
public record PendingMail(
        int no, @Nullable Long campaign, @Nullable String subject, boolean sandbox, Instant plannedAt, Standing standing,
        @Nullable String bounced) {}
