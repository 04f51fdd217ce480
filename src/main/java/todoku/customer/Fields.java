package todoku.customer;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.database.Database;

/// The house's own fields (項目): what else is known about customers.
@Component
public class Fields {
    /// What a merge field and a condition can name: no space, no sign.
    private static final Pattern KEY = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_・ー]{0,49}");
    static final int MOST = 200;

    private final JdbcClient db;

    public Fields(Database database) {
        this.db = database.client();
    }

    /// One field.
    ///
    /// @param key      its name in files, mails and conditions; it stays
    /// @param personal 個人情報: shown only to those who may see it
    public record Field(long id, String key, String label, FieldType type, boolean personal, int version) {}

    public List<Field> all() {
        return db.sql("SELECT id, key, label, type, personal, version FROM customer_field ORDER BY position, id LIMIT :most")
                .param("most", MOST)
                .query((row, n) -> new Field(
                        row.getLong(1), row.getString(2), row.getString(3), FieldType.valueOf(row.getString(4)), row.getBoolean(5),
                        row.getInt(6)))
                .list();
    }

    Optional<Field> find(long id) {
        return all().stream().filter(field -> field.id() == id).findFirst();
    }

    static boolean isKey(String key) {
        return KEY.matcher(key).matches();
    }

    /// False when a field of this name exists already.
    boolean add(String key, FieldType type, boolean personal) {
        return db.sql(
                                """
                                INSERT INTO customer_field (key, label, type, personal, position)
                                VALUES (:key, :key, :type, :personal, (SELECT coalesce(max(position), 0) + 1 FROM customer_field))
                                ON CONFLICT (key) DO NOTHING
                                """)
                        .param("key", key)
                        .param("type", type.name())
                        .param("personal", personal)
                        .update()
                == 1;
    }

    /// False when somebody changed it since that version was read.
    boolean edit(long id, int version, String label, boolean personal) {
        return db.sql(
                                """
                                UPDATE customer_field SET label = :label, personal = :personal, version = version + 1
                                 WHERE id = :id AND version = :version
                                """)
                        .param("id", id)
                        .param("version", version)
                        .param("label", label)
                        .param("personal", personal)
                        .update()
                == 1;
    }
}
