package todoku.customer;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.Memberships.State;
import todoku.database.Database;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// The customers of the house. Safe for many threads; all state is in the database.
public final class Customers {

    /// Customers in one answer; a screen shows fewer, an export asks again.
    public static final int PAGE_LIMIT = 1_000;

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<Map<String, Object>> FIELDS = new TypeReference<>() {};
    private static final String SELECT =
            "SELECT c.*, a.as_written FROM customer c JOIN address a ON a.id = c.address_id ";

    private final Database database;
    private final JdbcClient db;

    public Customers(Database database) {
        this.database = database;
        this.db = database.client();
    }

    public long count() {
        return db.sql("SELECT count(*) FROM customer").query(Long.class).single();
    }

    /// The customers after this id, in the order of their ids; begin with 0.
    public List<Customer> page(long afterId, int limit) {
        return db.sql(SELECT + "WHERE c.id > :after ORDER BY c.id LIMIT :limit")
                .param("after", afterId).param("limit", Math.min(limit, PAGE_LIMIT)).query(Customers::customer).list();
    }

    public Optional<Customer> find(long id) {
        return db.sql(SELECT + "WHERE c.id = :id").param("id", id).query(Customers::customer).optional();
    }

    /// The first who has this address.
    ///
    /// @param address canonical
    Optional<Customer> holder(String address) {
        return db.sql(SELECT + "WHERE a.canonical = :address AND c.share_no = 0").param("address", address).query(Customers::customer).optional();
    }

    /// Whoever else has the address of this customer.
    List<Customer> sharing(Customer with) {
        return db.sql(SELECT + "WHERE c.address_id = :address AND c.id <> :id ORDER BY c.share_no LIMIT :limit")
                .param("address", with.addressId()).param("id", with.id()).param("limit", PAGE_LIMIT).query(Customers::customer).list();
    }

    /// Those of these ids that are there, in the order of their ids.
    public List<Customer> find(List<Long> ids) {
        return db.sql(SELECT + "WHERE c.id = ANY (:ids) ORDER BY c.id").param("ids", ids.toArray(Long[]::new)).query(Customers::customer).list();
    }

    /// Whom a program asks for; null: whatever it is.
    ///
    /// @param address canonical
    record Wanted(@Nullable String address, @Nullable String number, @Nullable Long group, @Nullable State state, @Nullable Instant changedSince) {}

    /// Those with a greater id, the oldest first. A group is read in the order of its key, everything else in that of the
    /// customers'; what changed lately is found by the blocks it lies in.
    List<Customer> after(Wanted wanted, long id, int limit) {
        String sql = SELECT;
        if (wanted.group() != null) sql += "JOIN membership m ON m.customer_id = c.id AND m.group_id = :group ";
        sql += (wanted.group() == null ? "WHERE c.id" : "WHERE m.customer_id") + " > :id";
        if (wanted.state() != null && wanted.group() != null) sql += " AND m.state = :state";
        if (wanted.address() != null) sql += " AND a.canonical = :address";
        if (wanted.number() != null) sql += " AND c.number = :number";
        if (wanted.changedSince() != null) sql += " AND c.changed_at >= :since";
        return db.sql(sql + (wanted.group() == null ? " ORDER BY c.id" : " ORDER BY m.customer_id") + " LIMIT :limit")
                .param("id", id).param("limit", limit).param("group", wanted.group())
                .param("state", wanted.state() == null ? null : wanted.state().name())
                .param("address", wanted.address()).param("number", wanted.number())
                .param("since", wanted.changedSince() == null ? null : wanted.changedSince().atOffset(ZoneOffset.UTC))
                .query(Customers::customer).list();
    }

    /// Nobody reads further, and a letter may match everybody.
    static final int COUNT_LIMIT = 10_000;

    /// Whom a search finds.
    sealed interface Found {
        record Everybody() implements Found {}

        /// @param state null: in any
        record OfGroup(long group, @Nullable State state) implements Found {}

        /// @param ids in their order, each once
        record Few(List<Long> ids) implements Found {}

        /// More than [#COUNT_LIMIT]: every customer in turn is asked.
        record Many(Words.Rung by) implements Found {}
    }

    /// Customers with this in their address, name, kana or number.
    public List<Customer> search(String text, int limit) {
        Words words = new Words(text, false);
        return words.none() ? List.of() : after(found(words), 0, limit);
    }

    Found found(Words words) {
        return words.none() ? new Found.Everybody() : planned(() -> asked(words));
    }

    private Found asked(Words words) {
        for (Words.Rung rung : words.rungs(Fields.found(db))) {
            SortedSet<Long> ids = new TreeSet<>();
            for (String branch : rung.ids()) {
                ids.addAll(db.sql(branch + " LIMIT :most").params(rung.parameters()).param("most", COUNT_LIMIT + 1).query(Long.class).list());
                if (ids.size() > COUNT_LIMIT) return new Found.Many(rung);
            }
            if (!ids.isEmpty()) return new Found.Few(List.copyOf(ids));
        }
        return new Found.Few(List.of());
    }

