package todoku.bench;

import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;

/// Fills tables without their indexes, references and triggers, and makes those again afterwards: sorting once is many times
/// faster than finding the place of every row. Primary keys stay.
final class Bulk {
    /// For building one index; there is nobody else on the machine's database.
    private static final String MEMORY = "512MB";

    private final Database database;
    private final List<String> tables;
    private final List<String> again = new ArrayList<>();

    /// What fills them.
    interface Work {
        void run() throws Exception;
    }

    private Bulk(Database database, List<String> tables) {
        this.database = database;
        this.tables = tables;
    }

    /// What the rows refer to must be there.
    static void fill(Database database, List<String> tables, Work work) throws Exception {
        var bulk = new Bulk(database, tables);
        bulk.takeOff();
        work.run();
        bulk.putOn();
    }

    private void takeOff() {
        JdbcClient db = database.client();
        for (String table : tables) {
            run("ALTER TABLE " + table + " DISABLE TRIGGER USER");
            again.add("ALTER TABLE " + table + " ENABLE TRIGGER USER");
            db.sql("""
                    SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(conname),
                           'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid)
                      FROM pg_constraint c
                     WHERE conrelid = :table::regclass AND (contype = 'f' OR contype = 'u'
                       AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = c.conindid))
                     ORDER BY contype DESC
                    """).param("table", table).query(row -> {
                run(row.getString(1));
                again.add(row.getString(2));
            });
            db.sql("""
                    SELECT 'DROP INDEX ' || indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index
                     WHERE indrelid = :table::regclass AND NOT indisprimary
                       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
                    """).param("table", table).query(row -> {
                run(row.getString(1));
                again.add(row.getString(2));
            });
        }
    }

    private void putOn() {
        for (String statement : again)
            database.inTransaction(() -> {
                run("SET LOCAL maintenance_work_mem = '" + MEMORY + "'");
                run(statement);
            });
    }

    private void run(String statement) {
        database.client().sql(statement).update();
    }
}
