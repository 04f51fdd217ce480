package todoku.customer.record;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One kind on the list.
///
/// @param imported when records of it were last imported
public record KindRow(RecordKind kind, long records, @Nullable Instant imported) {}
