package todoku.customer;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import todoku.suppression.Suppressions.Reason;

/// One change of whom we must not mail.
///
/// @param domain whether `text` is a whole domain
public record BanChange(
        long id, Instant at, String text, boolean domain, Reason reason, boolean added, @Nullable String by, @Nullable String note) {}
