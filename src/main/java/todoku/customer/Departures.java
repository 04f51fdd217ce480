package todoku.customer;

import java.time.Instant;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.Memberships.State;

/// What deleted customers no longer wanted. It stays with the address, and stands again when the address is registered again:
/// nobody is mailed against their word because they were deleted in between. All of it runs in the caller's transaction.
final class Departures {
    private final JdbcClient db;

    Departures(JdbcClient db) {
        this.db = db;
    }

    /// 配信停止 or 配信禁止 in a group, as it was.
    record Departure(long address, long group, State state, Instant since) {}

    /// Remembers what these customers do not want. Of several at one address the stricter word stands: BANNED, the lesser of the two.
    void keep(List<Long> customers) {
        db.sql("""
                INSERT INTO departed_membership (address_id, group_id, state, since)
                SELECT c.address_id, m.group_id, min(m.state), min(m.since) FROM membership m JOIN customer c ON c.id = m.customer_id
                 WHERE c.id = ANY (:customers) AND m.state <> 'SUBSCRIBED' GROUP BY c.address_id, m.group_id
                ON CONFLICT (address_id, group_id) DO UPDATE SET state = least(departed_membership.state, excluded.state), since = excluded.since
                """)
            .param("customers", customers.toArray(Long[]::new)).update();
    }

    /// What the others at the address of this customer do not want, and this customer has not refused yet.
    List<Departure> ofSharers(long customer) {
        return db.sql("""
                SELECT c.address_id, m.group_id, min(m.state), min(m.since)
                  FROM customer c JOIN customer k ON k.address_id = c.address_id AND k.id <> c.id
                  JOIN membership m ON m.customer_id = k.id AND m.state <> 'SUBSCRIBED'
                 WHERE c.id = :customer AND NOT EXISTS (SELECT FROM membership o WHERE o.group_id = m.group_id AND o.customer_id = c.id AND o.state <> 'SUBSCRIBED')
                 GROUP BY c.address_id, m.group_id
                """)
            .param("customer", customer)
            .query((row, n) -> new Departure(
                    row.getLong(1), row.getLong(2), State.valueOf(row.getString(3)), row.getTimestamp(4).toInstant()))
            .list();
    }

    /// Hands out what is remembered of these addresses, to whoever makes them customers again.
    List<Departure> takeBack(List<Long> addresses) {
        return db.sql("""
                DELETE FROM departed_membership WHERE address_id = ANY (:addresses)
                RETURNING address_id, group_id, state, since
                """)
            .param("addresses", addresses.toArray(Long[]::new))
            .query((row, n) -> new Departure(
                    row.getLong(1), row.getLong(2), State.valueOf(row.getString(3)), row.getTimestamp(4).toInstant()))
            .list();
    }
}
