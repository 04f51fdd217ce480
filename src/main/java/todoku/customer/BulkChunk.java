package todoku.customer;

import static java.time.ZoneOffset.UTC;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.Memberships.State;
import todoku.event.AddressId;
import todoku.suppression.By;
import todoku.suppression.Lifting;
import todoku.suppression.Suppressions;
import todoku.suppression.Suppressions.Reason;
import tools.jackson.databind.json.JsonMapper;

/// Does one act to some customers, in the caller's transaction.
final class BulkChunk {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final JdbcClient db;
    private final MemberLists lists;
    private final Eraser eraser;
    private final CustomerHistory history;
    private final Suppressions suppressions;
    private final Fields fields;

    BulkChunk(JdbcClient db, Suppressions suppressions, Fields fields) {
        this.db = db;
        this.lists = new MemberLists(db);
        this.eraser = new Eraser(db);
        this.history = new CustomerHistory(db);
        this.suppressions = suppressions;
        this.fields = fields;
    }

    /// Before anything else in the transaction.
    void begin(BulkAct act) {
        if (act == BulkAct.DELETE) {
            eraser.waitForOthers();
        } else {
            CustomerImport.keepErasersOut(db);
            CustomerImport.takeTurn(db);
        }
    }

    /// @return with how many something was done
    int take(BulkProgress job, List<Long> customers, Instant now) {
        BulkOrder order = job.order();
        var cause = new Cause.Operator(job.operator());
        return switch (order.act()) {
            case JOIN -> written(lists.set(group(order), customers, State.SUBSCRIBED, state -> false, true, now), cause, now);
            case LEAVE -> written(lists.leave(group(order), customers), cause, now);
            case STOP -> written(lists.set(group(order), customers, State.UNSUBSCRIBED, state -> state == State.SUBSCRIBED, true, now), cause, now);
            case BAN -> written(lists.set(group(order), customers, State.BANNED, state -> true, true, now), cause, now);
            case SET_FIELD -> set(order, customers, now);
            case CLEAN -> suppressions.add(addresses(customers), Reason.PERMANENT_FAILURE, new By(job.operator(), order.note()));
            case UNCLEAN -> uncleaned(customers, new By(job.operator(), order.note()));
            case DELETE -> {
                Set<Long> foreign = eraser.foreign(customers, job.departments());
                yield eraser.erase(customers.stream().filter(each -> !foreign.contains(each)).toList(), cause, now).size();
            }
        };
    }

    private static long group(BulkOrder order) {
        if (order.group() == null) throw new IllegalStateException(order.act() + " without a group");
        return order.group();
    }

    private int written(List<Change> changes, Cause cause, Instant now) {
        history.write(changes, cause, now);
        return MemberLists.people(changes).size();
    }

    private List<AddressId> addresses(List<Long> customers) {
        return db.sql("SELECT address_id FROM customer WHERE id = ANY (:customers) ORDER BY address_id")
                .param("customers", customers.toArray(Long[]::new)).query((row, n) -> new AddressId(row.getLong(1))).list();
    }

    private int uncleaned(List<Long> customers, By by) {
        int lifted = 0;
        for (AddressId address : suppressions.cleanings(addresses(customers)).keySet())
            if (suppressions.lift(address, Reason.PERMANENT_FAILURE, by) instanceof Lifting.Lifted) lifted++;
        return lifted;
    }

    /// Those who have the value already stay as they are.
    private int set(BulkOrder order, List<Long> customers, Instant now) {
        Optional<Field> field = fields.all().stream().filter(each -> each.key().equals(order.field())).findFirst();
        if (field.isEmpty()) return 0;
        return switch (FieldValues.read(field.get(), order.value())) {
            case Reading.Bad bad -> 0;
            case Reading.Blank() -> update("custom - :key::text", "custom -> :key IS NOT NULL", order, customers, now, "null");
            case Reading.Value(Object value) -> update("custom || jsonb_build_object(:key::text, :value::jsonb)",
                    "custom -> :key IS DISTINCT FROM :value::jsonb", order, customers, now, json(value));
        };
    }

    private static String json(Object value) {
        return value instanceof BigDecimal number ? number.toPlainString() : JSON.writeValueAsString(value);
    }

    private int update(String custom, String where, BulkOrder order, List<Long> customers, Instant now, String value) {
        return db.sql("UPDATE customer SET custom = " + custom + ", changed_at = :now, version = version + 1"
                + " WHERE id IN (SELECT id FROM customer WHERE id = ANY (:customers) AND " + where + " ORDER BY id FOR UPDATE)")
            .params(Map.of("key", String.valueOf(order.field()), "value", value))
            .param("customers", customers.toArray(Long[]::new)).param("now", now.atOffset(UTC)).update();
    }
}
