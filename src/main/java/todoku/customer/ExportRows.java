package todoku.customer;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.access.Masking;
import todoku.customer.Memberships.Membership;
import todoku.customer.Memberships.State;
import todoku.event.AddressId;
import todoku.event.Reason;
import todoku.suppression.Cleaning;
import todoku.suppression.Suppressions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The cells of an export, a chunk of customers at a time, as an import reads them.
final class ExportRows {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuu/MM/dd");
    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("uuuu/MM/dd HH:mm:ss");

    private final JdbcClient db;
    private final Memberships memberships;
    private final Suppressions suppressions;
    private final Function<Reason, String> reasons;
    private final ZoneId zone;
    private final List<ExportColumn> columns;
    private final List<Long> departments;
    private final boolean masked;

    ExportRows(JdbcClient db, Memberships memberships, Suppressions suppressions, Function<Reason, String> reasons, ZoneId zone,
               List<ExportColumn> columns, List<Long> departments, boolean masked) {
        this.db = db;
        this.memberships = memberships;
        this.suppressions = suppressions;
        this.reasons = reasons;
        this.zone = zone;
        this.columns = columns;
        this.departments = departments;
        this.masked = masked;
    }

    /// What is known of the customers of a chunk beside their rows.
    private record Beside(Map<Long, Map<Long, State>> states, Map<AddressId, Cleaning> cleanings) {}

    /// The rows of those of these customers who still exist, in their order.
    List<List<String>> of(List<Long> customers) {
        var beside = new Beside(has(ExportColumn.InGroup.class) ? states(customers) : Map.of(), cleanings(customers));
        return db.sql("""
                SELECT c.*, a.as_written FROM customer c JOIN address a ON a.id = c.address_id
                 WHERE c.id = ANY (:customers) ORDER BY c.id
                """)
            .param("customers", customers.toArray(Long[]::new)).query((row, n) -> cells(row, beside)).list();
    }

    private boolean has(Class<? extends ExportColumn> kind) {
        return columns.stream().anyMatch(kind::isInstance);
    }

    private Map<Long, Map<Long, State>> states(List<Long> customers) {
        return memberships.of(customers, departments).stream().collect(Collectors.groupingBy(
                Membership::customerId, Collectors.toMap(Membership::groupId, Membership::state)));
    }

    private Map<AddressId, Cleaning> cleanings(List<Long> customers) {
        if (!has(ExportColumn.Known.class)) return Map.of();
        return suppressions.cleanings(db.sql("SELECT address_id FROM customer WHERE id = ANY (:customers)")
                .param("customers", customers.toArray(Long[]::new)).query(Long.class).list().stream().map(AddressId::new).toList());
    }

    private List<String> cells(ResultSet row, Beside beside) throws SQLException {
        JsonNode custom = JSON.readTree(row.getString("custom"));
        Map<Long, State> states = beside.states.getOrDefault(row.getLong("id"), Map.of());
        @Nullable Cleaning cleaning = beside.cleanings.get(new AddressId(row.getLong("address_id")));
        List<String> cells = new ArrayList<>(columns.size());
        for (ExportColumn column : columns) cells.add(switch (column) {
            case ExportColumn.Address() -> text(masked ? Masking.all().address(row.getString("as_written")) : row.getString("as_written"));
            case ExportColumn.Standard(StandardField field) -> standard(field, row.getString(field.column));
            case ExportColumn.Custom(Field field) -> custom(field, custom.get(field.key()));
            case ExportColumn.InGroup(Group group, boolean only) -> said(states.get(group.id()));
            case ExportColumn.Known known -> known(known, row, cleaning);
        });
        return cells;
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : Spreadsheet.harmless(value);
    }

    private String standard(StandardField field, @Nullable String value) {
        if (value == null) return "";
        if (!masked) return field.form == StandardField.Form.DATE ? DAY.format(LocalDate.parse(value)) : text(value);
        return switch (field) {
            case FAMILY_NAME, GIVEN_NAME, FAMILY_KANA, GIVEN_KANA -> text(Masking.all().name(value));
            case TELEPHONE -> Masking.all().telephone(value);
            case NUMBER, BIRTHDAY, POSTAL_CODE, CITY -> Masking.all().text(value);
            case GENDER, PREFECTURE, PREFERRED_FORMAT, DEVICE, CARRIER -> text(value);
        };
    }

    private String custom(Field field, @Nullable JsonNode value) {
        if (value == null || value.isNull()) return "";
        if (masked && field.personal()) return Masking.all().text("…");
        if (value.isNumber()) return plain(value.decimalValue());
        if (value.isBoolean()) return value.asBoolean() ? "はい" : "いいえ";
        if (value.isArray()) return text(value.valueStream().map(JsonNode::asString).collect(Collectors.joining("、")));
        return switch (field.type()) {
            case DATE -> day(value.asString());
            case DATETIME -> second(value.asString());
            default -> text(value.asString());
        };
    }

    private static String plain(BigDecimal number) {
        return number.toPlainString();
    }

    private static String day(String stored) {
        try {
            return DAY.format(LocalDate.parse(stored));
        } catch (DateTimeParseException e) {
            return text(stored);
        }
    }

    private static String second(String stored) {
        try {
            return SECOND.format(LocalDateTime.parse(stored));
        } catch (DateTimeParseException e) {
            return text(stored);
        }
    }

    private static String said(@Nullable State state) {
        if (state == null) return "";
        return switch (state) {
            case SUBSCRIBED -> "配信中";
            case UNSUBSCRIBED -> "配信停止";
            case BANNED -> "配信禁止";
        };
    }

    private String known(ExportColumn.Known column, ResultSet row, @Nullable Cleaning cleaning) throws SQLException {
        return switch (column) {
            case CLEANED -> cleaning == null ? "" : "クリーニング済";
            case CLEANED_WHY -> cleaning == null ? "" : text(why(cleaning));
            case CLEANED_AT -> cleaning == null ? "" : time(cleaning.since());
            case CREATED -> time(row.getTimestamp("created_at").toInstant());
            case CHANGED -> time(row.getTimestamp("changed_at").toInstant());
        };
    }

    /// Replies and notes name addresses.
    private String why(Cleaning cleaning) {
        if (cleaning.note() != null) return masked ? Masking.all().text(cleaning.note()) : cleaning.note();
        String reason = cleaning.reason() == null ? "" : reasons.apply(cleaning.reason());
        return cleaning.reply() == null || masked ? reason : reason + "：" + cleaning.reply();
    }

    private String time(Instant at) {
        return SECOND.format(at.atZone(zone));
    }
}
