package todoku;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.Normalizer;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.access.Operators;
import todoku.backup.Backup;
import todoku.backup.Manifest;
import todoku.backup.Passphrase;
import todoku.backup.Refused;
import todoku.backup.Restore;
import todoku.database.Database;
import todoku.database.EmbeddedPostgres;
import todoku.database.Schema;
import todoku.database.Secrets;
import todoku.database.TestDatabase;
import todoku.mailing.Partitions;
import todoku.sender.Senders;

/// A whole installation into one file and out of it again. The run's server may be PostgreSQL 15, the other one is 18.
class BackupTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    /// Bytes after the name of an entry: in the middle of what it holds.
    private static final int INTO_ENTRY = 30;
    private static final Instant NOW = Instant.parse("2026-11-22T01:00:00Z");
    private static final Passphrase PASSPHRASE = Passphrase.of("正しい馬の電池 ホッチキス");

    @TempDir
    static Path shared;

    private static Path data;
    private static Path file;
    private static Manifest written;

    @TempDir
    Path folder;

    /// The sample of a first start, sent to its end; a large mailing's partitions; texts that COPY has to escape.
    @BeforeAll
    static void anInstallation() throws IOException {
        data = shared.resolve("data");
        Files.createDirectories(data);
        try (Server _ = Server.start(database.database(), new Server.Options(data, "127.0.0.1", 0, false), () -> {})) {
            new Operators(database.database()).createFirst();
            await(() -> count(database.client(), "mailing WHERE state = 'SENT'") > 0);
        }
        new Partitions(database.database()).reserve(Partitions.LARGE_RECIPIENTS);
        database.client().sql("UPDATE customer SET city = E'一\\t二\\n三\\\\N\\r四\\\\' WHERE id = (SELECT min(id) FROM customer)").update();
        Files.writeString(data.resolve("replies.rules"), "RCPT 550 * * \"retired * colleague\" SUSPENDED clean\n");
        file = shared.resolve("todoku.backup");
        written = Backup.write(database.dataSource(), data, PASSPHRASE, file, "test", NOW);
    }

    @Test
    void comes_back_on_another_server_row_by_row_and_from_there_on_the_first() throws IOException {
        try (EmbeddedPostgres server = TestDatabase.embedded(folder.resolve("postgres"))) {
            DataSource other = Database.asItIs(server.jdbcUrl(), server.user(), server.password());
            Path home = folder.resolve("data");

            Manifest read = new Restore(other, home).read(file, PASSPHRASE, NOW);

            assertThat(read).isEqualTo(written);
            assertThat(read.rows()).isGreaterThan(1_000);
            assertThat(rows(JdbcClient.create(other))).isEqualTo(rows(database.client()));
            assertThat(home.resolve("key")).hasSameBinaryContentAs(data.resolve("key"));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("key")))).isEqualTo("rw-------");
            assertThat(home.resolve("replies.rules")).hasSameTextualContentAs(data.resolve("replies.rules"));

            Path second = folder.resolve("second.backup");
            Backup.write(other, home, PASSPHRASE, second, "test", NOW);
            DataSource back = empty();
            new Restore(back, folder.resolve("back")).read(second, PASSPHRASE, NOW);
            assertThat(rows(JdbcClient.create(back))).isEqualTo(rows(database.client()));
        }
    }

    @Test
    void what_is_new_in_a_restored_database_gets_numbers_nobody_has() throws IOException {
        DataSource target = empty();
        Path home = folder.resolve("data");
        new Restore(target, home).read(file, PASSPHRASE, NOW);
        JdbcClient db = JdbcClient.create(target);

        long newest = count(db, "customer");
        var senders = new Senders(db, Secrets.at(home.resolve("key")), () -> NOW);

        assertThat(senders.domains().keyFits()).isTrue();
        assertThat(db.sql("INSERT INTO department (name) VALUES ('新しい部門') RETURNING id").query(Long.class).single())
                .isGreaterThan(count(database.client(), "department"));
        assertThat(db.sql("SELECT nextval('customer_id_seq')").query(Long.class).single()).isGreaterThan(newest);
        assertThat(db.sql("SELECT nextval('large_mailing_id')").query(Long.class).single()).isGreaterThan(1_000_000_000L);
        assertThat(Partitions.ranges(db)).isEqualTo(Partitions.ranges(database.client()));
        // References are watched again.
        assertThatThrownBy(() -> db.sql("INSERT INTO membership VALUES (1, 987654, 'SUBSCRIBED', now())").update())
                .hasMessageContaining("there is no customer 987654");
    }

    @Test
    void the_file_is_its_owners_alone_and_shows_no_key() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        assertThat(file.resolveSibling("todoku.backup.part")).doesNotExist();
        byte[] key = Files.readAllBytes(data.resolve("key"));
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries()))
                assertThat(new String(zip.getInputStream(entry).readAllBytes(), ISO_8859_1))
                        .as(entry.getName())
                        .doesNotContain(new String(key, ISO_8859_1));
        }
        assertThatThrownBy(() -> Backup.write(database.dataSource(), data, PASSPHRASE, file, "test", NOW))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("既にあります");
    }

    @Test
    void a_key_file_of_another_installation_is_noticed_when_the_backup_is_made() {
        Secrets.at(folder.resolve("key"));

        assertThatThrownBy(() -> Backup.write(database.dataSource(), folder, PASSPHRASE, folder.resolve("b"), "test", NOW))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("does not belong to this database");
        assertThat(folder.resolve("b")).doesNotExist();
        assertThat(folder.resolve("b.part")).doesNotExist();
    }

    @Test
    void a_short_passphrase_is_refused_and_a_wrong_one_opens_nothing() {
        assertThatThrownBy(() -> Passphrase.of("elevenchars")).isInstanceOf(Refused.class).hasMessageContaining("12");
        DataSource target = empty();

        assertThatThrownBy(() -> new Restore(target, folder).read(file, Passphrase.of("正しい馬の電池 ホッチキズ"), NOW))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("the passphrase is wrong");
        assertThat(isEmpty(target)).isTrue();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void the_same_passphrase_typed_in_another_form_opens_it() throws IOException {
        Path other = folder.resolve("b");
        Backup.write(database.dataSource(), data, Passphrase.of("がぎぐげご がぎぐげごぱ"), other, "test", NOW);

        new Restore(empty(), folder.resolve("data"))
                .read(other, Passphrase.of(Normalizer.normalize("がぎぐげご がぎぐげごぱ", Normalizer.Form.NFD)), NOW);

        assertThat(folder.resolve("data").resolve("key")).exists();
    }

    @Test
    void a_damaged_file_is_noticed_before_anything_changes() throws IOException {
        DataSource target = empty();
        Path copy = folder.resolve("damaged");
        for (String entry : new String[] {"tables/address.copy", "tables/mailing_recipient.copy", "manifest.json", "key.sealed"}) {
            Files.copy(file, copy, REPLACE_EXISTING);
            flipByte(copy, new String(Files.readAllBytes(file), ISO_8859_1).indexOf(entry) + entry.length() + INTO_ENTRY);
            assertThatThrownBy(() -> new Restore(target, folder.resolve("data")).read(copy, PASSPHRASE, NOW))
                    .as(entry)
                    .isInstanceOf(Refused.class);
        }
        Files.copy(file, copy, REPLACE_EXISTING);
        try (FileChannel cut = FileChannel.open(copy, StandardOpenOption.WRITE)) {
            cut.truncate(Files.size(file) / 2);
        }
        assertThatThrownBy(() -> new Restore(target, folder.resolve("data")).read(copy, PASSPHRASE, NOW))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("damaged");
        assertThat(isEmpty(target)).isTrue();
        assertThat(folder.resolve("data")).doesNotExist();
    }

    @Test
    void rows_somebody_has_changed_are_noticed_even_with_a_manifest_that_fits() throws IOException {
        Path forged = folder.resolve("forged");
        rewritten(forged, "tables/category.copy", text -> text.replace("お知らせ", "おしらせ"));
        assertThatThrownBy(() -> new Restore(empty(), folder.resolve("data")).read(forged, PASSPHRASE, NOW))
                .hasMessageContaining("damaged")
                .hasMessageContaining("category");

        rewritten(forged, "manifest.json", text -> text.replace("\"product\" : \"test\"", "\"product\" : \"gone\""));
        assertThatThrownBy(() -> new Restore(empty(), folder.resolve("data")).read(forged, PASSPHRASE, NOW))
                .hasMessageContaining("altered");

        rewritten(forged, "manifest.json", text -> text.replace("\"format\" : 1", "\"format\" : 2"));
        assertThatThrownBy(() -> new Restore(empty(), folder.resolve("data")).read(forged, PASSPHRASE, NOW))
                .hasMessageContaining("newer Todoku");

        rewritten(forged, "manifest.json", text -> text.replace("\"category\"", "\"category; DROP TABLE mail\""));
        assertThatThrownBy(() -> new Restore(empty(), folder.resolve("data")).read(forged, PASSPHRASE, NOW))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void a_database_or_a_data_directory_in_use_is_left_alone() throws IOException {
        var before = rows(database.client());
        assertThatThrownBy(() -> new Restore(database.dataSource(), folder.resolve("data")).read(file, PASSPHRASE, NOW))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("is not empty");
        assertThat(rows(database.client())).isEqualTo(before);

        DataSource others = empty();
        JdbcClient.create(others).sql("CREATE TABLE somebodys (id int)").update();
        assertThatThrownBy(() -> new Restore(others, folder.resolve("data")).read(file, PASSPHRASE, NOW))
                .hasMessageContaining("is not empty");

        Secrets.at(folder.resolve("key"));
        DataSource target = empty();
        assertThatThrownBy(() -> new Restore(target, folder).read(file, PASSPHRASE, NOW))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("differs");
        assertThat(isEmpty(target)).isTrue();
    }

    @Test
    void an_interrupted_restore_leaves_nothing_behind_and_may_be_repeated() throws Exception {
        DataSource target = empty();
        JdbcClient db = JdbcClient.create(target);
        Path home = folder.resolve("data");
        Schema.migrateTo(target, written.schema()); // so far the first one came
        try (var blocker = target.getConnection()) {
            blocker.setAutoCommit(false);
            blocker.createStatement().execute("LOCK TABLE tracked_link IN SHARE MODE"); // one of the last
            CompletableFuture<Manifest> restoring = CompletableFuture.supplyAsync(() -> {
                try {
                    return new Restore(target, home).read(file, PASSPHRASE, NOW);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            await(() -> waiting(db) == 1);
            db.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
                    .query(Long.class)
                    .single();
            assertThatThrownBy(() -> restoring.get(30, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        }
        assertThat(count(db, "customer")).isZero();
        assertThat(count(db, "operator")).isZero();

        new Restore(target, home).read(file, PASSPHRASE, NOW);

        assertThat(rows(db)).isEqualTo(rows(database.client()));
    }

    // ── what is compared, and how it is broken ──

    private static DataSource empty() {
        return Database.asItIs(database.emptyUrl(), database.user(), database.password());
    }

    private static boolean isEmpty(DataSource target) {
        return count(JdbcClient.create(target), "pg_tables WHERE schemaname = 'public'") == 0;
    }

    /// By table: how many rows, and a sum over the text of each. Sessions stay behind, and an epoch begins.
    private static Map<String, String> rows(JdbcClient db) {
        Map<String, String> all = new TreeMap<>();
        db.sql("""
                SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
                   AND relname NOT IN ('flyway_schema_history', 'operator_session', 'epoch')
                """)
                .query(String.class)
                .list()
                .forEach(table -> all.put(table, db.sql("SELECT count(*) || ' ' || coalesce(sum(('x' || left(md5(t::text), 12))::bit(48)::bigint), 0) FROM \""
                                + table + "\" t")
                        .query(String.class)
                        .single()));
        return all;
    }

    private static long count(JdbcClient db, String of) {
        return db.sql("SELECT count(*) FROM " + of).query(Long.class).single();
    }

    private static long waiting(JdbcClient db) {
        return count(db, "pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()");
    }

    private static void flipByte(Path in, long at) throws IOException {
        try (FileChannel channel = FileChannel.open(in, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 0x55)).rewind();
            channel.write(one, at);
        }
    }

    private static void rewritten(Path to, String entry, UnaryOperator<String> change) throws IOException {
        try (ZipFile from = new ZipFile(file.toFile());
                OutputStream out = Files.newOutputStream(to);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (ZipEntry each : Collections.list(from.entries())) {
                byte[] content = from.getInputStream(each).readAllBytes();
                zip.putNextEntry(new ZipEntry(each.getName()));
                zip.write(each.getName().equals(entry) ? change.apply(new String(content, UTF_8)).getBytes(UTF_8) : content);
                zip.closeEntry();
            }
        }
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) throw new AssertionError("it did not happen in 60 s");
            LockSupport.parkNanos(20_000_000);
        }
    }
}
