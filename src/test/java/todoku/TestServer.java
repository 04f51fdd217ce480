package todoku;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.context.ApplicationContext;
import todoku.access.Operators;
import todoku.database.Database;
import todoku.database.TestDatabase;

/// A whole installation for one test class, on a free port and a database of its own, and a browser without eyes.
///
/// `@RegisterExtension static final TestServer server = TestServer.empty();`
public final class TestServer implements BeforeAllCallback, AfterAllCallback {
    public static final String PASSWORD = "correct horse battery";
    private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]*)\"");

    private final boolean empty;
    private final TestDatabase database = new TestDatabase();
    private @Nullable Server server;
    private @Nullable Path data;
    private @Nullable String firstPassword;

    private TestServer(boolean empty) {
        this.empty = empty;
    }

    public static TestServer empty() {
        return new TestServer(true);
    }

    /// With the sample customers and the sample campaign of a first start.
    public static TestServer withSample() {
        return new TestServer(false);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        database.beforeAll(context);
        data = Files.createTempDirectory("todoku-server-");
        server = Server.start(database.database(), new Server.Options(data, "127.0.0.1", 0, empty), () -> {});
        firstPassword = new Operators(database.database()).createFirst().orElseThrow();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (server != null) server.close();
        database.afterAll(context);
    }

    /// Its data directory.
    public Path data() {
        if (data == null) throw new IllegalStateException("register this as a static @RegisterExtension");
        return data;
    }

    public Database database() {
        return database.database();
    }

    /// From now on the database is out of reach.
    public void loseDatabase() {
        database.goAway();
    }

    public void findDatabase() {
        database.comeBack();
    }

    public ApplicationContext context() {
        return running().web();
    }

    /// One of the parts the pages use.
    public <T> T part(Class<T> type) {
        return context().getBean(type);
    }

    House house() {
        return running().house();
    }

    public String url() {
        return "http://127.0.0.1:" + running().port();
    }

    /// What the terminal says at the first start.
    public String firstPassword() {
        if (firstPassword == null) throw new IllegalStateException("register this as a static @RegisterExtension");
        return firstPassword;
    }

    private Server running() {
        if (server == null) throw new IllegalStateException("register this as a static @RegisterExtension");
        return server;
    }

    /// Somebody at a browser who has not signed in.
    public Visitor visitor() {
        return new Visitor(url());
    }

    /// The administrator, past the forced change of the first password.
    public Visitor admin() {
        Visitor visitor = visitor();
        boolean first = database.client()
                .sql("SELECT must_change FROM operator WHERE login = 'admin'")
                .query(Boolean.class)
                .single();
        if (first) {
            visitor.signIn("admin", firstPassword());
            visitor.post("/password", Map.of("current", firstPassword(), "fresh", PASSWORD));
        } else visitor.signIn("admin", PASSWORD);
        return visitor;
    }

    /// Somebody new with this role, past the forced change of the first password.
    public Visitor somebody(String login, String role) {
        Visitor admin = admin();
        admin.get("/operators/new");
        String page = admin.post("/operators", Map.of("login", login, "name", login, "roles", role)).body();
        String password = page.replaceFirst("(?s).*data-copy=\"([^\"]+)\".*", "$1");
        Visitor visitor = visitor();
        visitor.signIn(login, password);
        visitor.post("/password", Map.of("current", password, "fresh", PASSWORD));
        return visitor;
    }

    /// Sends forms as a browser does: cookies kept, the token of the last page carried along, redirects followed.
    public static final class Visitor {
        private final String base;
        private final HttpClient client = HttpClient.newBuilder()
                .cookieHandler(new CookieManager())
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        private String token = "";

        private Visitor(String base) {
            this.base = base;
        }

        public HttpResponse<String> get(String path) {
            return send(HttpRequest.newBuilder(URI.create(base + path)).GET());
        }

        /// A download, byte for byte.
        public byte[] bytes(String path) throws IOException, InterruptedException {
            return client.send(
                            HttpRequest.newBuilder(URI.create(base + path)).header("Accept-Language", "ja").build(),
                            HttpResponse.BodyHandlers.ofByteArray())
                    .body();
        }

        /// A form with a file (RFC 7578).
        public HttpResponse<String> upload(String path, Map<String, String> fields, String name, byte[] content) {
            var body = new java.io.ByteArrayOutputStream();
            String line = "--cut\r\nContent-Disposition: form-data; name=\"";
            fields.forEach((field, value) ->
                    body.writeBytes((line + field + "\"\r\n\r\n" + value + "\r\n").getBytes(StandardCharsets.UTF_8)));
            body.writeBytes((line + "file\"; filename=\"" + name + "\"\r\nContent-Type: text/csv\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            body.writeBytes(content);
            body.writeBytes("\r\n--cut--\r\n".getBytes(StandardCharsets.UTF_8));
            return send(HttpRequest.newBuilder(URI.create(base + path))
                    .header("Content-Type", "multipart/form-data; boundary=cut")
                    .header("X-CSRF-TOKEN", token)
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())));
        }

        public HttpResponse<String> post(String path, Map<String, String> fields) {
            return post(path, fields, "");
        }

        /// @param more further fields, encoded, each with `&` before it: names that stand in a form more than once
        public HttpResponse<String> post(String path, Map<String, String> fields, String more) {
            String form = fields.entrySet().stream()
                    .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                    .collect(Collectors.joining("&"));
            return send(HttpRequest.newBuilder(URI.create(base + path))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .header("X-CSRF-TOKEN", token)
                    .POST(HttpRequest.BodyPublishers.ofString(form + more)));
        }

        public HttpResponse<String> signIn(String login, String password) {
            get("/sign-in");
            return post("/sign-in", Map.of("login", login, "password", password, "next", "/operators"));
        }

        private HttpResponse<String> send(HttpRequest.Builder request) {
            try {
                HttpResponse<String> response =
                        client.send(request.header("Accept-Language", "ja").build(), HttpResponse.BodyHandlers.ofString());
                Matcher matcher = TOKEN.matcher(response.body());
                if (matcher.find()) token = matcher.group(1);
                return response;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
