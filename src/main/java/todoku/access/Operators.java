package todoku.access;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.database.Database;

/// The people who may sign in. Passwords are kept as Argon2id hashes only.
@Component
public class Operators {
    private final Database database;
    private final JdbcClient db;

    public Operators(Database database) {
        this.database = database;
        this.db = database.client();
    }

    /// What sign-in needs to know.
    record Account(long id, String passwordHash, boolean active, int failures, @Nullable Instant lockedUntil) {}

    /// As whom something runs that this person set up; nothing when they may no longer sign in.
    public Optional<Operator> acting(long id) {
        return db.sql("SELECT id, login, display_name, locale FROM operator WHERE id = :id AND active").param("id", id)
                .query((row, n) -> new Operator(row.getLong(1), row.getString(2), row.getString(3), Locale.of(row.getString(4)), false, roles(id), "127.0.0.1"))
                .optional();
    }

    /// One row of the list.
    public record Row(long id, String login, String name, boolean active, Set<Role> roles, int version) {}

    /// The first administrator of an installation that has none; the answer is the password, told once.
    public Optional<String> createFirst() {
        return database.inTransaction(() -> {
            boolean some = db.sql("SELECT EXISTS (SELECT FROM operator)").query(Boolean.class).single();
            if (some) return Optional.<String>empty();
            String password = Passwords.random();
            long id = add("admin", "管理者", Passwords.hash(password), true);
            List<Long> departments = db.sql("SELECT id FROM department").query(Long.class).list();
            departments.forEach(department -> grant(id, department, Role.ADMINISTRATOR));
            return Optional.of(password);
        });
    }

    /// A new password for an operator who cannot sign in any more, from the command line; it has to be changed at once.
    public Optional<String> reset(String login) {
        String password = Passwords.random();
        return database.inTransaction(() -> {
            int found = db.sql(
                            """
                            UPDATE operator SET password_hash = :hash, must_change = true, failures = 0,
                                   locked_until = NULL, active = true, version = version + 1
                             WHERE login = :login AND NOT service
                            """)
                    .param("hash", Passwords.hash(password))
                    .param("login", login)
                    .update();
            db.sql("DELETE FROM operator_session WHERE operator_id = (SELECT id FROM operator WHERE login = :login)")
                    .param("login", login)
                    .update();
            return found == 1 ? Optional.of(password) : Optional.empty();
        });
    }

    long add(String login, String name, String hash, boolean mustChange) {
        return db.sql(
                        """
                        INSERT INTO operator (login, display_name, password_hash, must_change)
                        VALUES (:login, :name, :hash, :must) RETURNING id
                        """)
                .param("login", login)
                .param("name", name)
                .param("hash", hash)
                .param("must", mustChange)
                .query(Long.class)
                .single();
    }

    boolean exists(String login) {
        return db.sql("SELECT EXISTS (SELECT FROM operator WHERE login = :login)")
                .param("login", login)
                .query(Boolean.class)
                .single();
    }

    void grant(long operator, long department, Role role) {
        db.sql("INSERT INTO operator_role VALUES (:operator, :department, :role) ON CONFLICT DO NOTHING")
                .param("operator", operator)
                .param("department", department)
                .param("role", role.name())
                .update();
    }

    void revokeAll(long operator) {
        db.sql("DELETE FROM operator_role WHERE operator_id = :operator").param("operator", operator).update();
    }

    /// Changes name and activity; false when somebody else was faster.
    boolean edit(long id, int version, String name, boolean active) {
        return db.sql(
                                """
                                UPDATE operator SET display_name = :name, active = :active, version = version + 1
                                 WHERE id = :id AND version = :version
                                """)
                        .param("id", id)
                        .param("version", version)
                        .param("name", name)
                        .param("active", active)
                        .update()
                == 1;
    }

    Optional<Account> account(String login) {
        return db.sql("SELECT id, password_hash, active, failures, locked_until FROM operator WHERE login = :login AND NOT service")
                .param("login", login)
                .query((row, n) -> new Account(
                        row.getLong("id"),
                        row.getString("password_hash"),
                        row.getBoolean("active"),
                        row.getInt("failures"),
                        instant(row.getTimestamp("locked_until"))))
                .optional();
    }

    String passwordHash(long id) {
        return db.sql("SELECT password_hash FROM operator WHERE id = :id").param("id", id).query(String.class).single();
    }

    void succeeded(long id) {
        db.sql("UPDATE operator SET failures = 0, locked_until = NULL WHERE id = :id").param("id", id).update();
    }

    void failed(long id, @Nullable Instant lockedUntil) {
        db.sql("UPDATE operator SET failures = failures + 1, locked_until = :until WHERE id = :id")
                .param("until", lockedUntil == null ? null : Timestamp.from(lockedUntil))
                .param("id", id)
                .update();
    }

    void password(long id, String hash, boolean mustChange) {
        db.sql(
                        """
                        UPDATE operator SET password_hash = :hash, must_change = :must, version = version + 1
                         WHERE id = :id
                        """)
                .param("hash", hash)
                .param("must", mustChange)
                .param("id", id)
                .update();
    }

    void locale(long id, Locale locale) {
        db.sql("UPDATE operator SET locale = :locale WHERE id = :id")
                .param("locale", locale.getLanguage())
                .param("id", id)
                .update();
    }

    /// Everybody, in order of name: an installation has dozens, and at most [#MOST].
    List<Row> all() {
        Map<Long, Set<Role>> roles = new HashMap<>();
        db.sql("SELECT operator_id, role FROM operator_role").query(row -> {
            roles.computeIfAbsent(row.getLong("operator_id"), id -> EnumSet.noneOf(Role.class))
                    .add(Role.valueOf(row.getString("role")));
        });
        return db.sql("SELECT id, login, display_name, active, version FROM operator WHERE NOT service ORDER BY login LIMIT :most")
                .param("most", MOST)
                .query((row, n) -> new Row(
                        row.getLong("id"),
                        row.getString("login"),
                        row.getString("display_name"),
                        row.getBoolean("active"),
                        roles.getOrDefault(row.getLong("id"), Set.of()),
                        row.getInt("version")))
                .list();
    }

    static final int MOST = 1000;

    Map<Long, Set<Role>> roles(long operator) {
        Map<Long, Set<Role>> roles = new HashMap<>();
        db.sql("SELECT department_id, role FROM operator_role WHERE operator_id = :operator")
                .param("operator", operator)
                .query(row -> {
                    roles.computeIfAbsent(row.getLong("department_id"), id -> EnumSet.noneOf(Role.class))
                            .add(Role.valueOf(row.getString("role")));
                });
        return roles;
    }

    /// Names of those who could grant a function: the refusal tells whom to ask.
    List<String> administrators() {
        return db.sql(
                        """
                        SELECT DISTINCT o.display_name FROM operator o JOIN operator_role r ON r.operator_id = o.id
                         WHERE r.role = 'ADMINISTRATOR' AND o.active ORDER BY 1 LIMIT 3
                        """)
                .query(String.class)
                .list();
    }

    private static @Nullable Instant instant(@Nullable Timestamp at) {
        return at == null ? null : at.toInstant();
    }
}
