package todoku.customer.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.customer.source.Trouble.Kind;
import todoku.database.TestDatabase;

class OutsideReaderTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static final Instant NOW = Instant.parse("2026-11-22T03:00:00Z");
    private static Shop shop;

    @TempDir
    Path home;

    @BeforeAll
    static void a_shop() {
        shop = new Shop(database);
        shop.members(1, 30);
    }

    @AfterAll
    static void no_shop() {
        shop.close();
    }

    private OutsideReader reader(String... hosts) {
        return new OutsideReader(new Drivers(home), new OutsideHosts(Set.of(hosts)), new OwnDatabase(database.database()), () -> NOW, ZoneId.of("Asia/Tokyo"));
    }

    private Source at(String host, int port, String name, String user, Source.Tls tls, String query) {
        Source plain = shop.source(1);
        return new Source(0, "店", plain.kind(), host, port, name, user, tls, 2, 1, query, plain.key(), Map.of("email", Meanings.ADDRESS), 1, true,
                plain.vanished(), plain.schedule(), null, null, null, 1, NOW, null);
    }

    private Source asking(String query) {
        return at(shop.host, shop.port, shop.name, shop.reader, Source.Tls.OFF, query);
    }

    private Trouble refused(Source source, String password) {
        return catchThrowableOfType(Trouble.class, () -> reader("127.0.0.1").read(source, password, null, home.resolve("r.csv")));
    }

    private Kind refused(String query) {
        return refused(asking(query), Shop.PASSWORD).kind();
    }

    @Test
    void the_first_rows_are_shown_with_their_types_and_what_they_probably_are() throws Trouble {
        Preview preview = reader("127.0.0.1").preview(asking("SELECT no AS member_no, email, last_name, birthday, points, photo, updated_at FROM member ORDER BY no"),
                Shop.PASSWORD, List.of("points"));
        assertThat(preview.rows()).hasSize(Preview.ROWS);
        assertThat(preview.rows().getFirst()).startsWith("M0001", "m0001@shop.example", "山田", "1980-01-02", "10.00");
        assertThat(preview.columns()).extracting(ResultColumn::says).containsExactly("text", "text", "text", "date", "numeric", "bytea", "timestamptz");
        assertThat(preview.suggested()).isEqualTo(Map.of("member_no", "NUMBER", "email", "ADDRESS", "last_name", "FAMILY_NAME", "birthday", "BIRTHDAY",
                "points", "FIELD:points"));
    }

    @Test
    void a_wrong_password_a_wrong_name_and_a_silent_port_are_told_apart() {
        Source source = asking("SELECT email FROM member");
        assertThat(refused(source, "wrong").kind()).isEqualTo(Kind.WRONG_PASSWORD);
        assertThat(refused(at(shop.host, shop.port, "nowhere", shop.reader, Source.Tls.OFF, "SELECT 1"), Shop.PASSWORD).kind()).isEqualTo(Kind.NO_DATABASE);
        assertThat(refused(at(shop.host, 1, shop.name, shop.reader, Source.Tls.OFF, "SELECT 1"), Shop.PASSWORD).kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(refused(at(shop.host, shop.port, shop.name, shop.reader, Source.Tls.VERIFIED, "SELECT 1"), Shop.PASSWORD).kind()).isEqualTo(Kind.NO_TLS);
        assertThat(refused(source, "wrong").detail()).doesNotContain("wrong");
    }

    @Test
    void an_address_inside_is_refused_before_anything_is_sent_unless_it_was_named() {
        Source source = asking("SELECT email FROM member");
        Trouble trouble = catchThrowableOfType(Trouble.class, () -> reader().test(source, Shop.PASSWORD));
        assertThat(trouble.kind()).isEqualTo(Kind.ADDRESS_REFUSED);
        assertThat(trouble.detail()).contains("127.0.0.1");
        Source byName = at("localhost", shop.port, shop.name, shop.reader, Source.Tls.OFF, "SELECT 1");
        assertThat(catchThrowableOfType(Trouble.class, () -> reader("127.0.0.1").test(byName, Shop.PASSWORD)).kind()).isEqualTo(Kind.ADDRESS_REFUSED);
    }

    @Test
    void our_own_database_is_refused_by_whatever_name() {
        URI own = URI.create(database.jdbcUrl().substring("jdbc:".length()));
        String name = own.getPath().substring(1);
        Source source = at(own.getHost(), own.getPort(), name, shop.reader, Source.Tls.OFF, "SELECT login AS email FROM operator");
        assertThat(refused(source, Shop.PASSWORD).kind()).isEqualTo(Kind.OWN_DATABASE);
    }

    @Test
    void nothing_can_be_written_even_by_a_query_that_looks_harmless_and_by_an_owner() {
        shop.run("CREATE OR REPLACE FUNCTION spoil() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN DELETE FROM member; RETURN 'x'; END $$");
        assertThat(refused("SELECT spoil() AS email")).isEqualTo(Kind.QUERY_WRITES);
        assertThat(refused("SELECT set_config('transaction_read_only', 'off', false) AS email")).isEqualTo(Kind.QUERY_REFUSED);
        assertThat(shop.db.sql("SELECT count(*) FROM member").query(Integer.class).single()).isEqualTo(30);
    }

    @Test
    void a_slow_query_ends_in_time_and_leaves_no_file() {
        assertThat(refused("SELECT pg_sleep(30)::text AS email")).isEqualTo(Kind.TIMEOUT);
        assertThat(home).isEmptyDirectory();
    }

    @Test
    void a_query_that_is_wrong_says_what_its_server_says() {
        Trouble trouble = refused(asking("SELECT emial FROM member"), Shop.PASSWORD);
        assertThat(trouble.kind()).isEqualTo(Kind.QUERY_REFUSED);
        assertThat(trouble.detail()).contains("emial");
    }

    @Test
    void columns_that_are_too_many_twice_missing_or_bytes_are_named() {
        String many = IntStream.rangeClosed(1, 200).mapToObj(i -> i + " AS c" + i).collect(Collectors.joining(", "));
        assertThat(refused("SELECT " + many)).isEqualTo(Kind.TOO_MANY_COLUMNS);
        assertThat(refused("SELECT email, no AS email FROM member")).isEqualTo(Kind.COLUMN_TWICE);
        assertThat(refused("SELECT no FROM member")).isEqualTo(Kind.COLUMN_MISSING);
        assertThat(refused("SELECT photo AS email FROM member")).isEqualTo(Kind.COLUMN_TYPE);
    }

    @Test
    void the_whole_result_is_in_the_file_or_there_is_none() throws Exception {
        Path file = home.resolve("r.csv");
        assertThat(reader("127.0.0.1").read(asking("SELECT email FROM member ORDER BY no"), Shop.PASSWORD, null, file).rows()).isEqualTo(30);
        assertThat(Files.readAllLines(file)).hasSize(31).startsWith("email", "m0001@shop.example");
        Files.delete(file);
        assertThat(refused("SELECT CASE WHEN no = 'M0030' THEN (1 / (length(no) - 5))::text ELSE email END AS email FROM member ORDER BY no")).isNotNull();
        assertThat(home).isEmptyDirectory();
    }
}
