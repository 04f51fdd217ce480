/// Events: what happened, written once, in the transaction in which it became true. [EventLedger] appends;
/// [Followers] hands the ledger to every [EventFollower] in order; nobody calls upward. This module knows no other.
@NullMarked
package todoku.event;

import org.jspecify.annotations.NullMarked;
