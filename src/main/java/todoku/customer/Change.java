package todoku.customer;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import todoku.customer.Memberships.State;
import todoku.event.Event.Kind;

/// The same thing, happened to these customers at once.
///
/// @param from the state in the group before; null for somebody who was not in it
/// @param to null for somebody who no longer is
record Change(Kind kind, List<Long> customers, @Nullable Long group, @Nullable State from, @Nullable State to) {
    long first() {
        return Collections.min(customers);
    }

    long last() {
        return Collections.max(customers);
    }

    /// Many ids without a gap, as a chunk of new customers usually has.
    boolean isRun() {
        return customers.size() > 1 && last() - first() + 1 == customers.size();
    }

    static Change created(List<Long> customers) {
        return new Change(Kind.CUSTOMER_CREATED, customers, null, null, null);
    }

    /// Which address it was and which it is now is not told: addresses are only in their table, where erasing finds them.
    static Change address(List<Long> customers) {
        return new Change(Kind.ADDRESS_CHANGED, customers, null, null, null);
    }

    static Change deleted(List<Long> customers) {
        return new Change(Kind.CUSTOMER_DELETED, customers, null, null, null);
    }

    /// Another customer, who was the same person, became a part of these.
    static Change merged(List<Long> customers) {
        return new Change(Kind.CUSTOMER_MERGED, customers, null, null, null);
    }

    static Change state(List<Long> customers, long group, @Nullable State from, @Nullable State to) {
        return new Change(Kind.STATE_CHANGED, customers, group, from, to);
    }
}
