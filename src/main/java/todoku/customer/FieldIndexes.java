package todoku.customer;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import todoku.customer.Field.IndexState;
import todoku.database.Database;

/// Makes and drops the indexes of the fields that are looked up (`customer_field_<id>_search`) or unique
/// (`customer_field_<id>_unique`), while everybody goes on working. What a crash left half-made is dropped and made again; so is an
/// index that is missing after a restore.
public final class FieldIndexes {
    /// One program at a time: key of the advisory lock, held by the connection that builds.
    private static final long BUILDING = 0x746f_646f_6b75_0004L;

    private final Database database;
    private final Fields fields;

    public FieldIndexes(Database database) {
        this.database = database;
        this.fields = new Fields(database);
    }

    /// One index as it should be.
    private record Wanted(Field field, String name, String definition) {}

    /// Brings the indexes to what the fields say. Returns when all that could be made is made.
    public void look() {
        List<Wanted> wanted = wanted();
        Map<String, Boolean> there = there(database.client());
        if (wanted.stream().allMatch(each -> done(each, there)) && surplus(wanted, there).isEmpty()) return;
        alone(database.dataSource(), this::make);
    }

    private static boolean done(Wanted each, Map<String, Boolean> there) {
        return switch (each.field().index()) {
            case FAILED -> true;
            case READY -> there.getOrDefault(each.name(), false);
            case NONE, BUILDING -> false;
        };
    }

    private List<Wanted> wanted() {
        List<Wanted> wanted = new ArrayList<>();
        for (Field field : fields.all()) {
            if (field.unique()) wanted.add(new Wanted(field, name(field, "unique"), unique(field)));
            else if (field.searchable()) wanted.add(new Wanted(field, name(field, "search"), search(field)));
        }
        return wanted;
    }

    static String name(Field field, String kind) {
        return "customer_field_" + field.id() + "_" + kind;
    }

    /// Equality and, of texts, beginnings; of one choice also the newest who have it, for the board.
    private static String search(Field field) {
        String value = field.sql("");
        return "INDEX CONCURRENTLY " + name(field, "search") + " ON customer " + switch (field.type()) {
            case NUMBER, DATE, DATETIME -> "((" + value + "))";
            case CHOICES -> "USING gin ((" + value + ") jsonb_path_ops)";
            case CHOICE -> "((" + value + ") text_pattern_ops, id)";
            case TEXT, LONG_TEXT, YES_NO, MAIL_ADDRESS, TELEPHONE, POSTAL_CODE, URL -> "((" + value + ") text_pattern_ops)";
        };
    }

    private static String unique(Field field) {
        String value = field.sql("");
        String order = field.type() == FieldType.NUMBER ? "" : " text_pattern_ops";
        return "UNIQUE INDEX CONCURRENTLY " + name(field, "unique") + " ON customer ((" + value + ")" + order + ") WHERE " + value + " IS NOT NULL";
    }

    private static Map<String, Boolean> there(JdbcClient db) {
        Map<String, Boolean> there = new HashMap<>();
        db.sql("""
                SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                 WHERE i.indrelid = 'customer'::regclass AND c.relname LIKE 'customer\\_field\\_%'
                """).query(row -> {
                    there.put(row.getString(1), row.getBoolean(2));
                });
        return there;
    }

    private static Set<String> surplus(List<Wanted> wanted, Map<String, Boolean> there) {
        Set<String> surplus = new HashSet<>(there.keySet());
        for (Wanted each : wanted) if (there.getOrDefault(each.name(), false) || each.field().index() == IndexState.FAILED) surplus.remove(each.name());
        return surplus;
    }

    /// `CREATE INDEX CONCURRENTLY` runs outside transactions, and the lock lives as long as its connection.
    private static void alone(DataSource source, Consumer<JdbcClient> work) {
        try (Connection connection = source.getConnection()) {
            var single = new SingleConnectionDataSource(connection, true);
            JdbcClient db = JdbcClient.create(single);
            if (!db.sql("SELECT pg_try_advisory_lock(:key)").param("key", BUILDING).query(Boolean.class).single()) return;
            try {
                work.accept(db);
            } finally {
                db.sql("SELECT pg_advisory_unlock(:key)").param("key", BUILDING).query(Boolean.class).single();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void make(JdbcClient db) {
        List<Wanted> wanted = wanted();
        Map<String, Boolean> there = there(db);
        // Invalid ones as well: whoever made them is gone, for the lock is ours.
        for (String name : surplus(wanted, there)) db.sql("DROP INDEX CONCURRENTLY IF EXISTS " + name).update();
        for (Wanted each : wanted) {
            if (each.field().index() == IndexState.FAILED) continue;
            if (there.getOrDefault(each.name(), false)) say(db, each, IndexState.READY, null);
            else if (!importsRun(db)) make(db, each);
        }
    }

    /// An import checks its lines by the fields as they were when it began; a value that is too long, or there twice, would end it.
    private static boolean importsRun(JdbcClient db) {
        return db.sql("SELECT EXISTS (SELECT FROM customer_import WHERE state = 'RUNNING')").query(Boolean.class).single();
    }

    private void make(JdbcClient db, Wanted each) {
        say(db, each, IndexState.BUILDING, null);
        try {
            db.sql("CREATE " + each.definition()).update();
            say(db, each, IndexState.READY, null);
        } catch (DataAccessException e) {
            db.sql("DROP INDEX CONCURRENTLY IF EXISTS " + each.name()).update();
            long doubles = each.field().unique() ? fields.doubles(each.field()) : 0;
            say(db, each, IndexState.FAILED, doubles > 0 ? "同じ値の顧客が " + doubles + " 人います。" : String.valueOf(e.getMostSpecificCause().getMessage()));
        }
    }

    /// Not over what an operator has decided meanwhile.
    private static void say(JdbcClient db, Wanted each, IndexState state, @Nullable String why) {
        db.sql("""
                UPDATE customer_field SET index_state = :state, index_why = :why
                 WHERE id = :id AND retired_at IS NULL AND is_unique = :unique AND searchable = :searchable
                """)
            .param("state", state.name()).param("why", why).param("id", each.field().id())
            .param("unique", each.field().unique()).param("searchable", each.field().searchable()).update();
    }
}
