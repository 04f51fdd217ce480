package todoku.customer.record;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.access.Operator;
import todoku.customer.CardPart;
import todoku.customer.Customer;
import todoku.database.Database;
import todoku.web.Page;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The records of one customer, the newest first.
@Component
public class CustomerRecords implements CardPart {
    /// Of each kind at once.
    static final int PAGE = 20;

    private static final JsonMapper JSON = JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
    private static final TypeReference<Map<String, Object>> VALUES = new TypeReference<>() {};

    private final RecordKinds kinds;
    private final JdbcClient db;

    CustomerRecords(Database database, RecordKinds kinds) {
        this.kinds = kinds;
        this.db = database.client();
    }

    /// One record.
    public record Row(long id, @Nullable String number, Instant at, @Nullable BigDecimal amount, Map<String, Object> values) {
        /// As people read it; a personal one masked.
        public String text(RecordField field, Page page) {
            @Nullable Object value = values.get(field.key());
            if (value == null) return "—";
            String text = switch (field.type()) {
                case NUMBER -> value instanceof Number number ? number(new BigDecimal(number.toString())) : value.toString();
                case YES_NO -> page.t(value.equals(true) ? "record.yes" : "record.no");
                case DATE -> page.date(LocalDate.parse(value.toString()));
                case DATETIME -> page.time(Instant.parse(value.toString()));
                case TEXT, CHOICE -> value.toString();
            };
            return field.personal() ? page.mask().text(text) : text;
        }

        public String money() {
            return amount == null ? "—" : number(amount);
        }

        private static String number(BigDecimal value) {
            BigDecimal plain = value.stripTrailingZeros();
            return String.format(java.util.Locale.ROOT, "%,." + Math.max(0, plain.scale()) + "f", plain);
        }
    }

    /// Some records of one kind.
    ///
    /// @param more where those behind them are; null when there are none
    public record Part(RecordKind kind, List<Row> rows, @Nullable String more) {}

    @Override
    public String name() {
        return "records";
    }

    /// The newest of each kind the customer has any of.
    @Override
    public List<Part> of(Customer person, Operator operator) {
        long customer = person.id();
        Map<Long, List<Row>> rows = new HashMap<>();
        db.sql("""
                SELECT k.id, r.id, r.number, r.at, r.amount, r.data::text FROM record_kind k
                 CROSS JOIN LATERAL (SELECT * FROM related_record r WHERE r.customer_id = :customer AND r.kind_id = k.id
                                      ORDER BY r.at DESC, r.id DESC LIMIT :limit) r
                 ORDER BY k.id, r.at DESC, r.id DESC
                """)
                .param("customer", customer)
                .param("limit", PAGE + 1)
                .query((ResultSet row) -> {
                    rows.computeIfAbsent(row.getLong(1), _ -> new ArrayList<>()).add(row(row, 2));
                });
        return kinds.all().stream()
                .filter(kind -> rows.containsKey(kind.id()))
                .map(kind -> part(customer, kind, rows.getOrDefault(kind.id(), List.of())))
                .toList();
    }

    /// Those behind a place in the order.
    Part after(long customer, RecordKind kind, Instant at, long id) {
        return part(customer, kind, db.sql("""
                SELECT r.id, r.number, r.at, r.amount, r.data::text FROM related_record r
                 WHERE r.customer_id = :customer AND r.kind_id = :kind AND r.at <= :at AND (r.at, r.id) < (:at, :id)
                 ORDER BY r.at DESC, r.id DESC LIMIT :limit
                """)
                .param("customer", customer)
                .param("kind", kind.id())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("id", id)
                .param("limit", PAGE + 1)
                .query((row, _) -> row(row, 1))
                .list());
    }

    /// A record with its kind.
    public record OfKind(RecordKind kind, Row row) {}

    /// Of all kinds together, those behind a place in the order of time.
    public List<OfKind> before(long customer, Instant at, long id, int limit) {
        Map<Long, RecordKind> known = kinds.all().stream().collect(Collectors.toMap(RecordKind::id, kind -> kind));
        return db.sql("""
                SELECT r.kind_id, r.id, r.number, r.at, r.amount, r.data::text FROM related_record r
                 WHERE r.customer_id = :customer AND (r.at, r.id) < (:at, :id) AND r.kind_id = ANY (:kinds)
                 ORDER BY r.at DESC, r.id DESC LIMIT :limit
                """)
                .param("customer", customer)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("id", id)
                .param("kinds", known.keySet().toArray(Long[]::new))
                .param("limit", limit)
                .query((row, _) -> new OfKind(Objects.requireNonNull(known.get(row.getLong(1))), row(row, 2)))
                .list();
    }

    /// With its kind.
    record Numbered(long kind, Row row) {}

    /// Those of one customer behind this id, in the order of their ids; of every kind when none is named.
    List<Numbered> ofCustomer(long customer, @Nullable Long kind, long id, int limit) {
        return db.sql("SELECT r.kind_id, r.id, r.number, r.at, r.amount, r.data::text FROM related_record r WHERE r.customer_id = :customer"
                        + (kind == null ? "" : " AND r.kind_id = :kind") + " AND r.id > :id ORDER BY r.id LIMIT :limit")
                .param("customer", customer).param("kind", kind).param("id", id).param("limit", limit)
                .query((row, _) -> new Numbered(row.getLong(1), row(row, 2))).list();
    }

    private static Part part(long customer, RecordKind kind, List<Row> found) {
        boolean more = found.size() > PAGE;
        List<Row> shown = more ? found.subList(0, PAGE) : found;
        return new Part(kind, shown, more
                ? "/customers/" + customer + "/records/" + kind.id() + "?at=" + shown.getLast().at() + "&below=" + shown.getLast().id()
                : null);
    }

    private static Row row(ResultSet row, int first) throws SQLException {
        return new Row(row.getLong(first), row.getString(first + 1), row.getTimestamp(first + 2).toInstant(), row.getBigDecimal(first + 3),
                JSON.readValue(row.getString(first + 4), VALUES));
    }
}
