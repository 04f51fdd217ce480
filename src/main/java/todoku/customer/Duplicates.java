package todoku.customer;

import static java.time.ZoneOffset.UTC;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.NotAllowed;
import todoku.access.Operator;
import todoku.customer.Memberships.Membership;
import todoku.customer.Memberships.State;
import todoku.database.Database;
import todoku.event.AddressId;
import todoku.suppression.By;
import todoku.suppression.Suppression;
import todoku.suppression.Suppressions;
import todoku.web.NotFound;

/// Customers who are there twice: found by name and birthday or telephone, or by the address they share, and made one.
@Component
class Duplicates {
    /// As they were found last, and as they still are.
    private static final String SAME_NAME =
            """
            (SELECT p.first_id AS a, p.second_id AS b FROM duplicate_pair p
              CROSS JOIN LATERAL (SELECT * FROM customer WHERE id = p.first_id LIMIT 1) x
              CROSS JOIN LATERAL (SELECT * FROM customer WHERE id = p.second_id LIMIT 1) y
              WHERE (p.first_id, p.second_id) > (:first, :second) AND x.family_name = y.family_name
                AND x.given_name = y.given_name AND (x.birthday = y.birthday OR x.telephone = y.telephone)
              ORDER BY p.first_id, p.second_id LIMIT :limit)
            """;

    private static final String SAME_ADDRESS =
            """
            SELECT id AS a, lead(id) OVER (PARTITION BY address_id ORDER BY id) AS b
              FROM customer WHERE address_id IN (SELECT address_id FROM customer WHERE share_no > 0)
            """;

    private final Database database;
    private final JdbcClient db;
    private final Customers customers;
    private final Memberships memberships;
    private final Suppressions suppressions;
    private final Eraser eraser;
    private final CustomerHistory history;
    private final Audit audit;
    private final InstantSource clock;

    Duplicates(Database database, Customers customers, Memberships memberships, Suppressions suppressions, Audit audit, InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.customers = customers;
        this.memberships = memberships;
        this.suppressions = suppressions;
        this.eraser = new Eraser(db);
        this.history = new CustomerHistory(db);
        this.audit = audit;
        this.clock = clock;
    }

    private record Ids(long first, long second) {}

    /// Pairs behind this one. Those of the same name are the search's ([DuplicateSearch]), those of the same address of this moment.
    ///
    /// @param shared only those with the same address
    List<DuplicatePair> after(long first, long second, boolean shared, int limit) {
        List<Ids> pairs = db.sql("SELECT a, b FROM (" + (shared ? SAME_ADDRESS : SAME_NAME + " UNION " + SAME_ADDRESS) + """
                ) pair
                 WHERE b IS NOT NULL AND (a, b) > (:first, :second) ORDER BY a, b LIMIT :limit
                """)
            .param("first", first).param("second", second).param("limit", limit)
            .query((row, n) -> new Ids(row.getLong(1), row.getLong(2))).list();
        Map<Long, Customer> people = new HashMap<>();
        customers.find(pairs.stream().flatMap(pair -> java.util.stream.Stream.of(pair.first, pair.second)).distinct().toList())
                .forEach(customer -> people.put(customer.id(), customer));
        return pairs.stream().filter(pair -> people.containsKey(pair.first) && people.containsKey(pair.second))
                .map(pair -> new DuplicatePair(person(people, pair.first), person(people, pair.second))).toList();
    }

    private static Customer person(Map<Long, Customer> people, long id) {
        return java.util.Objects.requireNonNull(people.get(id));
    }

    /// What the kept one says counts; where it says nothing, what the other says. In each group the stricter state of the two
    /// counts. Related records and consents go over, then the other is deleted.
    ///
    /// @return false when somebody changed one of them since these versions were read
    /// @throws NotAllowed when one of them is in a group the operator may not change
    boolean merge(Operator by, Customer kept, Customer other) {
        if (kept.id() == other.id()) throw new NotFound();
        return database.inTransaction(() -> {
            eraser.waitForOthers();
            if (!eraser.foreign(List.of(kept.id(), other.id()), by.departments(Function.CUSTOMER_EDIT)).isEmpty()) throw new NotAllowed(Function.CUSTOMER_EDIT);
            if (!unchanged(kept, other)) return false;
            Instant now = clock.instant();
            var cause = new Cause.Operator(by.id());
            stricter(kept.id(), other.id(), by, cause, now);
            silence(kept, other, by);
            moveBelongings(kept.id(), other.id());
            eraser.erase(List.of(other.id()), cause, now);
            fill(kept.id(), other, now);
            history.write(List.of(Change.merged(List.of(kept.id()))), cause, now);
            audit.write(by, "customer.merge", "customer:" + kept.id(), Map.of("deleted", other.id()), Map.of("kept", kept.id()));
            return true;
        });
    }

