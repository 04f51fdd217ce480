/// Outside databases (連携データベース): the company's own tables are read by one SELECT and registered like a file.
/// A [Source] is read to its end into a file, which goes the way of every import; nobody's rows are copied here a second time.
@NullMarked
package todoku.customer.source;
import org.jspecify.annotations.NullMarked;
