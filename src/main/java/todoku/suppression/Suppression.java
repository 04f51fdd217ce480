package todoku.suppression;

import java.time.Instant;
import todoku.event.AddressId;

/// One reason not to mail one address. An address may have several; each is lifted by itself.
public record Suppression(AddressId address, Suppressions.Reason reason, Instant since) {}