    private boolean unchanged(Customer kept, Customer other) {
        Map<Long, Integer> versions = new HashMap<>();
        db.sql("SELECT id, version FROM customer WHERE id IN (:kept, :other) ORDER BY id FOR UPDATE")
                .param("kept", kept.id()).param("other", other.id())
                .query(row -> {
                    versions.put(row.getLong(1), row.getInt(2));
                });
        return versions.equals(Map.of(kept.id(), kept.version(), other.id(), other.version()));
    }

    /// 配信禁止 before 配信停止 before 配信中: the order of the states.
    private void stricter(long kept, long other, Operator by, Cause cause, Instant now) {
        Map<Long, State> own = new HashMap<>();
        List<Membership> all = memberships.of(List.of(kept, other), by.departments(Function.CUSTOMER_EDIT));
        for (Membership each : all) if (each.customerId() == kept) own.put(each.groupId(), each.state());
        for (Membership each : all) {
            State before = own.get(each.groupId());
            if (each.customerId() == other && (before == null || before.compareTo(each.state()) < 0))
                memberships.set(kept, each.groupId(), each.state(), each.since(), cause, now);
        }
    }

    /// Who asked to get nothing more asked as a person, not as an address.
    private void silence(Customer kept, Customer other, Operator by) {
        for (Suppression each : suppressions.of(new AddressId(other.addressId())))
            if (each.reason() != Suppressions.Reason.PERMANENT_FAILURE)
                suppressions.add(List.of(new AddressId(kept.addressId())), each.reason(), new By(by.id(), null));
    }

    private void moveBelongings(long kept, long other) {
        for (String sql : List.of(
                "UPDATE related_record SET customer_id = :kept WHERE customer_id = :other",
                "UPDATE consent SET customer_id = :kept WHERE customer_id = :other",
                """
                INSERT INTO customer_activity (environment, customer_id, opened_at, clicked_at)
                SELECT environment, :kept, opened_at, clicked_at FROM customer_activity
                 WHERE environment IN ('SANDBOX', 'LIVE') AND customer_id = :other
                ON CONFLICT (environment, customer_id) DO UPDATE
                   SET opened_at = greatest(customer_activity.opened_at, excluded.opened_at),
                       clicked_at = greatest(customer_activity.clicked_at, excluded.clicked_at)
                """)) db.sql(sql).param("kept", kept).param("other", other).update();
    }

    /// When the other is gone: numbers and unique fields are never there twice.
    private void fill(long kept, Customer other, Instant now) {
        db.sql("""
                UPDATE customer SET number = coalesce(number, :number), family_kana = coalesce(family_kana, :familyKana),
                       given_kana = coalesce(given_kana, :givenKana), gender = coalesce(gender, :gender),
                       birthday = coalesce(birthday, :birthday), postal_code = coalesce(postal_code, :postalCode),
                       prefecture = coalesce(prefecture, :prefecture), city = coalesce(city, :city),
                       telephone = coalesce(telephone, :telephone), preferred_format = coalesce(preferred_format, :preferredFormat),
                       device = coalesce(device, :device), carrier = coalesce(carrier, :carrier),
                       custom = :custom::jsonb || jsonb_strip_nulls(custom), changed_at = :now, version = version + 1
                 WHERE id = :kept
                """)
            .param("number", other.number()).param("familyKana", other.familyKana()).param("givenKana", other.givenKana())
            .param("gender", other.gender()).param("birthday", other.birthday()).param("postalCode", other.postalCode())
            .param("prefecture", other.prefecture()).param("city", other.city()).param("telephone", other.telephone())
            .param("preferredFormat", other.preferredFormat()).param("device", other.device()).param("carrier", other.carrier())
            .param("custom", new tools.jackson.databind.ObjectMapper().writeValueAsString(other.custom()))
            .param("now", now.atOffset(UTC)).param("kept", kept).update();
    }
}
