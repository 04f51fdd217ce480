package todoku.delivery;

import org.jspecify.annotations.Nullable;
import todoku.event.AddressId;

/// One recipient of a mailing, as planned.
public record Recipient(int no, AddressId address, @Nullable Long customerId) {}
