package todoku.database;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The tables of a database as the migrations make them, in the versions a database goes through.
public final class Schema {
    /// What the migrations note about themselves; no data of anybody.
    public static final String HISTORY = "flyway_schema_history";

    private static final String MIGRATIONS = "classpath:db/migration";

    private Schema() {}

    /// The newest migration a database has; empty when Todoku was never there.
    public static Optional<String> version(JdbcClient db) {
        boolean there = db.sql("SELECT to_regclass('public." + HISTORY + "') IS NOT NULL")
                .query(Boolean.class)
                .single();
        if (!there) return Optional.empty();
        return db.sql("SELECT version FROM " + HISTORY
                        + " WHERE success AND version IS NOT NULL ORDER BY installed_rank DESC LIMIT 1")
                .query(String.class)
                .optional();
    }

    /// Whether this program can make the tables of that version.
    public static boolean knows(DataSource source, String version) {
        return Arrays.stream(flyway(source).load().info().all())
                .anyMatch(one -> one.getVersion() != null && one.getVersion().getVersion().equals(version));
    }

    /// Whether a database has every table and column this program works with.
    public static boolean isCurrent(DataSource source) {
        return flyway(source).load().info().pending().length == 0;
    }

    /// Brings the tables up to date.
    public static void migrate(DataSource source) {
        flyway(source).load().migrate();
    }

    /// As above, from somewhere else.
    static void migrate(DataSource source, String migrations) {
        flyway(source).locations(migrations).load().migrate();
    }

    /// Brings an empty database to this version and no further.
    public static void migrateTo(DataSource source, String version) {
        flyway(source).target(version).load().migrate();
    }

    /// Its lock is no transaction: one that stood idle while the tables of a large house are changed would be ended by the server.
    private static FluentConfiguration flyway(DataSource source) {
        return Flyway.configure()
                .dataSource(source)
                .locations(MIGRATIONS)
                .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
                .cleanDisabled(true);
    }
}
