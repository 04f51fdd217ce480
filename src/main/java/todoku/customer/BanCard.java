package todoku.customer;

import java.util.List;
import org.jspecify.annotations.Nullable;
import todoku.suppression.Cleaning;

/// Why somebody is not mailed, on their page.
///
/// @param domainBanned for their whole domain alone
public record BanCard(@Nullable Cleaning cleaning, boolean domainBanned, List<BanChange> changes) {}
