/// Customers: who may be written to, what we know of them, and the files they come in.
///
/// A file is read by [CsvFile] in the [TextEncoding] it was written in, its columns are named by [Columns], each row
/// becomes a [Line], and [CustomerImport] registers the lines chunk by chunk. [Customers] and [Groups] answer.
/// This module knows nothing of campaigns, sending or the screen.
@NullMarked
package todoku.customer;

import org.jspecify.annotations.NullMarked;
