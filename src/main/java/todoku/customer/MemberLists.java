package todoku.customer;

import static java.time.ZoneOffset.UTC;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.Memberships.State;

/// What many customers want of a group, changed at once. All of it runs in the caller's transaction, which writes the
/// changes into the history.
final class MemberLists {
    private final JdbcClient db;

    MemberLists(JdbcClient db) {
        this.db = db;
    }

    /// What those of these customers who are in the group want of it. Nobody else changes it before the transaction ends.
    Map<Long, State> held(long group, Collection<Long> customers) {
        Map<Long, State> states = new HashMap<>();
        db.sql("""
                SELECT customer_id, state FROM membership WHERE group_id = :group AND customer_id = ANY (:customers)
                 ORDER BY customer_id FOR UPDATE
                """)
            .param("group", group).param("customers", customers.toArray(Long[]::new))
            .query(row -> {
                states.put(row.getLong(1), State.valueOf(row.getString(2)));
            });
        return states;
    }

    /// Gives customers a state.
    ///
    /// @param from    of those who are in the group, whose state is changed
    /// @param joining whether others are put into it
    List<Change> set(long group, Collection<Long> customers, State to, Predicate<State> from, boolean joining, Instant now) {
        Map<Long, State> held = held(group, customers);
        Map<State, List<Long>> changed = new LinkedHashMap<>();
        List<Long> joined = new ArrayList<>();
        for (long customer : new HashSet<>(customers)) {
            @Nullable State state = held.get(customer);
            if (state == null && joining) joined.add(customer);
            if (state != null && state != to && from.test(state)) changed.computeIfAbsent(state, any -> new ArrayList<>()).add(customer);
        }
        List<Change> changes = new ArrayList<>();
        changed.forEach((state, those) -> {
            db.sql("UPDATE membership SET state = :to, since = :now WHERE group_id = :group AND customer_id = ANY (:customers)")
                    .param("to", to.name()).param("now", now.atOffset(UTC)).param("group", group)
                    .param("customers", those.toArray(Long[]::new)).update();
            changes.add(Change.state(those, group, state, to));
        });
        if (!joined.isEmpty()) changes.add(Change.state(join(group, joined, to, now), group, null, to));
        return changes;
    }

    /// Those who still exist, and whom nobody has put into it at the same moment.
    private List<Long> join(long group, List<Long> customers, State state, Instant now) {
        return db.sql("""
                INSERT INTO membership (group_id, customer_id, state, since)
                SELECT :group, c.id, :state, :now::timestamptz FROM customer c WHERE c.id = ANY (:customers) ORDER BY c.id
                ON CONFLICT (group_id, customer_id) DO NOTHING RETURNING customer_id
                """)
            .param("group", group).param("state", state.name()).param("now", now.atOffset(UTC))
            .param("customers", customers.toArray(Long[]::new)).query(Long.class).list();
    }

    /// Takes those out who are 配信中. Whoever had stopped mail stays, so that nobody mails them when they are put in again.
    List<Change> leave(long group, Collection<Long> customers) {
        List<Long> left = db.sql("""
                DELETE FROM membership WHERE group_id = :group AND customer_id = ANY (:customers) AND state = 'SUBSCRIBED' RETURNING customer_id
                """)
            .param("group", group).param("customers", customers.toArray(Long[]::new)).query(Long.class).list();
        return List.of(Change.state(left, group, State.SUBSCRIBED, null));
    }

    /// To whom these changes happened.
    static Set<Long> people(List<Change> changes) {
        Set<Long> people = new HashSet<>();
        changes.forEach(change -> people.addAll(change.customers()));
        return people;
    }
}
