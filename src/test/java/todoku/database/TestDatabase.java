package todoku.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/// A migrated database of its own for each test class.
///
/// `@RegisterExtension static final TestDatabase database = new TestDatabase();`
///
/// One server serves all classes of a run: the embedded one, or the one `TODOKU_TEST_DB_URL` names (a JDBC URL with
/// user and password, whose user may create databases).
public final class TestDatabase implements BeforeAllCallback, AfterAllCallback {
    /// Tests run few threads; several classes share the server's 60 connections.
    private static final int CONNECTIONS = 12;

    private @Nullable Database open;
    private @Nullable String name;
    private final List<String> others = new ArrayList<>();

    @Override
    public void beforeAll(ExtensionContext context) {
        String fresh = Server.randomName("test");
        Server.SHARED.run("CREATE DATABASE " + fresh + " TEMPLATE " + Server.SHARED.template);
        name = fresh;
        open = Server.SHARED.open(fresh, CONNECTIONS);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (open != null) open.close();
        if (name != null) Server.SHARED.run("DROP DATABASE " + name + " WITH (FORCE)");
        for (String other : others) Server.SHARED.run("DROP DATABASE " + other + " WITH (FORCE)");
        others.clear();
    }

    public Database database() {
        if (open == null) throw new IllegalStateException("register this as a static @RegisterExtension");
        return open;
    }

    public JdbcClient client() {
        return database().client();
    }

    public DataSource dataSource() {
        return database().dataSource();
    }

    /// The URL of this class's own database, for a test that starts a whole program.
    public String jdbcUrl() {
        if (name == null) throw new IllegalStateException("register this as a static @RegisterExtension");
        return Server.SHARED.url(name);
    }

    /// An empty database beside this one, on the same server; gone at the end of the class.
    public String emptyUrl() {
        String fresh = Server.randomName("empty");
        Server.SHARED.run("CREATE DATABASE " + fresh);
        others.add(fresh);
        return Server.SHARED.url(fresh);
    }

    /// A server of the newest version, whichever serves this run.
    public static EmbeddedPostgres embedded(Path home) {
        return EmbeddedPostgres.start(home, Folders.binaries());
    }

    /// From now on nobody reaches this database, and whoever had reached it is cut off.
    public void goAway() {
        Server.SHARED.run("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");
        Server.SHARED.ask("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '" + name + "'");
    }

    /// Everybody reaches it again.
    public void comeBack() {
        Server.SHARED.run("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true");
    }

    /// A way to a database of this server, past our pool: for the tables of somebody else.
    public static PGSimpleDataSource direct(String url) {
        return Server.SHARED.direct(url);
    }

    public @Nullable String user() {
        return Server.SHARED.user;
    }

    public @Nullable String password() {
        return Server.SHARED.password;
    }

    /// The server of this run and the migrated database every other one is copied from.
    private static final class Server {
        static final Server SHARED = start();

        private final String url;
        private final @Nullable String user;
        private final @Nullable String password;
        private final String template = randomName("template");

        private Server(String url, @Nullable String user, @Nullable String password) {
            this.url = url;
            this.user = user;
            this.password = password;
            run("CREATE DATABASE " + template);
            open(template, 2).close();
        }

        private static Server start() {
            String named = System.getenv("TODOKU_TEST_DB_URL");
            if (named != null && !named.isBlank()) {
                var server = new Server(named, null, null);
                Runtime.getRuntime()
                        .addShutdownHook(new Thread(() -> server.run("DROP DATABASE " + server.template)));
                return server;
            }
            return startEmbedded();
        }

        private static Server startEmbedded() {
            Path home = Folders.fresh();
            var embedded = EmbeddedPostgres.start(home, Folders.binaries());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                embedded.close();
                Folders.delete(home);
            }));
            return new Server(embedded.jdbcUrl("postgres"), embedded.user(), embedded.password());
        }

        static String randomName(String kind) {
            return "todoku_" + kind + "_" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        }

        /// The same server, another database: all that stands before `?` and after the last `/` is its name.
        String url(String name) {
            int query = url.indexOf('?') < 0 ? url.length() : url.indexOf('?');
            return url.substring(0, url.lastIndexOf('/', query - 1) + 1) + name + url.substring(query);
        }

        Database open(String name, int connections) {
            return Database.open(url(name), user, password, connections);
        }

        synchronized void run(String sql) {
            client().sql(sql).update();
        }

        synchronized void ask(String sql) {
            client().sql(sql).query(Long.class).single();
        }

        private JdbcClient client() {
            return JdbcClient.create(direct(url));
        }

        /// A user named in the URL stays when there is none beside it.
        PGSimpleDataSource direct(String address) {
            var source = new PGSimpleDataSource();
            source.setUrl(address);
            if (user != null) source.setUser(user);
            if (password != null) source.setPassword(password);
            return source;
        }
    }

    /// Where the servers of tests live.
    static final class Folders {
        private Folders() {}

        static Path binaries() {
            return Path.of(System.getProperty("java.io.tmpdir"), "todoku-test-postgresql-" + EmbeddedPostgres.VERSION);
        }

        /// The server's user must be able to pass through.
        static Path fresh() {
            try {
                Path folder = Files.createTempDirectory("todoku-test-");
                Files.setPosixFilePermissions(
                        folder, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
                return folder;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        static void delete(Path tree) {
            try (var all = Files.walk(tree)) {
                for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) Files.delete(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
