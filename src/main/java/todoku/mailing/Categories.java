package todoku.mailing;

import static java.time.ZoneOffset.UTC;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The categories as they are stored. Changes run in the caller's transaction, and are false when somebody was faster.
public final class Categories {
    /// More than anybody can tell apart.
    private static final int MOST = 500;

    private static final String SELECT = "SELECT id, name, advertising, pool_id, retired_at IS NOT NULL, version FROM category";

    private final JdbcClient db;

    public Categories(JdbcClient db) {
        this.db = db;
    }

    /// Those that can be chosen first.
    public List<Category> all() {
        return db.sql(SELECT + " ORDER BY retired_at IS NOT NULL, name, id LIMIT :most")
                .param("most", MOST)
                .query(Categories::category)
                .list();
    }

    public Optional<Category> find(long id) {
        return db.sql(SELECT + " WHERE id = :id").param("id", id).query(Categories::category).optional();
    }

    /// What somebody chooses from; what was chosen before stays, although it was put away meanwhile.
    public List<Category> choices(@Nullable Long chosen) {
        return all().stream().filter(each -> !each.retired() || Long.valueOf(each.id()).equals(chosen)).toList();
    }

    public boolean isFree(String name, long but) {
        return db.sql("SELECT NOT EXISTS (SELECT FROM category WHERE name = :name AND id <> :but)")
                .param("name", name)
                .param("but", but)
                .query(Boolean.class)
                .single();
    }

    /// Nothing when another has this name.
    public Optional<Long> add(String name, boolean advertising, @Nullable Long pool) {
        return db.sql("""
                INSERT INTO category (name, advertising, pool_id) VALUES (:name, :advertising, :pool)
                ON CONFLICT DO NOTHING RETURNING id
                """)
                .param("name", name)
                .param("advertising", advertising)
                .param("pool", pool)
                .query(Long.class)
                .optional();
    }

    /// As wanted, but for whether it can be chosen.
    public boolean edit(Category wanted) {
        return db.sql("""
                UPDATE category SET name = :name, advertising = :advertising, pool_id = :pool, version = version + 1
                 WHERE id = :id AND version = :version
                """)
                        .param("name", wanted.name())
                        .param("advertising", wanted.advertising())
                        .param("pool", wanted.pool())
                        .param("id", wanted.id())
                        .param("version", wanted.version())
                        .update()
                == 1;
    }

    /// From now on nobody can choose it; what has it keeps it.
    public boolean retire(long id, int version, Instant now) {
        return db.sql("UPDATE category SET retired_at = :now, version = version + 1 WHERE id = :id AND version = :version")
                        .param("now", now.atOffset(UTC))
                        .param("id", id)
                        .param("version", version)
                        .update()
                == 1;
    }

    public boolean bringBack(long id, int version) {
        return db.sql("UPDATE category SET retired_at = NULL, version = version + 1 WHERE id = :id AND version = :version")
                        .param("id", id)
                        .param("version", version)
                        .update()
                == 1;
    }

    private static Category category(ResultSet row, int n) throws SQLException {
        return new Category(
                row.getLong(1), row.getString(2), row.getBoolean(3), row.getObject(4, Long.class), row.getBoolean(5), row.getInt(6));
    }
}
