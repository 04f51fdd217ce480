package todoku.customer;

import static java.time.ZoneOffset.UTC;

import java.math.BigDecimal;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.database.Database;

/// The house's own fields (項目): what else is known about customers.
@Component
public class Fields {
    static final int MOST = 200;
    static final int NAME_LIMIT_CHARS = 50;

    /// What a merge field and a condition can name: no space, no sign.
    private static final Pattern KEY = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_・ー]{0,49}");
    private static final String SELECT = """
            SELECT id, key, label, type, personal, choices, required, is_unique, searchable, default_text, minimum, maximum,
                   retired_at IS NOT NULL AS retired, index_state, index_why, version
              FROM customer_field
            """;

    private final JdbcClient db;

    public Fields(Database database) {
        this.db = database.client();
    }

    /// Those in use, in their order.
    public List<Field> all() {
        return db.sql(SELECT + "WHERE retired_at IS NULL ORDER BY position, id LIMIT :most").param("most", MOST).query(Fields::field).list();
    }

    /// Those that are retired as well.
    public List<Field> withRetired() {
        return db.sql(SELECT + "ORDER BY position, id").query(Fields::field).list();
    }

    public Optional<Field> find(long id) {
        return db.sql(SELECT + "WHERE id = :id").param("id", id).query(Fields::field).optional();
    }

    /// Those a search for a text looks into: searchable, in an index, and with more values than a choice has.
    static List<Field> found(JdbcClient db) {
        return db.sql(SELECT
                        + """
                        WHERE (searchable OR is_unique) AND retired_at IS NULL AND index_state = 'READY'
                          AND type IN ('TEXT', 'MAIL_ADDRESS', 'TELEPHONE', 'POSTAL_CODE', 'URL') ORDER BY position, id
                        """)
                .query(Fields::field)
                .list();
    }

    static boolean isKey(String key) {
        return KEY.matcher(key).matches();
    }

    /// Empty when a field of this name exists already.
    Optional<Long> add(Field field) {
        return settings(db.sql(
                                """
                                INSERT INTO customer_field (key, type, label, personal, choices, required, is_unique, searchable, default_text,
                                       minimum, maximum, index_state, position)
                                VALUES (:key, :type, :label, :personal, :choices, :required, :unique, :searchable, :default, :minimum, :maximum,
                                       CASE WHEN :unique OR :searchable THEN 'BUILDING' ELSE 'NONE' END,
                                       (SELECT coalesce(max(position), 0) + 1 FROM customer_field))
                                ON CONFLICT (key) DO NOTHING RETURNING id
                                """), field)
                .param("key", field.key())
                .param("type", field.type().name())
                .query(Long.class)
                .optional();
    }

    /// False when somebody changed it since `field.version()` was read.
    boolean edit(Field field) {
        return settings(db.sql(
                                """
                                UPDATE customer_field SET label = :label, personal = :personal, choices = :choices, required = :required,
                                       index_state = CASE WHEN NOT :unique AND NOT :searchable THEN 'NONE'
                                                          WHEN is_unique = :unique AND searchable = :searchable THEN index_state
                                                          ELSE 'BUILDING' END,
                                       index_why = CASE WHEN is_unique = :unique AND searchable = :searchable THEN index_why END,
                                       is_unique = :unique, searchable = :searchable, default_text = :default, minimum = :minimum,
                                       maximum = :maximum, version = version + 1
                                 WHERE id = :id AND version = :version
                                """), field)
                        .param("id", field.id())
                        .param("version", field.version())
                        .update()
                == 1;
    }

    private static JdbcClient.StatementSpec settings(JdbcClient.StatementSpec statement, Field field) {
        return statement.param("label", field.label())
                .param("personal", field.personal())
                .param("choices", field.choices().toArray(String[]::new))
                .param("required", field.required())
                .param("unique", field.unique())
                .param("searchable", field.searchable())
                .param("default", field.defaultText())
                .param("minimum", field.minimum())
                .param("maximum", field.maximum());
    }

    /// Takes the place of the field before it, or behind it; the retired ones do not count. False at the end of the list.
    boolean move(long id, boolean up) {
        db.sql("SELECT id FROM customer_field ORDER BY id FOR UPDATE").query(Long.class).list();
        List<Long> order = all().stream().map(Field::id).toList();
        int from = order.indexOf(id), to = up ? from - 1 : from + 1;
        if (from < 0 || to < 0 || to >= order.size()) return false;
        List<Long> moved = new ArrayList<>(order);
        Collections.swap(moved, from, to);
        return db.sql(
                                """
                                UPDATE customer_field f SET position = w.n
                                  FROM unnest(:ids::bigint[]) WITH ORDINALITY w(id, n) WHERE f.id = w.id
                                """)
                        .param("ids", moved.toArray(Long[]::new))
                        .update()
                > 0;
    }

    /// False when somebody changed it since that version was read, or it is so already.
    boolean retire(long id, int version, Instant now) {
        return db.sql(
                                """
                                UPDATE customer_field SET retired_at = :now, index_state = 'NONE', index_why = NULL, version = version + 1
                                 WHERE id = :id AND version = :version AND retired_at IS NULL
                                """)
                        .param("id", id).param("version", version).param("now", now.atOffset(UTC)).update()
                == 1;
    }

    /// It comes back behind the others, as it was.
    boolean bringBack(long id, int version) {
        return db.sql(
                                """
                                UPDATE customer_field
                                   SET retired_at = NULL, version = version + 1, position = (SELECT max(position) + 1 FROM customer_field),
                                       index_state = CASE WHEN is_unique OR searchable THEN 'BUILDING' ELSE 'NONE' END
                                 WHERE id = :id AND version = :version AND retired_at IS NOT NULL
                                """)
                        .param("id", id).param("version", version).update()
                == 1;
    }

    /// The index that failed is tried once more.
    boolean indexAgain(long id) {
        return db.sql("UPDATE customer_field SET index_state = 'BUILDING', index_why = NULL WHERE id = :id AND index_state = 'FAILED'")
                        .param("id", id).update()
                == 1;
    }

    /// Customers who have no value.
    long without(Field field) {
        return db.sql("SELECT count(*) FROM customer c WHERE NOT jsonb_exists(c.custom, :key)").param("key", field.key()).query(Long.class).single();
    }

    /// Customers whose text is too long for an index.
    long tooLong(Field field) {
        return db.sql("SELECT count(*) FROM customer c WHERE length(c.custom ->> :key) > :most")
                .param("key", field.key()).param("most", Field.INDEXED_LIMIT_CHARS).query(Long.class).single();
    }

    /// Somebody who shares a value with others.
    public record Shared(long customer, @Nullable String number, String value) {}

    /// How many share a value with another.
    long doubles(Field field) {
        return db.sql("SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM customer c WHERE %1$s IS NOT NULL GROUP BY %1$s HAVING count(*) > 1) d"
                        .formatted(field.sql("c")))
                .query(Long.class).single();
    }

    /// The first of them, those with the same value side by side.
    List<Shared> doubles(Field field, int limit) {
        return db.sql("""
                        SELECT id, number, value::text
                          FROM (SELECT c.id, c.number, %1$s AS value, count(*) OVER (PARTITION BY %1$s) AS n FROM customer c WHERE %1$s IS NOT NULL) d
                         WHERE n > 1 ORDER BY value, id LIMIT :limit
                        """.formatted(field.sql("c")))
                .param("limit", limit)
                .query((row, n) -> new Shared(row.getLong(1), row.getString(2), row.getString(3))).list();
    }

    private static Field field(ResultSet row, int n) throws SQLException {
        Array choices = row.getArray("choices");
        return new Field(row.getLong("id"), row.getString("key"), row.getString("label"), FieldType.valueOf(row.getString("type")),
                row.getBoolean("personal"), List.of((String[]) choices.getArray()), row.getBoolean("required"), row.getBoolean("is_unique"),
                row.getBoolean("searchable"), row.getString("default_text"), number(row, "minimum"), number(row, "maximum"),
                row.getBoolean("retired"), Field.IndexState.valueOf(row.getString("index_state")), row.getString("index_why"), row.getInt("version"));
    }

    private static @Nullable BigDecimal number(ResultSet row, String column) throws SQLException {
        return row.getBigDecimal(column);
    }
}
