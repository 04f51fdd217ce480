package todoku.customer;

import static java.time.ZoneOffset.UTC;

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;

/// Who wants the mails of which group.
public final class Memberships {
    private final Database database;
    private final JdbcClient db;
    private final CustomerHistory history;

    public Memberships(Database database) {
        this.database = database;
        this.db = database.client();
        this.history = new CustomerHistory(db);
    }

    /// What a customer wants of a group: 配信中, 配信停止, 配信禁止. The names are stored.
    public enum State {
        SUBSCRIBED,
        UNSUBSCRIBED,
        BANNED
    }

    /// One customer in one group.
    public record Membership(long customerId, long groupId, String group, State state, Instant since) {}

    /// The memberships of these customers in the groups of these departments, by the names of the groups.
    public List<Membership> of(Collection<Long> customers, Collection<Long> departments) {
        return db.sql(
                        """
                        SELECT m.customer_id, m.group_id, g.name, m.state, m.since
                          FROM membership m JOIN customer_group g ON g.id = m.group_id
                         WHERE m.customer_id = ANY (:customers) AND g.department_id = ANY (:departments) ORDER BY g.name
                        """)
                .param("customers", customers.toArray(Long[]::new))
                .param("departments", departments.toArray(Long[]::new))
                .query((row, n) -> new Membership(
                        row.getLong(1), row.getLong(2), row.getString(3), State.valueOf(row.getString(4)),
                        row.getTimestamp(5).toInstant()))
                .list();
    }

    /// Of these customers, those who are 配信中 in one of the groups now and 配信禁止 in none. Planned once, as [MergeValues#of].
    public Set<Long> subscribed(Collection<Long> groups, Collection<Long> customers) {
        return new HashSet<>(db.sql(
                        """
                        SELECT customer_id FROM membership
                         WHERE group_id = ANY ((SELECT :groups::bigint[])::bigint[]) AND customer_id = ANY ((SELECT :customers::bigint[])::bigint[])
                         GROUP BY customer_id HAVING bool_or(state = 'SUBSCRIBED') AND NOT bool_or(state = 'BANNED')
                        """)
                .param("groups", groups.toArray(Long[]::new))
                .param("customers", customers.toArray(Long[]::new))
                .query(Long.class)
                .list());
    }

    /// Puts somebody into a group, or changes what they want of it. Runs in the caller's transaction.
    ///
    /// @param since when they said so
    /// @return what they wanted before; null when they were not in it
    @Nullable State set(long customer, long group, State state, Instant since, Cause cause, Instant now) {
        @Nullable State before = db.sql("SELECT state FROM membership WHERE group_id = :group AND customer_id = :customer FOR UPDATE")
                .param("group", group)
                .param("customer", customer)
                .query(State.class)
                .optional()
                .orElse(null);
        if (state == before) return before;
        db.sql(
                        """
                        INSERT INTO membership (group_id, customer_id, state, since) VALUES (:group, :customer, :state, :since)
                        ON CONFLICT (group_id, customer_id) DO UPDATE SET state = :state, since = :since
                        """)
                .param("group", group)
                .param("customer", customer)
                .param("state", state.name())
                .param("since", since.atOffset(UTC))
                .update();
        history.write(List.of(Change.state(List.of(customer), group, before, state)), cause, now);
        return before;
    }

    /// The reader of this mail no longer wants the mails of its groups. Twice is the same as once. They refuse them for the
    /// address (特定電子メール法 3条3項): whoever shares it leaves too.
    public void leave(long mailing, int no, Instant at) {
        database.inTransaction(() -> history.write(left(mailing, no, at), new Cause.Person(mailing, no), at));
    }

    private List<Change> left(long mailing, int no, Instant at) {
        return db.sql(
                        """
                        UPDATE membership m SET state = 'UNSUBSCRIBED', since = :at
                          FROM mailing_group g, (
                               SELECT customer_id FROM mailing_recipient WHERE mailing_id = :mailing AND no = :no
                               UNION ALL
                               (SELECT customers[:no - first_no + 1] FROM old_recipient
                                 WHERE mailing_id = :mailing AND first_no <= :no ORDER BY first_no DESC LIMIT 1)) r
                          JOIN customer c ON c.id = r.customer_id JOIN customer k ON k.address_id = c.address_id
                         WHERE g.mailing_id = :mailing
                           AND m.group_id = g.group_id AND m.customer_id = k.id AND m.state = 'SUBSCRIBED'
                        RETURNING m.customer_id, m.group_id
                        """)
                .param("mailing", mailing)
                .param("no", no)
                .param("at", at.atOffset(UTC))
                .query((row, n) -> Change.state(List.of(row.getLong(1)), row.getLong(2), State.SUBSCRIBED, State.UNSUBSCRIBED))
                .list();
    }
}
