package todoku.web.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What the REST interface takes and gives: OpenAPI 3.1, written by hand in `api/*.yaml`, one file for each module.
/// Requests are held to it, so it cannot say anything else than what is so; a test compares it with the routes.
@Component
public class ApiDocument {
    public static final String BASE = "/api/v1";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final ObjectNode document = JSON.createObjectNode();

    public ApiDocument() {
        try {
            Resource[] files = new PathMatchingResourcePatternResolver().getResources("classpath*:api/*.yaml");
            Arrays.sort(files, Comparator.comparing(file -> String.valueOf(file.getFilename())));
            for (Resource file : files) merge(document, read(file));
            document.path("paths").forEach(path -> path.forEach(ApiDocument::limited));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode read(Resource file) throws IOException {
        try (InputStream in = file.getInputStream()) {
            Object tree = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
            return JSON.valueToTree(tree);
        }
    }

    private static void merge(ObjectNode into, ObjectNode more) {
        for (Map.Entry<String, JsonNode> entry : more.properties()) {
            if (into.get(entry.getKey()) instanceof ObjectNode there && entry.getValue() instanceof ObjectNode node) merge(there, node);
            else if (into.putIfAbsent(entry.getKey(), entry.getValue()) != null)
                throw new IllegalStateException("two of " + entry.getKey() + " in api/*.yaml");
        }
    }

    /// The limit of the key stands before every operation, so its answer is not written into each.
    private static void limited(JsonNode operation) {
        if (operation.path("responses") instanceof ObjectNode responses)
            responses.putObject("429").put("$ref", "#/components/responses/tooFast");
    }

    public JsonNode json() {
        return document;
    }

    /// What is said of one operation.
    ///
    /// @param pattern as the handler has it, such as `/api/v1/groups/{id}`
    Optional<JsonNode> operation(String method, String pattern) {
        if (!pattern.startsWith(BASE)) return Optional.empty();
        JsonNode operation = document.path("paths").path(pattern.substring(BASE.length())).path(method.toLowerCase(java.util.Locale.ROOT));
        return operation.isMissingNode() ? Optional.empty() : Optional.of(operation);
    }

    /// Follows `$ref`.
    public JsonNode resolve(JsonNode node) {
        JsonNode at = node;
        while (at.has("$ref")) {
            at = document.at(at.get("$ref").stringValue().substring(1));
            if (at.isMissingNode()) throw new IllegalStateException("api/*.yaml names " + node);
        }
        return at;
    }
}
