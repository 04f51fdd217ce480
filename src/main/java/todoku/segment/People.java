package todoku.segment;

import static java.time.ZoneOffset.UTC;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Reads a few customers as far as a rule asks about them: one query for each kind of thing it names.
final class People {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    private static final List<String> TEXTS = List.of(
            "number", "family_name", "given_name", "family_kana", "given_kana", "gender", "birthday", "postal_code", "prefecture",
            "city", "telephone");

    private final JdbcClient db;
    private final ZoneId zone;

    People(JdbcClient db, ZoneId zone) {
        this.db = db;
        this.zone = zone;
    }

    /// What is read beside the customer's own row.
    ///
    /// @param mailings named ones
    /// @param since    of mails counted by days; null for none
    /// @param kinds    of records
    record Needs(Set<Long> mailings, @Nullable Instant since, Set<Long> kinds) {}

    Map<Long, Person> read(Collection<Long> ids, Needs needs) {
        Long[] wanted = ids.toArray(Long[]::new);
        Map<Long, Map<Long, String>> groups = new HashMap<>();
        db.sql("SELECT customer_id, group_id, state FROM membership WHERE customer_id = ANY (:ids)").param("ids", wanted).query(row -> {
            groups.computeIfAbsent(row.getLong(1), _ -> new HashMap<>()).put(row.getLong(2), row.getString(3));
        });
        Map<Long, List<Person.Received>> received = received(wanted, needs);
        Map<Long, List<Person.Deed>> deeds = deeds(wanted, needs);
        Map<Long, Person> people = new HashMap<>();
        db.sql("""
                SELECT c.*, a.canonical AS address, d.name AS domain, v.opened_at, v.clicked_at
                  FROM customer c JOIN address a ON a.id = c.address_id JOIN domain d ON d.id = a.domain_id
                  LEFT JOIN customer_activity v ON v.customer_id = c.id AND v.environment = (SELECT environment FROM installation)
                 WHERE c.id = ANY (:ids)
                """)
                .param("ids", wanted)
                .query(row -> {
                    long id = row.getLong("id");
                    people.put(id, new Person(
                            id,
                            columns(row),
                            JSON.readTree(row.getString("custom")),
                            groups.getOrDefault(id, Map.of()),
                            row.getString("domain"),
                            instant(row, "opened_at"),
                            instant(row, "clicked_at"),
                            received.getOrDefault(id, List.of()),
                            deeds.getOrDefault(id, List.of())));
                });
        return people;
    }

    private Map<String, String> columns(ResultSet row) throws SQLException {
        Map<String, String> columns = new HashMap<>();
        columns.put("address", row.getString("address"));
        for (String name : TEXTS) {
            String value = row.getString(name);
            if (value != null) columns.put(name, value);
        }
        columns.put("created_at", row.getTimestamp("created_at").toInstant().atZone(zone).toLocalDate().toString());
        return columns;
    }

    private Map<Long, List<Person.Received>> received(Long[] ids, Needs needs) {
        Map<Long, List<Person.Received>> received = new HashMap<>();
        Instant since = needs.since();
        if (needs.mailings().isEmpty() && since == null) return received;
        db.sql("""
                SELECT r.customer_id, r.mailing_id, m.started_at, s.state,
                       m.environment = (SELECT environment FROM installation) AND m.kind <> 'TEST',
                       EXISTS (SELECT FROM first_open o WHERE o.mailing_id = r.mailing_id AND o.no = r.no),
                       ARRAY(SELECT k.link_no FROM first_click k WHERE k.mailing_id = r.mailing_id AND k.no = r.no)
                  FROM mailing m JOIN mailing_recipient r ON r.mailing_id = m.id
                  LEFT JOIN recipient_result s ON s.mailing_id = r.mailing_id AND s.no = r.no
                 WHERE r.customer_id = ANY (:ids) AND (m.id = ANY (:mailings) OR m.started_at >= :since::timestamptz)
                """)
                .param("ids", ids)
                .param("mailings", needs.mailings().toArray(Long[]::new))
                .param("since", since == null ? "infinity" : since.atOffset(UTC).toString())
                .query(row -> {
                    Integer[] links = (Integer[]) row.getArray(7).getArray();
                    received.computeIfAbsent(row.getLong(1), _ -> new ArrayList<>()).add(new Person.Received(
                            row.getLong(2), row.getBoolean(5), instant(row, "started_at"), row.getString("state"), row.getBoolean(6),
                            Set.copyOf(Arrays.asList(links))));
                });
        return received;
    }

    private Map<Long, List<Person.Deed>> deeds(Long[] ids, Needs needs) {
        Map<Long, List<Person.Deed>> deeds = new HashMap<>();
        if (needs.kinds().isEmpty()) return deeds;
        db.sql("SELECT customer_id, kind_id, at, amount, data FROM related_record WHERE customer_id = ANY (:ids) AND kind_id = ANY (:kinds)")
                .param("ids", ids)
                .param("kinds", needs.kinds().toArray(Long[]::new))
                .query(row -> {
                    BigDecimal amount = row.getBigDecimal(4);
                    deeds.computeIfAbsent(row.getLong(1), _ -> new ArrayList<>()).add(new Person.Deed(
                            row.getLong(2), row.getTimestamp(3).toInstant(), amount, JSON.readTree(row.getString(5))));
                });
        return deeds;
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var at = row.getTimestamp(column);
        return at == null ? null : at.toInstant();
    }
}
