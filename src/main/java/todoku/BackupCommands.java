package todoku;

import java.io.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import todoku.backup.Backup;
import todoku.backup.Manifest;
import todoku.backup.Passphrase;
import todoku.backup.Refused;
import todoku.backup.Restore;
import todoku.database.Database;
import todoku.database.EmbeddedPostgres;

/// `backup FILE` while Todoku runs or not, `restore FILE` into a database that is empty.
final class BackupCommands {
    private static final String PASSPHRASE = "TODOKU_BACKUP_PASSPHRASE";
    private static final String USAGE = """
            todoku backup FILE [--data DIR] [--passphrase-file FILE]
            todoku restore FILE [--data DIR] [--passphrase-file FILE]""";

    private BackupCommands() {}

    /// What the command line says.
    private record Options(Path file, Path data, @Nullable Path passphrase) {
        static Options of(String[] args) {
            Path file = null;
            Path data = Path.of("data");
            Path passphrase = null;
            for (int i = 0; i < args.length; i++) {
                switch (args[i]) {
                    case "--data" -> data = Path.of(value(args, ++i));
                    case "--passphrase-file" -> passphrase = Path.of(value(args, ++i));
                    default -> {
                        if (args[i].startsWith("--") || file != null) throw new IllegalArgumentException("unknown option: " + args[i]);
                        file = Path.of(args[i]);
                    }
                }
            }
            if (file == null) throw new IllegalArgumentException("ファイル名を指定してください。（name a file）");
            return new Options(file, data, passphrase);
        }

        private static String value(String[] args, int i) {
            if (i >= args.length) throw new IllegalArgumentException(args[i - 1] + " needs a value");
            return args[i];
        }
    }

    private interface Job {
        void run(Options options) throws IOException;
    }

    static int backup(String[] args) {
        return run(args, BackupCommands::backup);
    }

    static int restore(String[] args) {
        return run(args, BackupCommands::restore);
    }

    private static int run(String[] args, Job job) {
        Options options;
        try {
            options = Options.of(args);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(USAGE);
            return 2;
        }
        try {
            job.run(options);
            return 0;
        } catch (Refused | IllegalStateException e) {
            System.err.println(e.getMessage());
        } catch (IOException | UncheckedIOException | DataAccessException e) {
            System.err.println("途中で止まりました。何も変わっていません。（it broke off; nothing has changed: " + e.getMessage() + "）");
        }
        return 1;
    }

    // ── backup ──

    private static void backup(Options options) throws IOException {
        if (Files.exists(options.file())) // before anybody types a passphrase
            throw new Refused(options.file() + " は既にあります。別の名前を指定してください。", options.file() + " is there already: choose another name");
        String url = System.getenv(Server.DATABASE_URL);
        if (url != null) {
            write(options, Database.asItIs(url, null, null));
            return;
        }
        Path home = options.data().resolve("postgres");
        if (!EmbeddedPostgres.isMade(home))
            throw new Refused(
                    options.data() + " にデータベースがありません。--data を確かめてください。",
                    "there is no database in " + options.data() + ": check --data");
        Optional<EmbeddedPostgres.Reach> running = EmbeddedPostgres.running(home);
        if (running.isPresent()) {
            write(options, reached(running.get()));
            return;
        }
        try (EmbeddedPostgres server = EmbeddedPostgres.start(home)) {
            write(options, Database.asItIs(server.jdbcUrl(), server.user(), server.password()));
        }
    }

    private static DataSource reached(EmbeddedPostgres.Reach reach) {
        return Database.asItIs(reach.jdbcUrl(), reach.user(), reach.password());
    }

    private static void write(Options options, DataSource source) throws IOException {
        Passphrase passphrase = passphrase(options, true);
        long began = System.nanoTime();
        Manifest written = Backup.write(source, options.data(), passphrase, options.file(), version(), Instant.now());
        System.out.printf(
                Locale.ROOT,
                "バックアップしました（backed up）: %s  %,d tables, %,d rows, %,d bytes, %.1f s%n",
                options.file(),
                written.tables().size(),
                written.rows(),
                Files.size(options.file()),
                seconds(began));
    }

    private static String version() {
        String version = Todoku.class.getPackage().getImplementationVersion();
        return version == null ? "" : version;
    }

    // ── restore ──

    private static void restore(Options options) throws IOException {
        if (!Files.exists(options.file()))
            throw new Refused(options.file() + " がありません。", "there is no file " + options.file());
        Passphrase passphrase = passphrase(options, false);
        String url = System.getenv(Server.DATABASE_URL);
        if (url != null) {
            read(options, passphrase, Database.asItIs(url, null, null));
            return;
        }
        Path home = options.data().resolve("postgres");
        if (EmbeddedPostgres.running(home).isPresent())
            throw new Refused(
                    options.data() + " では届くが動いています。新しい --data を指定してください。",
                    "Todoku runs in " + options.data() + ": name a new --data");
        try {
            Files.createDirectories(options.data());
        } catch (FileAlreadyExistsException e) {
            throw new Refused(options.data() + " はフォルダではありません。", options.data() + " is not a folder");
        }
        try (EmbeddedPostgres server = EmbeddedPostgres.start(home)) {
            read(options, passphrase, Database.asItIs(server.jdbcUrl(), server.user(), server.password()));
        }
    }

    private static void read(Options options, Passphrase passphrase, DataSource target) throws IOException {
        long began = System.nanoTime();
        Manifest read = new Restore(target, options.data()).read(options.file(), passphrase, Instant.now());
        System.out.printf(
                Locale.ROOT,
                "復元しました（restored）: %s の時点（as of）, %,d tables, %,d rows, %.1f s%n"
                        + "配信中だったものは、次の起動から人が決めるまで止まっています。（what was being sent is held until a person decides）%n",
                read.madeAt(),
                read.tables().size(),
                read.rows(),
                seconds(began));
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    // ── the passphrase ──

    /// From a file, the environment or the console, in this order; a new one is typed twice.
    private static Passphrase passphrase(Options options, boolean fresh) throws IOException {
        Path file = options.passphrase();
        if (file != null) return Passphrase.of(Files.readString(file).stripTrailing());
        String set = System.getenv(PASSPHRASE);
        if (set != null) return Passphrase.of(set);
        Console console = System.console();
        if (console == null || !console.isTerminal())
            throw new Refused(
                    "パスフレーズがありません。--passphrase-file か " + PASSPHRASE + " で渡してください。",
                    "no passphrase: give it by --passphrase-file or " + PASSPHRASE);
        String typed = typed(console, "パスフレーズ（passphrase）: ");
        Passphrase passphrase = Passphrase.of(typed);
        if (fresh && !typed.equals(typed(console, "もう一度（again）: ")))
            throw new Refused("2 回の入力が違います。", "the two are different");
        return passphrase;
    }

    private static String typed(Console console, String prompt) {
        char[] typed = console.readPassword("%s", prompt);
        return typed == null ? "" : new String(typed);
    }
}
