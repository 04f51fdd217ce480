package todoku;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import todoku.Program.Answer;
import todoku.access.Scope;
import todoku.access.Scoped;
import todoku.customer.record.RecordKind;
import todoku.customer.record.RecordKinds;
import todoku.web.api.ApiDocument;
import todoku.web.api.SchemaCheck;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The description of the REST interface is true: it names the routes there are, and a client that knows nothing but it gets
/// along with them.
class ApiDocumentTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /// The same requests every time.
    private static final long SEED = 20_261_122;
    private static final int VALID = 5;
    private static final int INVALID = 10;

    private final ApiDocument document = new ApiDocument();
    private final Random random = new Random(SEED);
    private int fresh;

    @Test
    void it_names_exactly_the_routes_there_are_with_their_scopes() {
        Map<String, String> routes = new TreeMap<>();
        server.context().getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class).getHandlerMethods().forEach((route, method) -> {
            Scoped scoped = method.getMethodAnnotation(Scoped.class);
            if (scoped == null) return;
            String scopes = scoped.value().length == 0 ? "any" : Arrays.stream(scoped.value()).map(Scope::text).collect(Collectors.joining(" "));
            route.getMethodsCondition().getMethods().forEach(verb ->
                    route.getPatternValues().forEach(path -> routes.put(verb + " " + path.substring(ApiDocument.BASE.length()), scopes)));
        });
        Map<String, String> described = new TreeMap<>();
        operations().forEach(each -> described.put(each.verb() + " " + each.path(), each.json().path("x-scope").asString("")));
        assertThat(described).isEqualTo(routes);
    }

    @Test
    void its_schemas_say_only_what_is_checked_and_its_examples_are_right() {
        Set<String> unknown = new TreeSet<>();
        document.json().at("/components/schemas").forEachEntry((name, schema) -> unknown.addAll(unknown(schema)));
        assertThat(unknown).isEmpty();
        for (Operation each : operations()) {
            each.json().path("requestBody").path("content").forEach(content -> {
                if (content.path("example").isObject())
                    assertThat(SchemaCheck.check(document, content.get("schema"), content.get("example"))).as(each.path()).isEmpty();
            });
        }
    }

    private static Set<String> unknown(JsonNode schema) {
        Set<String> unknown = new TreeSet<>();
        schema.propertyNames().stream().filter(word -> !SchemaCheck.KNOWN.contains(word)).forEach(unknown::add);
        schema.path("properties").forEach(each -> unknown.addAll(unknown(each)));
        for (String inner : List.of("items", "additionalProperties")) if (schema.path(inner).isObject()) unknown.addAll(unknown(schema.get(inner)));
        return unknown;
    }

    @Test
    void a_client_that_knows_only_the_document_is_answered_as_it_says() {
        Program program = Program.all(server);
        assertThat(program.get("/openapi.json").json()).isEqualTo(document.json());
        var world = new World(program);
        List<Operation> all = new ArrayList<>(operations());
        all.sort((a, b) -> Boolean.compare(a.verb().equals("DELETE"), b.verb().equals("DELETE")));
        int accepted = 0, refused = 0;
        for (Operation each : all) {
            for (int i = 0; i < VALID; i++) {
                Answer answer = world.send(each, null);
                assertThat(answer.status()).as("%s %s: %s", each.verb(), each.path(), answer.text()).isLessThan(500);
                boolean deletes = each.verb().equals("DELETE");
                if (!deletes) assertThat(answer.status()).as("%s %s: %s", each.verb(), each.path(), answer.text()).isBetween(200, 299);
                asDescribed(each, answer);
                accepted++;
            }
            for (int i = 0; i < INVALID; i++) {
                Answer answer = world.send(each, Spoiling.values()[random.nextInt(Spoiling.values().length)]);
                assertThat(answer.status()).as("%s %s: %s", each.verb(), each.path(), answer.text()).isBetween(400, 499);
                asDescribed(each, answer);
                refused++;
            }
        }
        System.out.printf("schema-driven: %d operations, %d requests accepted, %d refused%n", all.size(), accepted, refused);
    }

    private void asDescribed(Operation each, Answer answer) {
        JsonNode responses = each.json().get("responses");
        JsonNode response = document.resolve(responses.has("" + answer.status()) ? responses.get("" + answer.status()) : responses.get("default"));
        String type = answer.header("Content-Type").split(";", 2)[0];
        if (!response.has("content")) {
            assertThat(answer.text()).as(each.path()).isEmpty();
            return;
        }
        assertThat(response.get("content").propertyNames()).as("%s %s %s", each.verb(), each.path(), answer.text()).contains(type);
        if (!type.endsWith("json") || type.endsWith("ndjson")) return;
        JsonNode schema = response.get("content").get(type).get("schema");
        assertThat(SchemaCheck.check(document, schema, answer.json())).as("%s %s %s", each.verb(), each.path(), answer.text()).isEmpty();
    }

    /// Ways to get it wrong.
    private enum Spoiling { UNKNOWN_PARAMETER, WRONG_ID, BAD_LIMIT, NO_JSON, WRONG_TYPE, UNKNOWN_FIELD, TOO_LONG, WRONG_MEDIA_TYPE, WILD }

    private record Operation(String verb, String path, JsonNode json) {}

    private List<Operation> operations() {
        List<Operation> all = new ArrayList<>();
        document.json().get("paths").forEachEntry((path, item) -> item.forEachEntry((verb, operation) -> {
            if (operation.has("operationId")) all.add(new Operation(verb.toUpperCase(java.util.Locale.ROOT), path, operation));
        }));
        return all;
    }

    /// What there is to name in requests.
    private final class World {
        private final Program program;
        private final long group;
        private final long customer;
        private final long segment;
        private final long imported;
        private final long kind;

        World(Program program) {
            this.program = program;
            this.group = id(program.post("/groups", "{\"name\":\"会員\"}"));
            this.customer = id(program.post("/customers", """
                    {"email":"first@example.jp","number":"M-1","groups":[{"id":%d,"state":"SUBSCRIBED"}]}""".formatted(group)));
            this.segment = id(program.post("/segments", "{\"name\":\"全員\",\"rule\":{\"is\":\"ALL\",\"rules\":[]}}"));
            this.kind = server.part(RecordKinds.class).add(RecordKind.PRESETS.getFirst(), null, java.time.Instant.EPOCH).orElseThrow();
            this.imported = id(program.sendBytes("POST", "/imports", multipart(""), "multipart/form-data; boundary=cut"));
        }

        private static long id(Answer answer) {
            assertThat(answer.status()).as(answer.text()).isBetween(200, 299);
            return answer.json().get("id").longValue();
        }

        Answer send(Operation operation, Spoiling spoiling) {
            Spoiling how = fitting(operation, spoiling);
            String path = path(operation, how) + query(operation, how);
            JsonNode body = document.resolve(operation.json().path("requestBody"));
            String[] headers = operation.verb().equals("PUT") || operation.verb().equals("PATCH")
                    ? new String[] {"Accept-Language", "ja", "If-Match", "*"}
                    : new String[] {"Accept-Language", "ja"};
            if (!body.has("content")) return program.send(operation.verb(), path, null, null, headers);
            List<String> types = new ArrayList<>(body.get("content").propertyNames());
            String type = types.get(random.nextInt(types.size()));
            String sent = how == Spoiling.WRONG_MEDIA_TYPE ? "text/plain" : type;
            switch (type) {
                case "multipart/form-data" -> {
                    return program.sendBytes(operation.verb(), path, multipart(how == Spoiling.UNKNOWN_FIELD ? part("colour", "red") : ""),
                            how == Spoiling.WRONG_MEDIA_TYPE ? sent : "multipart/form-data; boundary=cut", headers);
                }
                case "application/x-ndjson" -> {
                    String lines = value(operation.json().get("x-line"), "") + "\n" + value(operation.json().get("x-line"), "") + "\n";
                    return program.send(operation.verb(), path, lines, sent, headers);
                }
                default -> {
                    JsonNode schema = body.get("content").get(type).get("schema");
                    String json = how == Spoiling.NO_JSON ? "{\"a\": " : spoiled(value(schema, ""), how).toString();
                    return program.send(operation.verb(), path, json, sent, headers);
                }
            }
        }

        /// Not everything can be got wrong everywhere.
        private Spoiling fitting(Operation operation, Spoiling wanted) {
            if (wanted == null) return null;
            JsonNode content = operation.json().path("requestBody").path("content");
            return switch (wanted) {
                case UNKNOWN_PARAMETER, WRONG_ID, WRONG_MEDIA_TYPE, BAD_LIMIT ->
                    wanted == Spoiling.WRONG_ID && !operation.path().contains("{")
                                    || wanted == Spoiling.BAD_LIMIT && !operation.json().path("parameters").toString().contains("limit")
                                    || wanted == Spoiling.WRONG_MEDIA_TYPE && content.isMissingNode()
                            ? Spoiling.UNKNOWN_PARAMETER
                            : wanted;
                case UNKNOWN_FIELD -> content.has("application/json") || content.has("multipart/form-data") ? wanted : Spoiling.UNKNOWN_PARAMETER;
                case NO_JSON, WRONG_TYPE, TOO_LONG, WILD -> content.has("application/json") ? wanted : Spoiling.UNKNOWN_PARAMETER;
            };
        }

        private String path(Operation operation, Spoiling how) {
            long own = operation.path().startsWith("/groups") ? group
                    : operation.path().startsWith("/segments") ? segment
                    : operation.path().startsWith("/imports") ? imported : customer;
            String wrong = List.of("0", "99999999", "-1", "abc", "1e3", "99999999999999999999").get(random.nextInt(6));
            return operation.path()
                    .replace("{id}", how == Spoiling.WRONG_ID ? wrong : "" + own)
                    .replace("{kind}", how == Spoiling.WRONG_ID ? wrong : "" + kind)
                    .replace("{customer}", how == Spoiling.WRONG_ID ? wrong : "" + customer)
                    .replace("{lineClass}", "FAILURE");
        }

        private String query(Operation operation, Spoiling how) {
            List<String> query = new ArrayList<>();
            for (JsonNode each : operation.json().path("parameters")) {
                JsonNode parameter = document.resolve(each);
                String name = parameter.get("name").stringValue();
                if (!parameter.get("in").stringValue().equals("query") || name.equals("cursor")) continue;
                boolean only = operation.path().equals("/customers/by");
                if (only && !name.equals("email")) continue;
                if (!parameter.path("required").asBoolean(false) && !only && random.nextBoolean()) continue;
                query.add(name + "=" + encoded(switch (name) {
                    case "email" -> "first@example.jp";
                    case "number" -> "M-1";
                    default -> value(parameter.get("schema"), name).asString();
                }));
            }
            if (how == Spoiling.UNKNOWN_PARAMETER) query.add("colour=red");
            if (how == Spoiling.BAD_LIMIT) {
                query.removeIf(each -> each.startsWith("limit="));
                query.add("limit=" + List.of("0", "1001", "-5", "many", "").get(random.nextInt(5)));
            }
            return query.isEmpty() ? "" : "?" + String.join("&", query);
        }

        private static String encoded(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8);
        }

        private byte[] multipart(String more) {
            String csv = "メールアドレス,姓\r\n" + next() + "@example.jp,山田\r\nnobody,佐藤\r\n";
            String file = "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\nContent-Type: text/csv\r\n\r\n" + csv + "\r\n";
            return (more + part("group", "" + group) + file + "--cut--\r\n").getBytes(StandardCharsets.UTF_8);
        }

        private static String part(String name, String value) {
            return "--cut\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
        }

        // ── values of a schema ──

        private JsonNode value(JsonNode asWritten, String name) {
            JsonNode schema = document.resolve(asWritten);
            switch (name) {
                case "email" -> {
                    return NODES.stringNode(next() + "@example.jp");
                }
                case "group" -> {
                    return NODES.numberNode(group);
                }
                case "kind" -> {
                    return NODES.numberNode(kind);
                }
                case "rule" -> {
                    return schema.get("example");
                }
                case "number", "name" -> {
                    return NODES.stringNode(next());
                }
                case "custom", "values" -> {
                    return NODES.objectNode();
                }
                case "groups" -> {
                    ArrayNode groups = NODES.arrayNode();
                    groups.addObject().put("id", group).put("state", "SUBSCRIBED");
                    return groups;
                }
                case "state" -> {
                    return NODES.stringNode("SUBSCRIBED");
                }
                case "at" -> {
                    return NODES.stringNode("2026-11-22T09:00:00+09:00");
                }
                case "agreedAt" -> {
                    return NODES.stringNode("2026-0%d-01T09:00:00+09:00".formatted(1 + random.nextInt(9)));
                }
                case "ip" -> {
                    return NODES.stringNode("203.0.113.5");
                }
                default -> { }
            }
            if (schema.has("enum")) {
                List<JsonNode> choices = schema.get("enum").valueStream().filter(each -> !each.isNull()).toList();
                return choices.get(random.nextInt(choices.size()));
            }
            String type = schema.get("type").isString() ? schema.get("type").stringValue() : schema.get("type").get(0).stringValue();
            return switch (type) {
                case "object" -> object(schema);
                case "integer" -> NODES.numberNode(name.equals("customer") ? customer : 1 + random.nextInt(20));
                case "boolean" -> NODES.booleanNode(random.nextBoolean());
                case "string" -> NODES.stringNode(text(schema, name));
                default -> throw new IllegalStateException("no " + type + " is made for " + name);
            };
        }

        private ObjectNode object(JsonNode schema) {
            ObjectNode made = NODES.objectNode();
            Set<String> required = schema.path("required").valueStream().map(JsonNode::stringValue).collect(Collectors.toSet());
            schema.path("properties").forEachEntry((name, property) -> {
                if (required.contains(name) || random.nextInt(3) > 0) made.set(name, value(property, name));
            });
            return made;
        }

        private String text(JsonNode schema, String name) {
            return switch (schema.path("format").asString("")) {
                case "date" -> "19%02d-0%d-1%d".formatted(random.nextInt(100), 1 + random.nextInt(9), random.nextInt(10));
                case "date-time" -> "2026-11-%02dT09:00:00Z".formatted(1 + random.nextInt(28));
                default -> name.equals("customer") ? "M-1" : random.ints(1 + random.nextInt(12), 0, 8).mapToObj("東京花子aé𠮷 "::codePointAt)
                        .map(Character::toString).collect(Collectors.joining());
            };
        }

        private JsonNode spoiled(JsonNode valid, Spoiling how) {
            if (how == null) return valid;
            ObjectNode spoiled = ((ObjectNode) valid).deepCopy();
            List<String> names = new ArrayList<>(spoiled.propertyNames());
            String one = names.isEmpty() ? "name" : names.get(random.nextInt(names.size()));
            switch (how) {
                case WRONG_TYPE -> spoiled.set(one, spoiled.path(one).isObject() ? NODES.numberNode(7) : NODES.objectNode().put("a", 1));
                case UNKNOWN_FIELD -> spoiled.put("colour", "red");
                case TOO_LONG -> {
                    spoiled.put("consentSource", "長".repeat(501));
                }
                case WILD -> {
                    return JSON.readTree(List.of("null", "[]", "7", "\"x\"", "[[[[1]]]]", "true").get(random.nextInt(6)));
                }
                default -> { }
            }
            return spoiled;
        }

        private String next() {
            return "gen" + fresh++;
        }
    }
}
