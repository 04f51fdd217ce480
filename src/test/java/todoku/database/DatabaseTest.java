package todoku.database;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

class DatabaseTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    @Test
    void a_change_of_tables_may_take_longer_than_an_idle_transaction() {
        var impatient = TestDatabase.direct(database.emptyUrl());
        impatient.setOptions("-c idle_in_transaction_session_timeout=200ms");
        Schema.migrate(impatient, "classpath:db/slow");
        assertThat(Schema.version(JdbcClient.create(impatient))).contains("1");
    }

    @Test
    void rows_are_copied_in_and_stay_when_the_transaction_ends_well() {
        long rows = database.database()
                .inTransaction(() -> database.database()
                        .copyIn("COPY department (name) FROM STDIN", "営業\n総務\n".getBytes(UTF_8)));

        assertThat(rows).isEqualTo(2);
        assertThat(departments()).contains("営業", "総務");
    }

    @Test
    void nothing_stays_of_a_transaction_that_throws() {
        assertThatThrownBy(() -> database.database().inTransaction(() -> {
                    database.database().copyIn("COPY department (name) FROM STDIN", "gone\n".getBytes(UTF_8));
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");

        assertThat(departments()).doesNotContain("gone");
    }

    @Test
    void a_frozen_program_holds_its_rows_for_half_a_minute_and_no_longer_on_any_server() {
        assertThat(database.client().sql("SELECT source FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout' AND setting = '30000'")
                        .query(String.class)
                        .single())
                .isEqualTo("session");
    }

    @Test
    void a_network_that_swallows_packets_is_noticed_while_a_statement_runs() throws IOException {
        int port = database.client().sql("SELECT inet_client_port()").query(Integer.class).single();

        assertThat(secondsToTheNextProbe(port)).isBetween(0.0, 30.0);
    }

    /// Of the kernel: `02:` and hundredths of a second until it asks whether the other side is there.
    private static double secondsToTheNextProbe(int localPort) throws IOException {
        String end = String.format(":%04X", localPort);
        long giveUp = System.nanoTime() + 10_000_000_000L;
        while (System.nanoTime() < giveUp)
            for (String table : List.of("/proc/net/tcp6", "/proc/net/tcp"))
                for (String line : Files.readAllLines(Path.of(table))) {
                    String[] column = line.strip().split("\\s+");
                    if (column[1].endsWith(end) && column[5].startsWith("02:"))
                        return Integer.parseInt(column[5].substring(3), 16) / 100.0;
                }
        return Double.MAX_VALUE;
    }

    @Test
    void copying_outside_a_transaction_is_refused() {
        assertThatThrownBy(() -> database.database().copyIn("COPY department (name) FROM STDIN", new byte[0]))
                .hasMessageContaining("outside a transaction");
    }

    @Test
    void a_database_that_may_lose_confirmed_work_is_refused() {
        String url = database.jdbcUrl();
        String unsafe = url + (url.contains("?") ? "&" : "?") + "options=-c%20synchronous_commit=off";

        assertThatThrownBy(() -> Database.open(unsafe, database.user(), database.password()))
                .hasMessageContaining("synchronous_commit");
    }

    private static List<String> departments() {
        return database.client()
                .sql("SELECT name FROM department")
                .query(String.class)
                .list();
    }
}
