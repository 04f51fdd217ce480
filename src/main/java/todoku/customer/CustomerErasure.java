package todoku.customer;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.customer.Memberships.State;
import todoku.database.Database;
import todoku.event.AddressId;
import todoku.mailing.Addresses;
import todoku.suppression.Suppressions;
import todoku.web.NotFound;

/// Deletes a customer for good: values, memberships, and the address itself.
///
/// The address is kept only where it must be: it is suppressed, or its owner had left a group or was banned from one. What
/// was sent stays, under the number of the address. No mail is composed for them from the next dialogue on.
@Component
class CustomerErasure {
    private final Database database;
    private final JdbcClient db;
    private final Addresses addresses;
    private final Suppressions suppressions;
    private final Departures departures;
    private final CustomerHistory history;
    private final Audit audit;
    private final InstantSource clock;

    CustomerErasure(Database database, Suppressions suppressions, Audit audit, InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.addresses = new Addresses(db);
        this.suppressions = suppressions;
        this.departures = new Departures(db);
        this.history = new CustomerHistory(db);
        this.audit = audit;
        this.clock = clock;
    }

    /// @throws todoku.access.NotAllowed when they are in a group the operator may not change
    void erase(Operator by, long customer) {
        database.inTransaction(() -> {
            waitForOthers();
            long address = db.sql("SELECT address_id FROM customer WHERE id = :customer FOR UPDATE")
                    .param("customer", customer).query(Long.class).optional().orElseThrow(NotFound::new);
            departments(customer).forEach(department -> by.require(Function.CUSTOMER_EDIT, department));
            boolean departed = departures.keep(customer);
            List<Change> changes = new ArrayList<>(leaveGroups(customer));
            db.sql("DELETE FROM customer WHERE id = :customer").param("customer", customer).update();
            changes.add(Change.deleted(customer));
            Instant now = clock.instant();
            history.write(changes, new Cause.Operator(by.id()), now);
            if (!departed && suppressions.of(new AddressId(address)).isEmpty()) addresses.blank(new AddressId(address));
            audit.write(by, "customer.delete", "customer:" + customer, null, null);
        });
    }

    /// Imports and leaving readers end what they are at: whoever held a row of theirs and waited for their table would wait for ever.
    private void waitForOthers() {
        CustomerImport.keepChunksOut(db);
        db.sql("LOCK TABLE membership IN SHARE ROW EXCLUSIVE MODE").update();
    }

    private List<Long> departments(long customer) {
        return db.sql("""
                SELECT DISTINCT g.department_id FROM membership m JOIN customer_group g ON g.id = m.group_id WHERE m.customer_id = :customer
                """)
            .param("customer", customer).query(Long.class).list();
    }

    private List<Change> leaveGroups(long customer) {
        return db.sql("DELETE FROM membership WHERE customer_id = :customer RETURNING group_id, state")
                .param("customer", customer)
                .query((row, n) -> Change.state(List.of(customer), row.getLong(1), State.valueOf(row.getString(2)), null))
                .list();
    }
}
