package todoku.customer;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.Memberships.State;
import todoku.event.Event;
import todoku.event.Event.Environment;
import todoku.event.Event.Kind;
import todoku.event.EventLedger;
import todoku.event.MailingId;
import tools.jackson.databind.json.JsonMapper;

/// What happened to customers: written as events in the transaction in which it happened, and found again for one of them.
///
/// The detail of such an event is `{"customers": […], "source": "IMPORT", "import": 12, "group": 7, "from": …, "to": …}`;
/// many ids without a gap are `"first": 1, "last": 2000` instead of the list. An import writes one event for a chunk and
/// kind; `customer_history` says between which ids its customers lie.
/// These events are never dropped: reports of how a group grew need the first of them.
public final class CustomerHistory {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final JdbcClient db;
    private final EventLedger ledger;

    CustomerHistory(JdbcClient db) {
        this.db = db;
        this.ledger = new EventLedger(db);
    }

    /// One line of the history of a customer.
    ///
    /// @param source OPERATOR, API, IMPORT or PERSON
    /// @param by name of the operator or of the file, as long as it is kept
    /// @param consent where the person agreed to be mailed, as the operator of the import stated it
    public record Entry(
            Instant at, Kind kind, @Nullable String group, @Nullable State from, @Nullable State to, String source, @Nullable String by,
            @Nullable String consent) {}

    /// Runs in the caller's transaction; a change of nobody is none.
    void write(List<Change> all, Cause cause, Instant at) {
        List<Change> changes = all.stream().filter(change -> !change.customers().isEmpty()).toList();
        List<Long> events = ledger.appendNumbered(changes.stream().map(change -> event(change, cause, at)).toList());
        db.sql("""
                INSERT INTO customer_history (first_customer, last_customer, event_id)
                SELECT * FROM unnest(:first::bigint[], :last::bigint[], :events::bigint[])
                """)
            .param("first", changes.stream().map(Change::first).toArray(Long[]::new))
            .param("last", changes.stream().map(Change::last).toArray(Long[]::new))
            .param("events", events.toArray(Long[]::new)).update();
    }

    private static Event event(Change change, Cause cause, Instant at) {
        Map<String, Object> detail = new LinkedHashMap<>();
        if (change.isRun()) {
            detail.put("first", change.first());
            detail.put("last", change.last());
        } else {
            detail.put("customers", change.customers());
        }
        if (change.group() != null) detail.put("group", change.group());
        if (change.from() != null) detail.put("from", change.from());
        if (change.to() != null) detail.put("to", change.to());
        @Nullable MailingId mailing = null;
        @Nullable Integer no = null;
        switch (cause) {
            case Cause.Operator(long id) -> {
                detail.put("source", "OPERATOR");
                detail.put("operator", id);
            }
            case Cause.Program(long operator, String consentSource) -> {
                detail.put("source", "API");
                detail.put("operator", operator);
                if (consentSource != null && change.to() == State.SUBSCRIBED) detail.put("consent", consentSource);
            }
            case Cause.Import(long id, String consentSource) -> {
                detail.put("source", "IMPORT");
                detail.put("import", id);
                if (consentSource != null && change.to() == State.SUBSCRIBED) detail.put("consent", consentSource);
            }
            case Cause.Person person -> {
                detail.put("source", "PERSON");
                mailing = new MailingId(person.mailing());
                no = person.no();
            }
        }
        return new Event(at, change.kind(), Environment.LIVE, mailing, no, null, JSON.writeValueAsString(detail));
    }

    /// To read it.
    public static CustomerHistory of(JdbcClient db) {
        return new CustomerHistory(db);
    }

    /// The newest first.
    ///
    /// @param departments what happened in groups of others is not told
    List<Entry> of(long customer, Collection<Long> departments, int limit) {
        return before(customer, departments, Long.MAX_VALUE, limit).stream().map(Numbered::entry).toList();
    }

    /// An entry with the id of its event.
    public record Numbered(long id, Entry entry) {}

    /// Those older than an event, the newest first.
    ///
    /// @param departments what happened in groups of others is not told
    public List<Numbered> before(long customer, Collection<Long> departments, long event, int limit) {
        return db.sql("""
                SELECT e.id, e.happened_at, e.kind, g.name AS group_name, e.detail->>'from' AS was, e.detail->>'to' AS became,
                       e.detail->>'source' AS source, coalesce(o.display_name, i.file_name) AS by, e.detail->>'consent' AS consent
                  FROM (SELECT event_id FROM customer_history WHERE first_customer = :customer AND last_customer = :customer
                         UNION ALL
                        SELECT event_id FROM customer_history WHERE last_customer >= :customer AND first_customer <= :customer
                           AND first_customer < last_customer) h
                  JOIN event e ON e.id = h.event_id
                  LEFT JOIN customer_group g ON g.id = (e.detail->>'group')::bigint
                  LEFT JOIN operator o ON o.id = (e.detail->>'operator')::bigint
                  LEFT JOIN customer_import i ON i.id = (e.detail->>'import')::bigint
                 WHERE (e.detail->'first' IS NOT NULL OR e.detail->'customers' @> to_jsonb(:customer::bigint))
                   AND (g.id IS NULL OR g.department_id = ANY (:departments)) AND h.event_id < :before
                 ORDER BY h.event_id DESC LIMIT :limit
                """)
            .param("customer", customer).param("departments", departments.toArray(Long[]::new)).param("limit", limit)
            .param("before", event).query((row, n) -> new Numbered(row.getLong("id"), entry(row, n))).list();
    }

    private static Entry entry(ResultSet row, int n) throws SQLException {
        return new Entry(row.getTimestamp("happened_at").toInstant(), Kind.valueOf(row.getString("kind")), row.getString("group_name"),
                state(row.getString("was")), state(row.getString("became")), row.getString("source"), row.getString("by"),
                row.getString("consent"));
    }

    private static @Nullable State state(@Nullable String name) {
        return name == null ? null : State.valueOf(name);
    }
}
