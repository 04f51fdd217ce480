package todoku.customer.source;

import org.jspecify.annotations.Nullable;

/// A source in the list.
///
/// @param last null: it never ran
public record SourceRow(Source source, String group, @Nullable Run last) {}
