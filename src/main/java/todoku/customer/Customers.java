package todoku.customer;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
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

    private final JdbcClient db;

    public Customers(JdbcClient db) {
        this.db = db;
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

    /// Customers whose address, family name, kana or number begins so. `山田 花` is family and given name.
    public List<Customer> search(String beginning, int limit) {
        String[] words = Cell.plain(beginning).split(" +", 2);
        if (words[0].isEmpty()) return List.of();
        return db.sql("WITH hit AS ("
                + "SELECT c.id FROM customer c JOIN address a ON a.id = c.address_id WHERE a.canonical LIKE :address"
                + " UNION SELECT id FROM customer WHERE number = :number"
                + " UNION SELECT id FROM customer WHERE family_name LIKE :family AND coalesce(given_name, '') LIKE :given"
                + " UNION SELECT id FROM customer WHERE family_kana LIKE :family AND coalesce(given_kana, '') LIKE :given) "
                + SELECT + "WHERE c.id IN (SELECT id FROM hit) ORDER BY c.id LIMIT :limit")
            .param("address", likeBeginning(words.length == 1 ? words[0].toLowerCase(Locale.ROOT) : "\n"))
            .param("number", words[0]).param("family", likeBeginning(words[0]))
            .param("given", likeBeginning(words.length == 1 ? "" : words[1]))
            .param("limit", Math.min(limit, PAGE_LIMIT)).query(Customers::customer).list();
    }

    private static String likeBeginning(String text) {
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
    }

    private static Customer customer(ResultSet row, int n) throws SQLException {
        return new Customer(row.getLong("id"), row.getString("number"), row.getLong("address_id"), row.getString("as_written"),
                row.getString("family_name"), row.getString("given_name"), row.getString("family_kana"), row.getString("given_kana"),
                row.getString("gender"), row.getObject("birthday", LocalDate.class),
                row.getString("postal_code"), row.getString("prefecture"), row.getString("city"), row.getString("telephone"),
                JSON.readValue(row.getString("custom"), FIELDS),
                row.getTimestamp("created_at").toInstant(), row.getTimestamp("changed_at").toInstant(), row.getInt("version"));
    }
}
