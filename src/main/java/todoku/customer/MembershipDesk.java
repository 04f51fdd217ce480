package todoku.customer;


import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.access.Audit;
import todoku.access.Operator;
import todoku.customer.Memberships.State;
import todoku.database.Database;

/// What programs say about who wants which group's mails. They cannot undo what a person said: who left comes back only with
/// a stated consent, and a ban or a complaint is not theirs to lift.
@Component
class MembershipDesk {
    private final Database database;
    private final JdbcClient db;
    private final Memberships memberships;
    private final CustomerHistory history;
    private final Audit audit;
    private final InstantSource clock;

    MembershipDesk(Database database, Memberships memberships, Audit audit, InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.memberships = memberships;
        this.history = new CustomerHistory(db);
        this.audit = audit;
        this.clock = clock;
    }

    /// How it ended.
    enum Outcome {
        DONE,
        /// They had left, and nobody said where they agreed again.
        CONSENT_MISSING,
        /// 配信禁止, a ban of the address, or a complaint.
        BARRED,
        /// What they said must stay known.
        MUST_STAY,
        /// They were not in it.
        NOT_THERE
    }

    Outcome set(Operator by, long customer, long group, State state, @Nullable String consentSource) {
        return database.inTransaction(() -> {
            @Nullable State before = state(customer, group);
            if (before == state) return Outcome.DONE;
            if (before == State.BANNED || (state == State.SUBSCRIBED && isBarred(customer))) return Outcome.BARRED;
            if (before == State.UNSUBSCRIBED && state == State.SUBSCRIBED && consentSource == null) return Outcome.CONSENT_MISSING;
            Instant now = clock.instant();
            memberships.set(customer, group, state, now, new Cause.Program(by.id(), consentSource), now);
            Map<String, Object> after = new LinkedHashMap<>();
            after.put("group", group);
            after.put("state", state);
            if (consentSource != null) after.put("consentSource", consentSource);
            audit.write(by, "customer.membership", "customer:" + customer,
                    Map.of("group", group, "state", before == null ? "" : before), after);
            return Outcome.DONE;
        });
    }

    /// Takes somebody out of a group who is 配信中 in it.
    Outcome remove(Operator by, long customer, long group) {
        return database.inTransaction(() -> {
            @Nullable State before = state(customer, group);
            if (before == null) return Outcome.NOT_THERE;
            if (before != State.SUBSCRIBED) return Outcome.MUST_STAY;
            db.sql("DELETE FROM membership WHERE group_id = :group AND customer_id = :customer AND state = 'SUBSCRIBED'")
                    .param("group", group).param("customer", customer).update();
            history.write(List.of(Change.state(List.of(customer), group, before, null)), new Cause.Program(by.id(), null), clock.instant());
            audit.write(by, "customer.membership", "customer:" + customer, Map.of("group", group, "state", before), Map.of("group", group, "state", ""));
            return Outcome.DONE;
        });
    }

    private @Nullable State state(long customer, long group) {
        return db.sql("SELECT state FROM membership WHERE group_id = :group AND customer_id = :customer FOR UPDATE")
                .param("group", group).param("customer", customer).query(State.class).optional().orElse(null);
    }

    private boolean isBarred(long customer) {
        return db.sql("""
                SELECT EXISTS (SELECT FROM customer c JOIN suppression s ON s.address_id = c.address_id
                                WHERE c.id = :customer AND s.reason IN ('BANNED', 'COMPLAINT'))
                """)
            .param("customer", customer).query(Boolean.class).single();
    }
}