    /// Those found with a smaller id, the newest first.
    List<Customer> before(Found found, long id, int limit) {
        return switch (found) {
            case Found.Everybody() -> asked("true", "c.id < :id ORDER BY c.id DESC", Map.of(), id, limit);
            case Found.OfGroup group -> asked(group, "m.customer_id < :id ORDER BY m.customer_id DESC", id, limit);
            case Found.Few(List<Long> ids) -> {
                List<Long> smaller = ids.stream().filter(each -> each < id).toList();
                yield find(smaller.subList(Math.max(0, smaller.size() - limit), smaller.size())).reversed();
            }
            case Found.Many(Words.Rung by) -> asked(by.truth(), "c.id < :id ORDER BY c.id DESC", by.parameters(), id, limit);
        };
    }

    /// Those found with a greater id, the oldest first.
    List<Customer> after(Found found, long id, int limit) {
        return switch (found) {
            case Found.Everybody() -> asked("true", "c.id > :id ORDER BY c.id", Map.of(), id, limit);
            case Found.OfGroup group -> asked(group, "m.customer_id > :id ORDER BY m.customer_id", id, limit);
            case Found.Few(List<Long> ids) -> find(ids.stream().filter(each -> each > id).limit(limit).toList());
            case Found.Many(Words.Rung by) -> asked(by.truth(), "c.id > :id ORDER BY c.id", by.parameters(), id, limit);
        };
    }

    private List<Customer> asked(String truth, String range, Map<String, Object> parameters, long id, int limit) {
        return planned(() -> db.sql(SELECT + "WHERE " + truth + " AND " + range + " LIMIT :limit").params(parameters)
                .param("id", id).param("limit", Math.min(limit, PAGE_LIMIT)).query(Customers::customer).list());
    }

    /// With a plan for these very words: which index answers depends on them.
    private <T> T planned(Supplier<T> search) {
        return database.inTransaction(() -> {
            db.sql("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)").query(String.class).single();
            return search.get();
        });
    }

    private List<Customer> asked(Found.OfGroup of, String range, long id, int limit) {
        return db.sql(SELECT + "JOIN membership m ON m.customer_id = c.id WHERE m.group_id = :group"
                        + (of.state() == null ? "" : " AND m.state = :state") + " AND " + range + " LIMIT :limit")
                .param("group", of.group()).param("state", of.state() == null ? null : of.state().name())
                .param("id", id).param("limit", Math.min(limit, PAGE_LIMIT)).query(Customers::customer).list();
    }

    /// How many, up to one more than [#COUNT_LIMIT]; everybody, and a group, is counted to the end.
    long count(Found found) {
        return switch (found) {
            case Found.Everybody() -> count();
            case Found.OfGroup(long group, State state) -> new Groups(db).counts(group).of(state);
            case Found.Few(List<Long> ids) -> ids.size();
            case Found.Many(Words.Rung by) -> COUNT_LIMIT + 1;
        };
    }

    /// Those who have this choice of the field and a smaller id, the newest first.
    List<Customer> choosing(Field field, String choice, long below, int limit) {
        return db.sql(SELECT + "WHERE " + field.sql("c") + " = :choice AND c.id < :below ORDER BY c.id DESC LIMIT :limit")
                .param("choice", choice).param("below", below).param("limit", Math.min(limit, PAGE_LIMIT)).query(Customers::customer).list();
    }

    /// How many have it, up to one more than [#COUNT_LIMIT].
    long countChoosing(Field field, String choice) {
        return db.sql("SELECT count(*) FROM (SELECT 1 FROM customer c WHERE " + field.sql("c") + " = :choice LIMIT :most) g")
                .param("choice", choice).param("most", COUNT_LIMIT + 1).query(Long.class).single();
    }

    private static Customer customer(ResultSet row, int n) throws SQLException {
        @Nullable String device = row.getString("device");
        return new Customer(row.getLong("id"), row.getString("number"), row.getLong("address_id"), row.getString("as_written"),
                row.getString("family_name"), row.getString("given_name"), row.getString("family_kana"), row.getString("given_kana"),
                row.getString("gender"), row.getObject("birthday", LocalDate.class),
                row.getString("postal_code"), row.getString("prefecture"), row.getString("city"), row.getString("telephone"),
                row.getString("preferred_format"), device, device != null && device.equals(row.getString("learnt_device")), row.getString("carrier"),
                JSON.readValue(row.getString("custom"), FIELDS),
                row.getTimestamp("created_at").toInstant(), row.getTimestamp("changed_at").toInstant(), row.getInt("version"));
    }
}
