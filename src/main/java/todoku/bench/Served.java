package todoku.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import todoku.access.Operators;
import todoku.database.Database;
import todoku.database.EmbeddedPostgres;

/// The whole product in a process of its own, as `./todoku start` runs it, and people at its pages.
final class Served implements AutoCloseable {
    private static final String DATABASE_URL = "TODOKU_DATABASE_URL";
    private static final int START_SECONDS = 180;
    private static final String READY = "  停止（stop）";
    private static final String PASSWORD = "correct horse battery";
    private static final String ADMIN = "admin";

    private final Child process;
    private final int port;
    private boolean known;

    private Served(Child process, int port) {
        this.process = process;
        this.port = port;
    }

    /// Starts it over a database of ours, without examples, and waits until it says where it is to be found.
    ///
    /// @param data its data directory
    /// @param log what it complains about is added here
    /// @param environment beside ours
    static Served over(EmbeddedPostgres database, Path data, Path log, Map<String, String> environment) throws IOException {
        int port = freePort();
        Map<String, String> all = new HashMap<>(environment);
        all.put(DATABASE_URL, database.jdbcUrl() + "?user=" + database.user() + "&password=" + database.password());
        Child process = Child.start(log, all, List.of("start", "--empty", "--port", "" + port, "--data", data.toString()));
        if (!process.awaits(READY, START_SECONDS)) {
            process.kill();
            throw new IOException("the server did not start: " + process);
        }
        return new Served(process, port);
    }

    /// The administrator at a browser of his own. The password is another one afterwards.
    Visit administrator(Database database) throws IOException {
        Visit visit = new Visit(port);
        if (known) {
            signIn(visit, PASSWORD);
            return visit;
        }
        String first = new Operators(database).reset(ADMIN).orElseThrow();
        signIn(visit, first);
        visit.get("/password");
        visit.post("/password", Map.of("current", first, "fresh", PASSWORD));
        known = true;
        return visit;
    }

    private static void signIn(Visit visit, String password) throws IOException {
        visit.get("/sign-in");
        visit.post("/sign-in", Map.of("login", ADMIN, "password", password, "next", "/"));
    }

    Child process() {
        return process;
    }

    int port() {
        return port;
    }

    /// Of its links: opens, clicks, unsubscribe.
    int linkPort() {
        return port + 1;
    }

    /// Two in a row, for pages and for links.
    private static int freePort() throws IOException {
        while (true) {
            try (var pages = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                try (var links = new ServerSocket(pages.getLocalPort() + 1, 1, InetAddress.getLoopbackAddress())) {
                    return links.getLocalPort() - 1;
                } catch (IOException taken) {
                    Programs.rest(1);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        process.kill();
    }
}
