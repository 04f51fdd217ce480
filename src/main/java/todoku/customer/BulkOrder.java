package todoku.customer;

import org.jspecify.annotations.Nullable;

/// One act on many customers, as it was ordered.
///
/// @param group null: none is needed
/// @param field key of the field; null: none is needed
/// @param value as typed; empty: the field becomes blank
public record BulkOrder(Selection selection, BulkAct act, @Nullable Long group, @Nullable String field, String value, String note) {}
