package todoku.delivery;

import static java.time.ZoneOffset.UTC;

import java.net.InetAddress;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.delivery.SendingIp.Cause;

/// The addresses mail goes out from, as they are stored. Changes run in the caller's transaction.
final class SendingIps {
    private final JdbcClient db;

    SendingIps(JdbcClient db) {
        this.db = db;
    }

    /// In order of pool, then as they were added.
    List<SendingIp> all() {
        return db.sql(SELECT + " ORDER BY pool_id, id").query(SendingIps::ip).list();
    }

    Optional<SendingIp> find(long id) {
        return db.sql(SELECT + " WHERE id = :id").param("id", id).query(SendingIps::ip).optional();
    }

    /// Which states there are: another answer than before means that something was changed.
    String fingerprint() {
        return db.sql("SELECT coalesce(string_agg(id || ':' || version, ' ' ORDER BY id), '') FROM sending_ip")
                .query(String.class)
                .single();
    }

    /// Nothing when somebody has this address already.
    Optional<Long> add(
            long pool, InetAddress address, String heloName, int weight, @Nullable LocalDate warmupFrom, long operator, Instant now) {
        return db.sql("""
                INSERT INTO sending_ip (pool_id, ip, helo_name, weight, warmup_from, changed_by, changed_at)
                VALUES (:pool, :ip::inet, :helo, :weight, :warmup, :operator, :now) ON CONFLICT (ip) DO NOTHING RETURNING id
                """)
                .param("pool", pool)
                .param("ip", address.getHostAddress())
                .param("helo", heloName)
                .param("weight", weight)
                .param("warmup", warmupFrom)
                .param("operator", operator)
                .param("now", now.atOffset(UTC))
                .query(Long.class)
                .optional();
    }

    /// The address itself stays: another one is another row. False when somebody was faster.
    boolean edit(
            long id, long pool, String heloName, int weight, @Nullable LocalDate warmupFrom, int version, long operator, Instant now) {
        return db.sql("""
                UPDATE sending_ip SET pool_id = :pool, helo_name = :helo, weight = :weight, warmup_from = :warmup,
                       version = version + 1, changed_by = :operator, changed_at = :now
                 WHERE id = :id AND version = :version
                """)
                        .param("pool", pool)
                        .param("helo", heloName)
                        .param("weight", weight)
                        .param("warmup", warmupFrom)
                        .param("operator", operator)
                        .param("now", now.atOffset(UTC))
                        .param("id", id)
                        .param("version", version)
                        .update()
                == 1;
    }

    /// False when somebody was faster.
    boolean takeOut(long id, int version, long operator, Instant now) {
        return db.sql("""
                UPDATE sending_ip SET state = 'TAKEN_OUT', cause = 'OPERATOR', said = NULL, since = :now, version = version + 1,
                       changed_by = :operator, changed_at = :now
                 WHERE id = :id AND version = :version AND state = 'IN_USE'
                """)
                        .param("operator", operator)
                        .param("now", now.atOffset(UTC))
                        .param("id", id)
                        .param("version", version)
                        .update()
                == 1;
    }

    /// The engine takes it out by itself, unless no other of those that are here is in use in its pool. False when it does not.
    boolean takeOut(long id, SendingIp.Out out, Collection<Long> here) {
        return db.sql("""
                UPDATE sending_ip i SET state = 'TAKEN_OUT', cause = :cause, said = :said, since = :now, version = version + 1,
                       changed_by = NULL, changed_at = :now
                 WHERE id = :id AND state = 'IN_USE'
                   AND EXISTS (SELECT FROM sending_ip o WHERE o.pool_id = i.pool_id AND o.id <> i.id AND o.state = 'IN_USE'
                                  AND o.id = ANY(:here::bigint[]))
                """)
                        .param("here", here.toArray(Long[]::new))
                        .param("cause", out.cause().name())
                        .param("said", out.said())
                        .param("now", out.since().atOffset(UTC))
                        .param("id", id)
                        .update()
                == 1;
    }

    /// False when somebody was faster.
    boolean putBack(long id, int version, long operator, Instant now) {
        return db.sql("""
                UPDATE sending_ip SET state = 'IN_USE', cause = NULL, said = NULL, since = NULL, version = version + 1,
                       changed_by = :operator, changed_at = :now
                 WHERE id = :id AND version = :version AND state = 'TAKEN_OUT'
                """)
                        .param("operator", operator)
                        .param("now", now.atOffset(UTC))
                        .param("id", id)
                        .param("version", version)
                        .update()
                == 1;
    }

    /// Only one that is not used; never the one that is always there.
    boolean remove(long id, int version) {
        return db.sql("DELETE FROM sending_ip WHERE id = :id AND version = :version AND state = 'TAKEN_OUT' AND ip IS NOT NULL")
                        .param("id", id)
                        .param("version", version)
                        .update()
                == 1;
    }

    /// No new version: nobody's form becomes stale by it.
    void named(long id, AddressNames.Found found, Instant now) {
        db.sql("UPDATE sending_ip SET names_state = :state, names_found = :name, names_at = :now WHERE id = :id")
                .param("state", found.state().name())
                .param("name", found.name())
                .param("now", now.atOffset(UTC))
                .param("id", id)
                .update();
    }

    /// Those that were here and are not any more; no new version, as above.
    void missing(Collection<Long> ids, Instant now) {
        db.sql("UPDATE sending_ip SET missing_since = :now WHERE id = ANY(:ids::bigint[]) AND missing_since IS NULL")
                .param("now", now.atOffset(UTC))
                .param("ids", ids.toArray(Long[]::new))
                .update();
    }

    /// They are here, or here again.
    void found(Collection<Long> ids) {
        db.sql("UPDATE sending_ip SET missing_since = NULL WHERE id = ANY(:ids::bigint[]) AND missing_since IS NOT NULL")
                .param("ids", ids.toArray(Long[]::new))
                .update();
    }

    private static final String SELECT =
            "SELECT id, pool_id, host(ip) AS ip, helo_name, weight, cause, said, since, warmup_from, names_state,"
                    + " names_found, names_at, version FROM sending_ip";

    private static SendingIp.@Nullable Names names(ResultSet row) throws SQLException {
        String state = row.getString("names_state");
        Timestamp at = row.getTimestamp("names_at");
        if (state == null || at == null) return null;
        return new SendingIp.Names(AddressNames.State.valueOf(state), row.getString("names_found"), at.toInstant());
    }

    private static SendingIp ip(ResultSet row, int ignored) throws SQLException {
        String ip = row.getString("ip");
        String cause = row.getString("cause");
        Timestamp since = row.getTimestamp("since");
        return new SendingIp(
                row.getLong("id"),
                row.getLong("pool_id"),
                ip == null ? null : InetAddress.ofLiteral(ip),
                row.getString("helo_name"),
                row.getInt("weight"),
                cause == null || since == null ? null : new SendingIp.Out(Cause.valueOf(cause), row.getString("said"), since.toInstant()),
                row.getObject("warmup_from", LocalDate.class),
                names(row),
                row.getInt("version"));
    }
}
