package todoku.customer;

import java.time.InstantSource;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.database.Database;
import todoku.web.NotFound;

/// Deletes a customer for good: values, memberships, and the address itself.
///
/// The address is kept only where it must be: it is suppressed, or its owner had left a group or was banned from one. What
/// was sent stays, under the number of the address. No mail is composed for them from the next dialogue on.
@Component
class CustomerErasure {
    private final Database database;
    private final JdbcClient db;
    private final Eraser eraser;
    private final Audit audit;
    private final InstantSource clock;

    CustomerErasure(Database database, Audit audit, InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.eraser = new Eraser(db);
        this.audit = audit;
        this.clock = clock;
    }

    /// @throws todoku.access.NotAllowed when they are in a group the operator may not change
    void erase(Operator by, long customer) {
        database.inTransaction(() -> {
            eraser.waitForOthers();
            departments(customer).forEach(department -> by.require(Function.CUSTOMER_EDIT, department));
            if (eraser.erase(List.of(customer), new Cause.Operator(by.id()), clock.instant()).isEmpty()) throw new NotFound();
            audit.write(by, "customer.delete", "customer:" + customer, null, null);
        });
    }

    private List<Long> departments(long customer) {
        return db.sql("""
                SELECT DISTINCT g.department_id FROM membership m JOIN customer_group g ON g.id = m.group_id WHERE m.customer_id = :customer
                """)
            .param("customer", customer).query(Long.class).list();
    }
}
