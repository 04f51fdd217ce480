package todoku.mailing;

import java.util.Collection;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.MailingId;

/// The recipients of a mailing: numbered once, in the planning transaction, and never changed.
public final class Recipients {
    private final JdbcClient db;

    public Recipients(JdbcClient db) {
        this.db = db;
    }

    /// Names the lists that the unsubscribe link of this mailing leaves.
    public void fromGroups(MailingId mailing, Collection<Long> groups) {
        db.sql(
                        """
                        INSERT INTO mailing_group (mailing_id, group_id)
                        SELECT id, unnest(:groups::bigint[]) FROM mailing WHERE id = :mailing AND state = 'PREPARING'
                        ON CONFLICT DO NOTHING
                        """)
                .param("groups", groups.toArray(Long[]::new))
                .param("mailing", mailing.value())
                .update();
    }

    /// Everybody of this mailing, whoever they are, reads it as it is for this customer: a test mail.
    public void readAs(MailingId mailing, long customer) {
        db.sql("UPDATE mailing SET as_customer_id = :customer WHERE id = :mailing AND state = 'PREPARING'")
                .param("customer", customer)
                .param("mailing", mailing.value())
                .update();
    }

    /// Opens the list of this transaction: a temporary table `chosen(customer_id, address_id)` for the planner to fill.
    public void open() {
        db.sql("CREATE TEMPORARY TABLE chosen (customer_id bigint, address_id bigint NOT NULL) ON COMMIT DROP")
                .update();
    }

    /// Numbers everybody on the list from 1, destination by destination, so that one destination is one range of numbers.
    ///
    /// @return how many there are
    public int write(MailingId mailing) {
        return db.sql(
                        """
                        INSERT INTO mailing_recipient (mailing_id, no, address_id, customer_id)
                        SELECT :mailing, row_number() OVER (ORDER BY d.destination_id, c.address_id), c.address_id, c.customer_id
                          FROM chosen c JOIN address a ON a.id = c.address_id JOIN domain d ON d.id = a.domain_id
                        """)
                .param("mailing", mailing.value())
                .update();
    }

    /// How many were left out while planning, for one reason of the glossary's 除外.
    public void excluded(MailingId mailing, String reason, int count) {
        if (count == 0) return;
        db.sql("INSERT INTO planning_exclusion (mailing_id, reason, count) VALUES (:mailing, :reason, :count)")
                .param("mailing", mailing.value())
                .param("reason", reason)
                .param("count", count)
                .update();
    }
}
