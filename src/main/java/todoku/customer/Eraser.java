package todoku.customer;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.Memberships.State;
import todoku.event.AddressId;
import todoku.mailing.Addresses;

/// Deletes customers for good: values, memberships, and the addresses themselves. An address is kept only where it must be: it
/// is suppressed, somebody else has it too, or its owner had left a group or was banned from one. All of it runs in the caller's
/// transaction.
final class Eraser {
    private final JdbcClient db;
    private final Addresses addresses;
    private final Departures departures;
    private final CustomerHistory history;
    private final SharedAddresses sharing;

    Eraser(JdbcClient db) {
        this.db = db;
        this.addresses = new Addresses(db);
        this.departures = new Departures(db);
        this.history = new CustomerHistory(db);
        this.sharing = new SharedAddresses(db);
    }

    private record Gone(long customer, long group, State state) {}

    /// Imports and leaving readers end what they are at: whoever held a row of theirs and waited for their table would wait
    /// for ever. First in the transaction.
    void waitForOthers() {
        CustomerImport.keepChunksOut(db);
        db.sql("LOCK TABLE membership IN SHARE ROW EXCLUSIVE MODE").update();
    }

    /// Of these customers, those who are in a group of another department.
    Set<Long> foreign(Collection<Long> customers, Collection<Long> departments) {
        return new HashSet<>(db.sql("""
                SELECT DISTINCT m.customer_id FROM membership m JOIN customer_group g ON g.id = m.group_id
                 WHERE m.customer_id = ANY (:customers) AND g.department_id <> ALL (:departments)
                """)
            .param("customers", customers.toArray(Long[]::new)).param("departments", departments.toArray(Long[]::new))
            .query(Long.class).list());
    }

    /// @return those who were there
    List<Long> erase(Collection<Long> customers, Cause cause, Instant now) {
        Map<Long, Long> addressOf = new LinkedHashMap<>();
        db.sql("SELECT id, address_id FROM customer WHERE id = ANY (:customers) ORDER BY id FOR UPDATE")
                .param("customers", customers.toArray(Long[]::new))
                .query(row -> {
                    addressOf.put(row.getLong(1), row.getLong(2));
                });
        if (addressOf.isEmpty()) return List.of();
        List<Long> there = List.copyOf(addressOf.keySet());
        departures.keep(there);
        List<Change> changes = new ArrayList<>(leaveGroups(there));
        db.sql("DELETE FROM customer_activity WHERE environment IN ('SANDBOX', 'LIVE') AND customer_id = ANY (:customers)")
                .param("customers", there.toArray(Long[]::new))
                .update();
        keepProof(there, now);
        db.sql("DELETE FROM customer WHERE id = ANY (:customers)").param("customers", there.toArray(Long[]::new)).update();
        sharing.closeRanks(addressOf.values());
        changes.add(Change.deleted(there));
        history.write(changes, cause, now);
        addresses.blank(unneeded(addressOf.values()));
        return there;
    }

    /// Who had agreed to be mailed must be shown for years; the keyed hash of the address stays, the customer does not.
    private void keepProof(List<Long> customers, Instant now) {
        db.sql("UPDATE consent SET customer_id = NULL, erased_at = :now WHERE customer_id = ANY (:customers)")
                .param("now", now.atOffset(ZoneOffset.UTC)).param("customers", customers.toArray(Long[]::new)).update();
    }

    private List<AddressId> unneeded(Collection<Long> addresses) {
        return db.sql("""
                SELECT a.id FROM unnest(:addresses::bigint[]) a(id)
                 WHERE NOT EXISTS (SELECT FROM suppression s WHERE s.address_id = a.id)
                   AND NOT EXISTS (SELECT FROM customer c WHERE c.address_id = a.id)
                   AND NOT EXISTS (SELECT FROM departed_membership d WHERE d.address_id = a.id)
                """)
            .param("addresses", addresses.toArray(Long[]::new)).query((row, n) -> new AddressId(row.getLong(1))).list();
    }

    private List<Change> leaveGroups(List<Long> customers) {
        record Kind(long group, State state) {}
        Map<Kind, List<Long>> left = new LinkedHashMap<>();
        db.sql("DELETE FROM membership WHERE customer_id = ANY (:customers) RETURNING customer_id, group_id, state")
                .param("customers", customers.toArray(Long[]::new))
                .query((row, n) -> new Gone(row.getLong(1), row.getLong(2), State.valueOf(row.getString(3))))
                .list()
                .forEach(gone -> left.computeIfAbsent(new Kind(gone.group, gone.state), any -> new ArrayList<>()).add(gone.customer));
        return left.entrySet().stream()
                .map(each -> Change.state(each.getValue(), each.getKey().group, each.getKey().state, null))
                .toList();
    }
}
