package todoku.backup;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.CustomerImport;
import todoku.customer.record.RecordImport;
import todoku.database.Schema;
import todoku.event.Epochs;
import todoku.mailing.Partitions;

/// Fills an empty database with a backup, in one transaction: all of it is there, or nothing and it may be tried again.
/// The next start finds that the rows have lived elsewhere, and holds what was under way.
public final class Restore {
    /// Nobody has ever worked with a database in which these are empty.
    private static final List<String> SOMEBODYS = List.of("customer", "mailing", "operator", "mail", "campaign", "address", "node");

    private final DataSource target;
    private final DataFiles files;

    /// @param home the data directory, where the key goes
    public Restore(DataSource target, Path home) {
        this.target = target;
        this.files = new DataFiles(home);
    }

    /// @throws Refused when file or passphrase are wrong, or there is something in the database or the data directory already
    public Manifest read(Path file, Passphrase passphrase, Instant now) throws IOException {
        try (BackupFile backup = BackupFile.open(file)) {
            Manifest manifest = backup.manifest;
            byte[] key = backup.key(passphrase);
            backup.verify();
            if (!Schema.knows(target, manifest.schema())) throw backup.newerSchema();
            refuseFull(manifest);
            files.refuseOthers(DataFiles.KEY, key);
            for (Manifest.Copy copy : manifest.files()) files.refuseOthers(copy.name(), backup.file(copy));

            Schema.migrateTo(target, manifest.schema());
            // The key first: rows without it would be of no use, and a start would make another one.
            files.write(DataFiles.KEY, key);
            for (Manifest.Copy copy : manifest.files()) files.write(copy.name(), backup.file(copy));
            fill(backup, now);
            JdbcClient db = JdbcClient.create(target);
            db.sql("ANALYZE").update();
            Schema.migrate(target);
            CustomerImport.endWithoutFile(db, now);
            RecordImport.endWithoutFile(db, now);
            return manifest;
        }
    }

    /// Empty is a database without tables, or with those that a restore made before it was interrupted.
    private void refuseFull(Manifest manifest) {
        JdbcClient db = JdbcClient.create(target);
        if (db.sql("SELECT current_setting('server_encoding')").query(String.class).single().equals("UTF8")) {
            Optional<String> version = Schema.version(db);
            if (version.isEmpty() ? !hasTables(db) : version.get().equals(manifest.schema()) && !hasRows(db)) return;
            throw new Refused(
                    "復元先のデータベースは空ではありません。空のデータベース、または新しい --data を指定してください。",
                    "the database is not empty: name an empty one, or a new --data");
        }
        throw new Refused("復元先のデータベースの文字コードが UTF8 ではありません。", "the encoding of the database is not UTF8");
    }

    private static boolean hasTables(JdbcClient db) {
        return db.sql("SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S'))")
                .query(Boolean.class)
                .single();
    }

    private static boolean hasRows(JdbcClient db) {
        return SOMEBODYS.stream()
                .anyMatch(table -> db.sql("SELECT EXISTS (SELECT FROM " + table + ")").query(Boolean.class).single());
    }

    private void fill(BackupFile backup, Instant now) throws IOException {
        Manifest manifest = backup.manifest;
        try (Session session = Session.begin(target, "ISOLATION LEVEL READ COMMITTED, READ WRITE")) {
            JdbcClient db = session.db;
            List<Tables.Shape> shapes = Tables.ordered(db);
            if (!shapes.equals(manifest.tables().stream().map(t -> new Tables.Shape(t.name(), t.columns())).toList()))
                throw new Refused("バックアップの表がこの版と合いません。", "the tables of the backup are not those of its version");
            for (Partitions.Range range : manifest.partitions()) Partitions.ensure(db, range);
            // References were true when the backup was made; foreign keys look all the same.
            List<String> watched = withTriggers(db);
            watched.forEach(table -> db.sql("ALTER TABLE \"" + table + "\" DISABLE TRIGGER USER").update());
            // The rows that migrations wrote stand in the backup too, as somebody changed them: children first.
            for (Manifest.Part table : manifest.tables().reversed()) db.sql("DELETE FROM \"" + table.name() + "\"").update();
            for (Manifest.Part table : manifest.tables()) fill(session, backup, table);
            watched.forEach(table -> db.sql("ALTER TABLE \"" + table + "\" ENABLE TRIGGER USER").update());
            manifest.sequences().forEach((name, last) -> db.sql("SELECT setval(:name::regclass, :last)")
                    .param("name", "public." + name)
                    .param("last", last)
                    .query(Long.class)
                    .single());
            new Epochs(db).cameFromBackup(now);
            session.commit();
        }
    }

    private static List<String> withTriggers(JdbcClient db) {
        return db.sql("""
                SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                 WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname
                """)
                .query(String.class)
                .list();
    }

    private static void fill(Session session, BackupFile backup, Manifest.Part table) throws IOException {
        try (BackupFile.Summed rows = backup.rows(table)) {
            long filled = session.copyIn("COPY \"" + table.name() + "\" (" + table.columnList() + ") FROM STDIN", rows.in);
            rows.mustMatch();
            if (filled != table.rows())
                throw new IllegalStateException(table.name() + ": " + filled + " rows of " + table.rows() + " arrived");
        }
    }
}
