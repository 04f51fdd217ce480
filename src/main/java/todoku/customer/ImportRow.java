package todoku.customer;

/// One import as it is shown.
///
/// @param before imports that come first
/// @param kept   the lines of its classes are there
public record ImportRow(ImportProgress progress, int before, boolean kept) {}
