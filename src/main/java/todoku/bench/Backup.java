package todoku.bench;

import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import todoku.backup.Passphrase;
import todoku.backup.Restore;
import todoku.database.Database;
import todoku.database.EmbeddedPostgres;

/// A backup of a PostgreSQL server, as its manual describes it (§25.3.3 and §25.2) or by our own command, and another server
/// made of it.
final class Backup {
    private static final int LIMIT_MILLIS = 60_000;
    private static final int LOOK_MILLIS = 50;
    /// What a server writes while it runs; the log of changes is copied last.
    private static final List<String> NOT_COPIED = List.of("postmaster.pid", "postmaster.opts");
    private static final String LOG_OF_CHANGES = "pg_wal";
    private static final Passphrase PASSPHRASE = Passphrase.of("only for the bench");

    private final Path home;
    private final @Nullable Path file;

    private Backup(Path home, @Nullable Path file) {
        this.home = home;
        this.file = file;
    }

    /// As `./todoku backup` does it, while everybody goes on.
    static Backup byOurselves(FaultGround ground, Path home) throws IOException {
        Path file = Files.createDirectories(home).resolve("todoku.backup");
        todoku.backup.Backup.write(ground.database.dataSource(), ground.home, PASSPHRASE, file, "bench", Instant.now());
        Files.copy(Installation.postgresOf(ground.home).resolve("password"), home.resolve("password")); // children know this one
        return new Backup(home, file);
    }

    /// While the server runs: the copy is recovered to the end of the backup and begins a new timeline.
    static Backup whileItRuns(FaultGround ground, Path home) throws IOException {
        Path from = Installation.postgresOf(ground.home);
        Path to = home.resolve("data");
        try (Connection connection = ground.database.dataSource().getConnection(); Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_backup_start('bench', true)");
            copy(from.resolve("data"), to, false);
            try (ResultSet end = statement.executeQuery("SELECT labelfile FROM pg_backup_stop(false)")) {
                end.next();
                Files.writeString(to.resolve("backup_label"), end.getString(1));
            }
        } catch (SQLException e) {
            throw new IOException(e);
        }
        copy(from.resolve("data").resolve(LOG_OF_CHANGES), to.resolve(LOG_OF_CHANGES), true);
        Files.createFile(to.resolve("recovery.signal"));
        Files.writeString(to.resolve("postgresql.auto.conf"), "restore_command = 'false'\n", StandardOpenOption.APPEND);
        Files.copy(from.resolve("password"), home.resolve("password"));
        return new Backup(home, null);
    }

    /// While the server is down: the copy cannot be told from the original.
    static Backup whileItIsDown(FaultGround ground, Path home) throws IOException {
        Path from = Installation.postgresOf(ground.home);
        copy(from.resolve("data"), home.resolve("data"), true);
        Files.copy(from.resolve("password"), home.resolve("password"));
        return new Backup(home, null);
    }

    private static void copy(Path from, Path to, boolean changesToo) throws IOException {
        CopyOption[] how = {StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING};
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Path inside = from.relativize(path);
                if (NOT_COPIED.contains(inside.toString())) continue;
                if (!changesToo && inside.startsWith(LOG_OF_CHANGES) && !Files.isDirectory(path)) continue;
                Path target = to.resolve(inside);
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                    continue;
                }
                try {
                    Files.copy(path, target, how);
                } catch (NoSuchFileException e) {
                    // It went away meanwhile; recovery knows.
                }
            }
        }
    }

    /// Another server, ready to be written to.
    EmbeddedPostgres restore() throws IOException {
        EmbeddedPostgres server = EmbeddedPostgres.start(home);
        try {
            if (file != null) fill(server, file);
            for (int waited = 0; isRecovering(server); waited += LOOK_MILLIS) {
                if (waited > LIMIT_MILLIS) throw new IOException("the copy does not become a server of its own");
                Programs.rest(LOOK_MILLIS);
            }
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void fill(EmbeddedPostgres server, Path from) throws IOException {
        var target = Database.asItIs(server.jdbcUrl(), server.user(), server.password());
        new Restore(target, home.resolve("keys")).read(from, PASSPHRASE, Instant.now());
    }

    private static boolean isRecovering(EmbeddedPostgres server) throws IOException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
                ResultSet row = connection.createStatement().executeQuery("SELECT pg_is_in_recovery()")) {
            row.next();
            return row.getBoolean(1);
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }
}
