package todoku.delivery;

import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The pools as they are stored. Changes run in the caller's transaction, and are false when somebody was faster.
final class SendingPools {
    /// An installation has a handful.
    private static final int MOST = 100;

    private final JdbcClient db;

    SendingPools(JdbcClient db) {
        this.db = db;
    }

    List<SendingPool> all() {
        return db.sql("""
                SELECT p.id, p.name, p.version,
                       (SELECT count(*) FROM sending_ip i WHERE i.pool_id = p.id) AS addresses,
                       (SELECT count(*) FROM sender_profile s WHERE s.pool_id = p.id) AS senders,
                       (SELECT count(*) FROM category c WHERE c.pool_id = p.id) AS categories
                  FROM sending_pool p ORDER BY p.id LIMIT :most
                """)
                .param("most", MOST)
                .query((row, _) -> new SendingPool(
                        row.getLong("id"), row.getString("name"), row.getInt("version"), row.getInt("addresses"),
                        row.getInt("senders"), row.getInt("categories")))
                .list();
    }

    /// Nothing when another has this name.
    Optional<Long> add(String name) {
        return db.sql("INSERT INTO sending_pool (name) VALUES (:name) ON CONFLICT DO NOTHING RETURNING id")
                .param("name", name)
                .query(Long.class)
                .optional();
    }

    boolean isFree(String name, long but) {
        return db.sql("SELECT NOT EXISTS (SELECT FROM sending_pool WHERE name = :name AND id <> :but)")
                .param("name", name)
                .param("but", but)
                .query(Boolean.class)
                .single();
    }

    boolean rename(long id, String name, int version) {
        return db.sql("UPDATE sending_pool SET name = :name, version = version + 1 WHERE id = :id AND version = :version")
                        .param("name", name)
                        .param("id", id)
                        .param("version", version)
                        .update()
                == 1;
    }

    /// Only one nobody refers to, and of which nothing is left to be done. What names it keeps the caller from coming here.
    boolean remove(long id, int version) {
        return db.sql("""
                DELETE FROM sending_pool WHERE id = :id AND version = :version
                   AND NOT EXISTS (SELECT FROM delivery_batch WHERE pool_id = :id AND state = 'WAITING')
                   AND NOT EXISTS (SELECT FROM waiting_message WHERE pool_id = :id)
                """)
                        .param("id", id)
                        .param("version", version)
                        .update()
                == 1;
    }

    SendingPool.Defaults defaults() {
        return db.sql("SELECT marketing_pool_id, transactional_pool_id, version FROM egress_setting")
                .query((row, _) -> new SendingPool.Defaults(row.getLong(1), row.getLong(2), row.getInt(3)))
                .single();
    }

    boolean choose(SendingPool.Defaults wanted) {
        return db.sql("""
                UPDATE egress_setting SET marketing_pool_id = :marketing, transactional_pool_id = :transactional,
                       version = version + 1 WHERE version = :version
                """)
                        .param("marketing", wanted.marketing())
                        .param("transactional", wanted.transactional())
                        .param("version", wanted.version())
                        .update()
                == 1;
    }
}
