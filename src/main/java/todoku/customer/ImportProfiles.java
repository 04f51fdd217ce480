package todoku.customer;

import static java.time.ZoneOffset.UTC;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.database.Database;
import todoku.web.NotFound;

/// The saved choices of imports. Each is the name of a folder too, so a name is letters, digits, `-` and `_`.
@Component
class ImportProfiles {
    static final int NAME_LIMIT_CHARS = 60;

    /// More than a house has.
    private static final int LIMIT = 200;
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{Nd}ー_-]{1," + NAME_LIMIT_CHARS + "}");
    private static final String SELECT = """
            SELECT p.*, coalesce(g.name, '') AS group_name, o.display_name
              FROM import_profile p JOIN operator o ON o.id = p.operator_id LEFT JOIN customer_group g ON g.id = p.group_id
            """;

    private final Database database;
    private final JdbcClient db;
    private final Groups groups;
    private final Audit audit;
    private final InstantSource clock;

    ImportProfiles(Database database, Groups groups, Audit audit, InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.groups = groups;
        this.audit = audit;
        this.clock = clock;
    }

    List<ImportProfile> all() {
        return db.sql(SELECT + "ORDER BY p.name LIMIT :limit").param("limit", LIMIT).query(ImportProfiles::row).list();
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /// The choices of this import. Nothing when the name is in use.
    ///
    /// @throws NotFound when it deletes customers: that is asked each time
    Optional<ImportProfile> save(Operator by, long importId, String name) {
        return database.inTransaction(() -> {
            Optional<Long> group = db.sql("SELECT group_id FROM customer_import WHERE id = :id AND mode <> 'DELETE'").param("id", importId)
                    .query((row, n) -> Optional.ofNullable(row.getObject(1, Long.class))).optional().orElseThrow(NotFound::new);
            group.ifPresent(id -> by.require(Function.CUSTOMER_IMPORT, groups.find(id).orElseThrow(NotFound::new).departmentId()));
            Optional<Long> saved = db.sql("""
                    INSERT INTO import_profile (name, group_id, mode, key_field, consent_source, reading, operator_id, created_at)
                    SELECT :name, group_id, mode, key_field, consent_source, reading, :operator, :now FROM customer_import WHERE id = :id
                    ON CONFLICT (name) DO NOTHING RETURNING id
                    """)
                .param("name", name).param("operator", by.id()).param("now", clock.instant().atOffset(UTC)).param("id", importId)
                .query(Long.class).optional();
            saved.ifPresent(id -> audit.write(by, "customer.import-profile", "import-profile:" + id, null, Map.of("name", name, "import", importId)));
            return saved.flatMap(this::find);
        });
    }

    Optional<ImportProfile> find(long id) {
        return db.sql(SELECT + "WHERE p.id = :id").param("id", id).query(ImportProfiles::row).optional();
    }

    /// Whether imports by it may run in this operator's name.
    boolean mayUse(Operator operator, ImportProfile profile) {
        if (profile.group() == null) return operator.may(Function.CUSTOMER_IMPORT);
        return groups.find(profile.group()).filter(group -> operator.may(Function.CUSTOMER_IMPORT, group.departmentId())).isPresent();
    }

    void delete(Operator by, long id) {
        database.inTransaction(() -> {
            ImportProfile profile = find(id).orElseThrow(NotFound::new);
            if (profile.group() != null) by.require(Function.CUSTOMER_IMPORT, groups.find(profile.group()).orElseThrow(NotFound::new).departmentId());
            db.sql("DELETE FROM import_profile WHERE id = :id").param("id", id).update();
            audit.write(by, "customer.import-profile-delete", "import-profile:" + id, Map.of("name", profile.name()), null);
        });
    }

    private static ImportProfile row(ResultSet row, int n) throws SQLException {
        return new ImportProfile(row.getLong("id"), row.getString("name"), row.getObject("group_id", Long.class), row.getString("group_name"),
                ImportMode.valueOf(row.getString("mode")), ImportKey.valueOf(row.getString("key_field")), row.getString("consent_source"),
                ImportReading.of(row.getString("reading")), row.getLong("operator_id"), row.getString("display_name"),
                Objects.requireNonNull(row.getTimestamp("created_at")).toInstant());
    }
}
