package todoku.customer;

import static java.time.ZoneOffset.UTC;

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Who wants the mails of which group.
public final class Memberships {
    private final JdbcClient db;

    public Memberships(JdbcClient db) {
        this.db = db;
    }

    /// Of these customers, those who are 配信中 in the group now.
    public Set<Long> subscribed(long group, Collection<Long> customers) {
        return new HashSet<>(db.sql(
                        """
                        SELECT customer_id FROM membership
                         WHERE group_id = :group AND state = 'SUBSCRIBED' AND customer_id = ANY (:customers)
                        """)
                .param("group", group)
                .param("customers", customers.toArray(Long[]::new))
                .query(Long.class)
                .list());
    }

    /// The reader of this mail no longer wants the mails of its group. Twice is the same as once.
    public void leave(long mailing, int no, Instant at) {
        db.sql(
                        """
                        UPDATE membership m SET state = 'UNSUBSCRIBED', since = :at
                          FROM mailing g, mailing_recipient r
                         WHERE g.id = :mailing AND r.mailing_id = g.id AND r.no = :no
                           AND m.group_id = g.group_id AND m.customer_id = r.customer_id AND m.state = 'SUBSCRIBED'
                        """)
                .param("mailing", mailing)
                .param("no", no)
                .param("at", at.atOffset(UTC))
                .update();
    }
}
