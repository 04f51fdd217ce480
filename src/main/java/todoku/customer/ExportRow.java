package todoku.customer;

/// One line of the list of exports.
///
/// @param selection in words
public record ExportRow(ExportProgress export, String selection) {}
