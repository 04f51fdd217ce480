package todoku.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.database.Database;

/// The keys of programs: `tk_<prefix>_<secret>`. The prefix is shown and looked up, of the secret only the hash is kept.
///
/// Each key acts as an operator of its own, who belongs to one department and cannot sign in: whatever it changes is told
/// under its name.
@Component
public class ApiKeys {
    private static final Pattern TOKEN = Pattern.compile("tk_([0-9a-f]{8})_([A-Za-z0-9_-]{43})");
    /// More than any program needs, and few enough to spare the machine for the pages.
    static final int DEFAULT_PER_MINUTE = 600;
    /// Above it there is no sense in counting.
    static final int MOST_PER_MINUTE = 1_000_000;
    /// The time of the last use is written at most this often.
    private static final Duration USED_STEP = Duration.ofMinutes(1);

    private final Database database;
    private final JdbcClient db;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    ApiKeys(Database database, InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.clock = clock;
    }

    /// One row of the list.
    ///
    /// @param perMinute how many requests it may send in a minute; 0 is as many as it likes
    public record Row(
            long id, String name, String prefix, Set<Scope> scopes, int perMinute, String createdBy, Instant createdAt,
            @Nullable Instant expiresAt, @Nullable Instant lastUsedAt, @Nullable Instant revokedAt) {}

    /// @param token told once
    record Made(long id, String token) {}

    private record Stored(
            long id, long department, long operator, String name, byte[] hash, Set<Scope> scopes, int perMinute) {}

    Made make(long by, long department, String name, Set<Scope> scopes, int perMinute, @Nullable Instant expires) {
        return database.inTransaction(() -> {
            String prefix = UUID.randomUUID().toString().substring(0, 8);
            String token = "tk_" + prefix + "_" + secret();
            long operator = db.sql(
                            """
                            INSERT INTO operator (login, display_name, password_hash, service)
                            VALUES (:login, :name, '', true) RETURNING id
                            """)
                    .param("login", "api:" + prefix).param("name", name).query(Long.class).single();
            long id = db.sql(
                            """
                            INSERT INTO api_key
                                   (operator_id, department_id, prefix, hash, scopes, per_minute, created_by, created_at, expires_at)
                            VALUES (:operator, :department, :prefix, :hash, :scopes, :perMinute, :by, :now, :expires) RETURNING id
                            """)
                    .param("operator", operator).param("department", department).param("prefix", prefix).param("hash", hash(token))
                    .param("scopes", scopes.stream().map(Scope::text).toArray(String[]::new))
                    .param("perMinute", perMinute).param("by", by)
                    .param("now", Timestamp.from(clock.instant())).param("expires", expires == null ? null : Timestamp.from(expires))
                    .query(Long.class).single();
            return new Made(id, token);
        });
    }

    /// Who sends this token; nobody when it is unknown, revoked or has expired.
    Optional<Caller> find(String token, String ip) {
        Matcher parts = TOKEN.matcher(token);
        if (!parts.matches()) return Optional.empty();
        Instant now = clock.instant();
        Optional<Stored> stored = db.sql(
                        """
                        SELECT k.id, k.department_id, k.operator_id, o.display_name, k.hash, k.scopes, k.per_minute
                          FROM api_key k JOIN operator o ON o.id = k.operator_id
                         WHERE k.prefix = :prefix AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > :now)
                        """)
                .param("prefix", parts.group(1)).param("now", Timestamp.from(now))
                .query((row, n) -> new Stored(
                        row.getLong(1), row.getLong(2), row.getLong(3), row.getString(4), row.getBytes(5), scopes(row.getArray(6)),
                        row.getInt(7)))
                .optional()
                .filter(key -> MessageDigest.isEqual(key.hash(), hash(token)));
        stored.ifPresent(key -> db.sql(
                        "UPDATE api_key SET last_used_at = :now WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :step)")
                .param("now", Timestamp.from(now)).param("id", key.id()).param("step", Timestamp.from(now.minus(USED_STEP))).update());
        return stored.map(key -> new Caller(key.id(), key.department(), operator(key, ip), key.scopes(), key.perMinute()));
    }

    private static Operator operator(Stored key, String ip) {
        Set<Function> functions = EnumSet.noneOf(Function.class);
        key.scopes().forEach(scope -> functions.add(scope.function()));
        return new Operator(key.operator(), "api", key.name(), Locale.JAPANESE, false,
                Map.of(key.department(), EnumSet.of(Role.ADMINISTRATOR)), ip, functions);
    }

    /// Of these departments, the newest first.
    List<Row> all(Set<Long> departments) {
        return db.sql(
                        """
                        SELECT k.id, o.display_name, k.prefix, k.scopes, k.per_minute, b.display_name AS created_by, k.created_at,
                               k.expires_at, k.last_used_at, k.revoked_at
                          FROM api_key k JOIN operator o ON o.id = k.operator_id JOIN operator b ON b.id = k.created_by
                         WHERE k.department_id = ANY (:departments) ORDER BY k.revoked_at IS NOT NULL, k.id DESC LIMIT 500
                        """)
                .param("departments", departments.toArray(Long[]::new))
                .query((row, n) -> new Row(
                        row.getLong("id"), row.getString("display_name"), row.getString("prefix"), scopes(row.getArray("scopes")),
                        row.getInt("per_minute"), row.getString("created_by"), row.getTimestamp("created_at").toInstant(), instant(row, "expires_at"),
                        instant(row, "last_used_at"), instant(row, "revoked_at")))
                .list();
    }

    /// False when it is not there or revoked, or somebody else has set another limit than `was` meanwhile.
    boolean limit(long id, Set<Long> departments, int was, int perMinute) {
        return db.sql(
                        """
                        UPDATE api_key SET per_minute = :perMinute
                         WHERE id = :id AND per_minute = :was AND revoked_at IS NULL AND department_id = ANY (:departments)
                        """)
                        .param("perMinute", perMinute).param("id", id).param("was", was)
                        .param("departments", departments.toArray(Long[]::new)).update() == 1;
    }

    /// False when it is not there, or already revoked.
    boolean revoke(long id, Set<Long> departments) {
        return db.sql("UPDATE api_key SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL AND department_id = ANY (:departments)")
                        .param("now", Timestamp.from(clock.instant())).param("id", id)
                        .param("departments", departments.toArray(Long[]::new)).update() == 1;
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        @Nullable Timestamp at = row.getTimestamp(column);
        return at == null ? null : at.toInstant();
    }

    private static Set<Scope> scopes(Array array) throws SQLException {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (String text : (String[]) array.getArray()) Scope.of(text).ifPresent(scopes::add);
        return scopes;
    }

    private String secret() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
