package todoku.customer.record;

import todoku.customer.ImportKey;
import todoku.customer.ImportReading;

/// What the operator chose for one import of records.
///
/// @param customerBy by what a line names its customer
/// @param overwrite  records of known numbers are changed
public record RecordChoices(long kind, String fileName, ImportKey customerBy, boolean overwrite, ImportReading reading) {}
