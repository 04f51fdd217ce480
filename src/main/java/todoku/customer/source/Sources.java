package todoku.customer.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.ZoneOffset.UTC;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.InstantSource;
import java.time.LocalTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.ImportKey;
import todoku.database.Secrets;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// The outside databases, as they are stored. A password goes in and never comes out again, but to the driver.
public final class Sources {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String SELECT = "SELECT s.*, o.display_name FROM outside_source s LEFT JOIN operator o ON o.id = s.changed_by ";

    private final JdbcClient db;
    private final Secrets secrets;
    private final InstantSource clock;

    Sources(JdbcClient db, Secrets secrets, InstantSource clock) {
        this.db = db;
        this.secrets = secrets;
        this.clock = clock;
    }

    List<Source> all() {
        return db.sql(SELECT + "ORDER BY s.name").query(Sources::source).list();
    }

    Optional<Source> find(long id) {
        return db.sql(SELECT + "WHERE s.id = :id").param("id", id).query(Sources::source).optional();
    }

    boolean isTaken(String name, long exceptId) {
        return db.sql("SELECT EXISTS (SELECT FROM outside_source WHERE name = :name AND id <> :id)")
                .param("name", name).param("id", exceptId).query(Boolean.class).single();
    }

    /// Runs in the caller's transaction.
    long add(Source source, String password, long operator) {
        long id = db.sql("SELECT nextval(pg_get_serial_sequence('outside_source', 'id'))").query(Long.class).single();
        params(db.sql("""
                INSERT INTO outside_source (id, name, kind, host, port, database, username, password, tls, connect_seconds, statement_seconds,
                       query, key_field, mapping, group_id, overwrite, vanished, every, every_hours, daily_at, changed_since,
                       created_at, changed_at, changed_by)
                VALUES (:id, :name, :kind, :host, :port, :database, :username, :password, :tls, :connect, :statement,
                       :query, :key, :mapping::json, :group, :overwrite, :vanished, :every, :hours, :at, :changed, :now, :now, :by)
                """), source, operator).param("id", id).param("password", sealed(id, password)).update();
        return id;
    }

    /// Null as password keeps the one there is. Where something else may be read from now on, the mark is forgotten. Runs in the
    /// caller's transaction; false when somebody changed it since that version was read.
    boolean edit(Source source, @Nullable String password, long operator) {
        return params(db.sql("""
                UPDATE outside_source SET name = :name,
                       mark = CASE WHEN (kind, host, port, database, query, key_field, group_id, changed_since, mapping::text)
                                        IS DISTINCT FROM (:kind, :host, :port, :database, :query, :key, :group, :changed, :mapping)
                                   THEN NULL ELSE mark END,
                       kind = :kind, host = :host, port = :port, database = :database, username = :username,
                       password = coalesce(:password::bytea, password), tls = :tls, connect_seconds = :connect, statement_seconds = :statement,
                       query = :query, key_field = :key, mapping = :mapping::json, group_id = :group, overwrite = :overwrite,
                       vanished = :vanished, every = :every, every_hours = :hours, daily_at = :at, changed_since = :changed,
                       changed_at = :now, changed_by = :by, version = version + 1
                 WHERE id = :id AND version = :version
                """), source, operator)
            .param("id", source.id()).param("version", source.version())
            .param("password", password == null ? null : sealed(source.id(), password)).update() == 1;
    }

    private JdbcClient.StatementSpec params(JdbcClient.StatementSpec sql, Source source, long operator) {
        return sql.param("name", source.name()).param("kind", source.kind().name()).param("host", source.host()).param("port", source.port())
                .param("database", source.database()).param("username", source.username()).param("tls", source.tls().name())
                .param("connect", source.connectSeconds()).param("statement", source.statementSeconds()).param("query", source.query())
                .param("key", source.key().name()).param("mapping", JSON.writeValueAsString(source.mapping())).param("group", source.group())
                .param("overwrite", source.overwrite()).param("vanished", source.vanished().name())
                .param("every", source.schedule().every().name()).param("hours", source.schedule().hours()).param("at", source.schedule().at())
                .param("changed", source.changedSince()).param("now", clock.instant().atOffset(UTC)).param("by", operator);
    }

    /// False while it is being read. Runs in the caller's transaction.
    boolean delete(long id) {
        return db.sql("DELETE FROM outside_source s WHERE id = :id AND NOT EXISTS (SELECT FROM outside_run WHERE source_id = s.id AND ended_at IS NULL)")
                .param("id", id).update() == 1;
    }

    String password(long id) {
        byte[] sealed = db.sql("SELECT password FROM outside_source WHERE id = :id").param("id", id).query(byte[].class).single();
        return new String(secrets.open(purpose(id), sealed), UTF_8);
    }

    /// How far a run has read. Not when the source became another one meanwhile.
    void read(Source source, @Nullable String mark, boolean all) {
        db.sql("""
                UPDATE outside_source SET mark = coalesce(:mark, mark), full_at = CASE WHEN :all THEN :now ELSE full_at END
                 WHERE id = :id AND version = :version
                """)
            .param("mark", mark).param("all", all).param("now", clock.instant().atOffset(UTC))
            .param("id", source.id()).param("version", source.version()).update();
    }


    private byte[] sealed(long id, String password) {
        return secrets.seal(purpose(id), password.getBytes(UTF_8));
    }

    private static String purpose(long id) {
        return "outside:" + id;
    }

    private static Source source(ResultSet row, int n) throws SQLException {
        @Nullable Timestamp full = row.getTimestamp("full_at");
        return new Source(row.getLong("id"), row.getString("name"), SourceKind.valueOf(row.getString("kind")), row.getString("host"),
                row.getInt("port"), row.getString("database"), row.getString("username"), Source.Tls.valueOf(row.getString("tls")),
                row.getInt("connect_seconds"), row.getInt("statement_seconds"), row.getString("query"),
                ImportKey.valueOf(row.getString("key_field")),
                JSON.readValue(row.getString("mapping"), new TypeReference<LinkedHashMap<String, String>>() {}), row.getLong("group_id"),
                row.getBoolean("overwrite"), Source.Vanished.valueOf(row.getString("vanished")),
                new Source.Schedule(Source.Schedule.Every.valueOf(row.getString("every")), row.getInt("every_hours"),
                        row.getObject("daily_at", LocalTime.class)),
                row.getString("changed_since"), row.getString("mark"), full == null ? null : full.toInstant(), row.getInt("version"),
                row.getTimestamp("changed_at").toInstant(), row.getString("display_name"));
    }
}
