package todoku.backup;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Schema;
import todoku.database.Secrets;
import todoku.mailing.Partitions;
import todoku.sender.Senders;
import todoku.sender.SigningDomains;
import tools.jackson.databind.ObjectMapper;

/// Everything in one file, as it was at one instant, while everybody goes on: a zip of the tables as `COPY` writes them, a
/// manifest, and the key file under a passphrase. Rows pass through; no table is ever in memory.
public final class Backup {
    static final String MANIFEST = "manifest.json";
    static final String SEALED_KEY = "key.sealed";

    /// Twice as fast as the usual level, and a tenth larger.
    private static final int COMPRESSION = Deflater.BEST_SPEED;
    private static final int WRITE_BYTES = 256 * 1024;

    private Backup() {}

    /// Writes the file, readable by its owner alone. It has its name only when it is complete and on disk.
    ///
    /// @param home the data directory
    /// @throws Refused when there is such a file, or no key that fits the database
    public static Manifest write(DataSource source, Path home, Passphrase passphrase, Path file, String product, Instant now)
            throws IOException {
        DataFiles files = new DataFiles(home);
        if (Files.exists(file))
            throw new Refused(file + " は既にあります。別の名前を指定してください。", file + " is there already: choose another name");
        if (!Files.exists(files.path(DataFiles.KEY)))
            throw new Refused(
                    home + " に鍵ファイル key がありません。--data でデータディレクトリを指定してください。",
                    "no key file in " + home + ": name the data directory with --data");
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.deleteIfExists(part);
        Files.createFile(part, DataFiles.OURS_ALONE);
        try {
            Manifest written;
            try (ZipOutputStream zip = new ZipOutputStream(
                    new BufferedOutputStream(Files.newOutputStream(part, StandardOpenOption.WRITE), WRITE_BYTES))) {
                zip.setLevel(COMPRESSION);
                written = write(source, files, passphrase, zip, product, now);
            }
            DataFiles.moveInto(part, file);
            return written;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static Manifest write(
            DataSource source, DataFiles files, Passphrase passphrase, ZipOutputStream zip, String product, Instant now)
            throws IOException {
        List<Tables.Shape> known = Tables.ordered(JdbcClient.create(source));
        try (Session session = Session.begin(source, "ISOLATION LEVEL REPEATABLE READ, READ ONLY")) {
            JdbcClient db = session.db;
            lock(known, db);
            String schema = Schema.version(db)
                    .orElseThrow(() -> new Refused("データベースに届くの表がありません。", "Todoku was never in this database"));
            if (Schema.isCurrent(source) && !signing(db, files, now).keyFits())
                throw new Refused(
                        "鍵ファイルがこのデータベースのものではありません。--data を確かめてください。",
                        "the key file does not belong to this database: check --data");
            List<Manifest.Part> tables = new ArrayList<>();
            for (Tables.Shape shape : Tables.ordered(db)) tables.add(write(session, shape, zip));
            Manifest manifest = new Manifest(
                    Manifest.FORMAT,
                    product,
                    schema,
                    now,
                    Passphrase.Stretching.fresh(),
                    tables,
                    sequences(db),
                    Partitions.ranges(db),
                    write(files, zip));
            byte[] text = new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest);
            write(zip, MANIFEST, text);
            byte[] key = Files.readAllBytes(files.path(DataFiles.KEY));
            write(zip, SEALED_KEY, passphrase.seal(manifest.passphrase(), Sums.of(text), key));
            return manifest;
        }
    }

    /// Before the first look, which is the instant of the backup: a table that is emptied by TRUNCATE later is empty for earlier
    /// looks too, so nobody may do that until the end. Partitions are locked with their table.
    private static void lock(List<Tables.Shape> tables, JdbcClient db) {
        if (tables.isEmpty()) return;
        String names = tables.stream().map(table -> "\"" + table.name() + "\"").collect(Collectors.joining(", "));
        db.sql("LOCK TABLE " + names + " IN ACCESS SHARE MODE").update();
    }

    private static SigningDomains signing(JdbcClient db, DataFiles files, Instant now) {
        return new Senders(db, Secrets.at(files.path(DataFiles.KEY)), () -> now).domains();
    }

    private static Manifest.Part write(Session session, Tables.Shape shape, ZipOutputStream zip) throws IOException {
        Manifest.Part empty = new Manifest.Part(shape.name(), shape.columns(), 0, "");
        zip.putNextEntry(new ZipEntry(empty.entry()));
        var sum = new DigestOutputStream(zip, Sums.fresh());
        var buffer = new BufferedOutputStream(sum, WRITE_BYTES);
        long rows = session.copyOut(
                "COPY (SELECT " + empty.columnList() + " FROM \"" + shape.name() + "\") TO STDOUT",
                buffer);
        buffer.flush();
        zip.closeEntry();
        return new Manifest.Part(shape.name(), shape.columns(), rows, Sums.hex(sum.getMessageDigest().digest()));
    }

    /// Numbers given meanwhile are left out rather than given twice.
    private static Map<String, Long> sequences(JdbcClient db) {
        Map<String, Long> last = new TreeMap<>();
        db.sql("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL")
                .query(row -> {
                    last.put(row.getString(1), row.getLong(2));
                });
        return last;
    }

    private static List<Manifest.Copy> write(DataFiles files, ZipOutputStream zip) throws IOException {
        List<Manifest.Copy> copies = new ArrayList<>();
        for (String name : DataFiles.NAMES) {
            if (!Files.exists(files.path(name))) continue;
            byte[] content = Files.readAllBytes(files.path(name));
            Manifest.Copy copy = new Manifest.Copy(name, Sums.hex(Sums.of(content)));
            write(zip, copy.entry(), content);
            copies.add(copy);
        }
        return copies;
    }

    private static void write(ZipOutputStream zip, String entry, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(entry));
        zip.write(content);
        zip.closeEntry();
    }
}
