package todoku.customer.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.customer.ImportKey;
import todoku.customer.source.Trouble.Kind;
import todoku.database.TestDatabase;

/// A shop whose customers lie in MariaDB, read by the driver of the folder.
class MariaDbTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static final Instant NOW = Instant.parse("2026-11-22T03:00:00Z");
    private static final String READER_PASSWORD = "読む?&人'";

    @TempDir
    static Path folder;

    private static @Nullable MariaServer server;

    @TempDir
    Path home;

    @BeforeAll
    static void a_server() throws Exception {
        @Nullable String whyNot = MariaServer.whyNot();
        assumeTrue(whyNot == null, whyNot);
        server = MariaServer.start(folder);
        run("CREATE TABLE member (no VARCHAR(20) PRIMARY KEY, email VARCHAR(200), last_name VARCHAR(50), birthday DATE, points DECIMAL(10,2), opt_in TINYINT(1),"
                + " photo BLOB, seen TIMESTAMP NULL, updated_at DATETIME(6)) CHARACTER SET utf8mb4");
        run("INSERT INTO member VALUES ('M0001', 'm0001@shop.example', '髙橋', '1980-01-02', 12.50, 1, 'x', '2026-11-20 09:00:00', '2026-11-20 09:00:00.5'),"
                + " ('M0002', 'm0002@shop.example', '山田', NULL, 0, 0, NULL, NULL, '2026-11-21 09:00:00')");
        run("CREATE USER 'reader'@'127.0.0.1' IDENTIFIED BY '" + READER_PASSWORD.replace("'", "''") + "'");
        run("GRANT SELECT ON shop.* TO 'reader'@'127.0.0.1'");
    }

    @AfterAll
    static void no_server() {
        if (server != null) server.close();
    }

    @BeforeEach
    void the_driver_in_its_folder() throws Exception {
        Path jar = Path.of(org.mariadb.jdbc.Driver.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Files.copy(jar, Files.createDirectory(home.resolve(Drivers.FOLDER)).resolve("driver.jar"));
    }

    private static int port() {
        if (server == null) throw new IllegalStateException("it did not start");
        return server.port;
    }

    private static void run(String sql) throws SQLException {
        try (Connection owner = DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + port() + "/shop", MariaServer.OWNER, MariaServer.OWNER);
                Statement statement = owner.createStatement()) {
            statement.execute("SET time_zone = '+09:00'");
            statement.execute(sql);
        }
    }

    private OutsideReader reader() {
        return new OutsideReader(new Drivers(home), new OutsideHosts(Set.of("127.0.0.1")), new OwnDatabase(database.database()), () -> NOW,
                ZoneId.of("Asia/Tokyo"));
    }

    private static Source asking(String name, String query, @Nullable String changedSince) {
        Map<String, String> mapping = new LinkedHashMap<>();
        mapping.put("email", Meanings.ADDRESS);
        if (query.contains("last_name")) mapping.put("last_name", "FAMILY_NAME");
        return new Source(0, "店", SourceKind.MYSQL, "127.0.0.1", port(), name, "reader", Source.Tls.OFF, 5, 2, query, ImportKey.ADDRESS, mapping, 1, true,
                Source.Vanished.KEEP, Source.Schedule.NEVER, changedSince, null, null, 1, NOW, null);
    }

    private Trouble refused(Source source, String password) {
        return catchThrowableOfType(Trouble.class, () -> reader().read(source, password, null, home.resolve("r.csv")));
    }

    @Test
    void rows_come_as_they_are_meant() throws Exception {
        Source source = asking("shop", "SELECT no AS member_no, email, last_name, birthday, points, opt_in, photo, seen FROM member ORDER BY no", null);
        assertThat(reader().test(source, READER_PASSWORD)).contains("MariaDB");
        Preview preview = reader().preview(source, READER_PASSWORD, List.of());
        assertThat(preview.rows()).containsExactly(
                List.of("M0001", "m0001@shop.example", "髙橋", "1980-01-02", "12.50", "true", "", "2026-11-20 09:00:00"),
                List.of("M0002", "m0002@shop.example", "山田", "", "0.00", "false", "", ""));
        assertThat(preview.columns()).filteredOn(column -> column.name().equals("photo")).extracting(ResultColumn::type).containsExactly(ResultColumn.Type.BINARY);
        assertThat(preview.suggested()).containsEntry("opt_in", "CONSENT").containsEntry("birthday", "BIRTHDAY");
    }

    @Test
    void only_what_changed_is_read() throws Exception {
        Source source = asking("shop", "SELECT email, last_name, updated_at FROM member", "updated_at");
        OutsideReader.Result all = reader().read(source, READER_PASSWORD, null, home.resolve("all.csv"));
        assertThat(all).isEqualTo(new OutsideReader.Result(2, new Mark.Time(LocalDateTime.parse("2026-11-21T09:00:00"))));
        OutsideReader.Result changed = reader().read(source, READER_PASSWORD, all.mark(), home.resolve("changed.csv"));
        assertThat(changed.rows()).isEqualTo(1);
        assertThat(Files.readAllLines(home.resolve("changed.csv"))).containsExactly("email,last_name", "m0002@shop.example,山田");
    }

    @Test
    void nothing_can_be_written() throws Exception {
        run("CREATE OR REPLACE FUNCTION spoil() RETURNS INT MODIFIES SQL DATA SQL SECURITY DEFINER BEGIN DELETE FROM member; RETURN 1; END");
        run("GRANT EXECUTE ON FUNCTION shop.spoil TO 'reader'@'127.0.0.1'");
        assertThat(refused(asking("shop", "SELECT spoil() AS email", null), READER_PASSWORD).kind()).isEqualTo(Kind.QUERY_WRITES);
        assertThat(refused(asking("shop", "SELECT 1 AS email; DELETE FROM member", null), READER_PASSWORD).kind()).isEqualTo(Kind.QUERY_REFUSED);
    }

    @Test
    void troubles_are_told_apart() {
        String query = "SELECT email FROM member";
        assertThat(refused(asking("shop", query, null), "wrong").kind()).isEqualTo(Kind.WRONG_PASSWORD);
        assertThat(refused(asking("nowhere", query, null), READER_PASSWORD).kind()).isEqualTo(Kind.NO_DATABASE);
        assertThat(refused(asking("shop", "SELECT emial FROM member", null), READER_PASSWORD).kind()).isEqualTo(Kind.QUERY_REFUSED);
        assertThat(refused(asking("shop", "SELECT email FROM member WHERE SLEEP(30) = 0", null), READER_PASSWORD).kind()).isEqualTo(Kind.TIMEOUT);
    }

    @Test
    void a_nul_becomes_a_sign_that_can_be_seen() throws Exception {
        reader().read(asking("shop", "SELECT CONCAT('a', CHAR(0 USING utf8mb4), '@shop.example') AS email", null), READER_PASSWORD, null, home.resolve("r.csv"));
        assertThat(Files.readAllLines(home.resolve("r.csv"))).containsExactly("email", "a␀@shop.example");
    }

    @Test
    void an_address_inside_is_refused_and_a_driver_is_missing_when_its_folder_is_empty() throws Exception {
        var strangers = new OutsideReader(new Drivers(home), new OutsideHosts(Set.of()), new OwnDatabase(database.database()), () -> NOW, ZoneId.of("Asia/Tokyo"));
        assertThat(catchThrowableOfType(Trouble.class, () -> strangers.test(asking("shop", "SELECT 1", null), READER_PASSWORD)).kind()).isEqualTo(Kind.ADDRESS_REFUSED);
        Files.delete(home.resolve("drivers/driver.jar"));
        assertThat(refused(asking("shop", "SELECT 1", null), READER_PASSWORD).kind()).isEqualTo(Kind.NO_DRIVER);
    }

    @Test
    void the_driver_is_that_of_the_folder() throws Exception {
        assertThat(new Drivers(home).of(SourceKind.MYSQL).getClass().getClassLoader()).isNotSameAs(Drivers.class.getClassLoader());
    }
}
