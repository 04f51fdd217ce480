package todoku.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 4, unit = TimeUnit.MINUTES)
class EmbeddedPostgresTest {
    private static final Path BINARIES = TestDatabase.Folders.binaries();

    private final Path home = TestDatabase.Folders.fresh();
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void leave_nothing_behind() throws InterruptedException {
        for (Process process : started) process.destroyForcibly().waitFor();
        // Starting stops whatever a failed test has left running.
        EmbeddedPostgres.start(home, BINARIES).close();
        TestDatabase.Folders.delete(home);
    }

    @Test
    void what_was_committed_survives_the_sudden_death_of_the_program() throws Exception {
        var child = startInAnotherProgram();
        String said = child.inputReader().readLine();
        assertThat(said).startsWith("committed ");
        long server = Long.parseLong(said.substring("committed ".length()));

        child.destroyForcibly().waitFor();

        try (var again = EmbeddedPostgres.start(home, BINARIES)) {
            assertThat(again.pid()).isNotEqualTo(server);
            assertThat(lives(server)).isFalse();
            assertThat(ask(again, "SELECT what FROM kept")).isEqualTo("届く");
        }
    }

    @Test
    void the_server_goes_down_with_the_program_without_any_next_start() throws Exception {
        var child = startInAnotherProgram();
        long server = Long.parseLong(child.inputReader().readLine().substring("committed ".length()));

        child.destroyForcibly().waitFor();

        while (lives(server)) LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        assertThat(home.resolve("data/postmaster.pid")).doesNotExist();
    }

    @Test
    void an_orphan_that_still_runs_is_stopped_by_the_next_start() throws IOException {
        var first = EmbeddedPostgres.start(home, BINARIES);
        first.close();
        var orphan = serveWithoutUs();
        assertThat(orphan.inputReader().lines().anyMatch(line -> line.contains("ready to accept connections")))
                .isTrue();

        try (var second = EmbeddedPostgres.start(home, BINARIES)) {
            assertThat(orphan.isAlive() && lives(orphan.pid())).isFalse();
            assertThat(ask(second, "SELECT 'here'")).isEqualTo("here");
        }
    }

    @Test
    void a_server_that_is_killed_comes_back_where_it_was_until_it_is_closed() throws IOException {
        try (var server = EmbeddedPostgres.start(home, BINARIES)) {
            server.keepRunning();
            long killed = server.pid();
            ProcessHandle.of(killed).orElseThrow().destroyForcibly();
            await(() -> server.pid() != killed && answers(server));
        }
        assertThat(Files.exists(home.resolve("data/postmaster.pid"))).isFalse();
    }

    private static boolean answers(EmbeddedPostgres server) {
        try (var connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password())) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    private static void await(BooleanSupplier done) {
        long limit = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() > limit) throw new AssertionError("it did not happen");
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    @Test
    void a_second_program_on_the_same_folder_is_told_so() throws IOException {
        try (var first = EmbeddedPostgres.start(home, BINARIES)) {
            var second = startInAnotherProgram();

            assertThat(second.inputReader().readLine()).isEqualTo("refused: " + inUse());
            assertThat(ask(first, "SELECT 'unharmed'")).isEqualTo("unharmed");
        }
    }

    @Test
    void a_second_start_in_the_same_program_is_refused_and_keeps_the_lock() throws IOException {
        try (var first = EmbeddedPostgres.start(home, BINARIES)) {
            assertThatThrownBy(() -> EmbeddedPostgres.start(home, BINARIES)).hasMessage(inUse());

            assertThat(startInAnotherProgram().inputReader().readLine()).isEqualTo("refused: " + inUse());
            assertThat(ask(first, "SELECT 'unharmed'")).isEqualTo("unharmed");
        }
    }

    @Test
    void a_folder_only_its_owner_may_enter_is_good_enough() throws IOException {
        Path inside = Files.createDirectory(home.resolve("private"));
        Files.setPosixFilePermissions(inside, PosixFilePermissions.fromString("rwx------"));

        try (var server = EmbeddedPostgres.start(inside.resolve("database"), BINARIES)) {
            assertThat(ask(server, "SELECT 'inside'")).isEqualTo("inside");
        }
        try (var again = EmbeddedPostgres.start(inside.resolve("database"), BINARIES)) {
            assertThat(ask(again, "SELECT 'again'")).isEqualTo("again");
        }
    }

    @Test
    void the_server_is_safe_and_its_password_is_for_the_owner_only() throws IOException {
        try (var server = EmbeddedPostgres.start(home, BINARIES)) {
            for (String on : List.of("fsync", "synchronous_commit", "full_page_writes", "data_checksums"))
                assertThat(ask(server, "SHOW " + on)).as(on).isEqualTo("on");
            assertThat(ask(server, "SHOW server_encoding")).isEqualTo("UTF8");
            assertThat(ask(server, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(ask(server, "SHOW idle_in_transaction_session_timeout")).isEqualTo("30s");
            assertThatThrownBy(() -> DriverManager.getConnection(server.jdbcUrl(), server.user(), "guess")
                            .close())
                    .isInstanceOf(SQLException.class);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("password"))))
                    .isEqualTo("rw-------");
        }
    }

    private String inUse() {
        return "the database in " + home + " is already in use by a running Todoku";
    }

    private Process startInAnotherProgram() throws IOException {
        var child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-Dfile.encoding=UTF-8",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AnotherProgram.class.getName(),
                        home.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        started.add(child);
        return child;
    }

    /// The server as it would be left by a kernel that did not stop it.
    private Process serveWithoutUs() throws IOException {
        var data = home.toRealPath().resolve("data").toString();
        var command = new ArrayList<String>();
        int owner = (Integer) Files.getAttribute(home.resolve("data"), "unix:uid");
        int own = (Integer) Files.getAttribute(home, "unix:uid");
        if (owner != own)
            command.addAll(List.of("setpriv", "--reuid", "" + owner, "--regid", "" + owner, "--clear-groups"));
        command.addAll(List.of(BINARIES.resolve("bin/postgres").toString(), "-D", data, "-p", "5432"));
        command.addAll(List.of("-c", "listen_addresses=", "-c", "unix_socket_directories=" + data));
        var orphan = new ProcessBuilder(command).redirectErrorStream(true).start();
        started.add(orphan);
        return orphan;
    }

    /// A process that has ended but was collected by nobody has no command line.
    private static boolean lives(long pid) throws IOException {
        Path commandLine = Path.of("/proc/" + pid + "/cmdline");
        try {
            return Files.readString(commandLine).contains("postgres");
        } catch (java.nio.file.NoSuchFileException e) {
            return false;
        }
    }

    private static String ask(EmbeddedPostgres server, String sql) {
        try (var connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /// Starts the database, commits one row, and then waits to be killed.
    static final class AnotherProgram {
        private AnotherProgram() {}

        public static void main(String[] args) throws Exception {
            try {
                var server = EmbeddedPostgres.start(Path.of(args[0]), BINARIES);
                try (var connection =
                                DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
                        var statement = connection.createStatement()) {
                    statement.execute("CREATE TABLE kept AS SELECT '届く' AS what");
                }
                System.out.println("committed " + server.pid());
                // Our standard input ends when the test does: nothing stays behind.
                System.in.read();
            } catch (IllegalStateException e) {
                System.out.println("refused: " + e.getMessage());
            }
            Runtime.getRuntime().halt(0);
        }
    }
}
