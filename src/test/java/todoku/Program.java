package todoku;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import todoku.access.Scope;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A program that uses the REST interface with a key an administrator made for it on the page.
public final class Program {
    private static final Pattern TOKEN = Pattern.compile("tk_[0-9a-f]{8}_[A-Za-z0-9_-]{43}");

    private final String base;
    private final @Nullable String token;
    private final HttpClient client = HttpClient.newHttpClient();

    private Program(String base, @Nullable String token) {
        this.base = base;
        this.token = token;
    }

    public static Program with(TestServer server, Scope... scopes) {
        return limited(server, 0, scopes);
    }

    /// @param perMinute how many requests it may send in a minute; 0 is as many as it likes
    public static Program limited(TestServer server, int perMinute, Scope... scopes) {
        TestServer.Visitor admin = server.admin();
        admin.get("/settings/api");
        String chosen = Arrays.stream(scopes).map(scope -> "&scopes=" + scope.name()).collect(Collectors.joining());
        Matcher token = TOKEN.matcher(admin.post("/settings/api", Map.of("name", "在庫システム", "perMinute", "" + perMinute), chosen).body());
        if (!token.find()) throw new IllegalStateException("the page shows no key");
        return new Program(server.url() + "/api/v1", token.group());
    }

    public static Program all(TestServer server) {
        return with(server, Scope.values());
    }

    public static Program stranger(TestServer server, @Nullable String token) {
        return new Program(server.url() + "/api/v1", token);
    }

    public @Nullable String token() {
        return token;
    }

    /// What came back.
    public record Answer(int status, String text, HttpResponse<String> response) {
        public JsonNode json() {
            return JsonMapper.builder().build().readTree(text);
        }

        public String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        public List<JsonNode> lines() {
            return text.lines().map(line -> JsonMapper.builder().build().readTree(line)).toList();
        }
    }

    public Answer get(String path) {
        return send("GET", path, null, null);
    }

    public Answer post(String path, String json, String... headers) {
        return send("POST", path, json, "application/json", headers);
    }

    public Answer send(String method, String path, @Nullable String body, @Nullable String type, String... headers) {
        return sendBytes(method, path, body == null ? null : body.getBytes(StandardCharsets.UTF_8), type, headers);
    }

    public Answer sendBytes(String method, String path, byte @Nullable [] body, @Nullable String type, String... headers) {
        try {
            var request = HttpRequest.newBuilder(URI.create(base + path))
                    .method(method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofByteArray(body));
            List<String> all = new ArrayList<>(List.of(headers));
            if (token != null) all.addAll(List.of("Authorization", "Bearer " + token));
            if (type != null) all.addAll(List.of("Content-Type", type));
            if (!all.isEmpty()) request.headers(all.toArray(String[]::new));
            HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body(), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
