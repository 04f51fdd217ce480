/// 取引データ: what customers did with the house, by kinds with typed fields, in millions, imported and shown.
@NullMarked
package todoku.customer.record;

import org.jspecify.annotations.NullMarked;
