package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.Program;
import todoku.Program.Answer;
import todoku.TestServer;
import todoku.access.Scope;
import tools.jackson.databind.JsonNode;

/// Customers and groups, as programs use them.
class CustomerApiTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private Program program = Program.stranger(server, null);

    @BeforeEach
    void makeKey() {
        program = Program.all(server);
    }

    // ── keys ──

    @Test
    void without_a_good_key_nobody_is_answered() {
        Answer nothing = Program.stranger(server, null).get("/customers");
        assertThat(nothing.status()).isEqualTo(401);
        assertThat(nothing.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"todoku\"");
        assertThat(nothing.header("Content-Type")).startsWith("application/problem+json");
        assertThat(nothing.response().headers().firstValue("Set-Cookie")).isEmpty();

        String token = String.valueOf(program.token());
        for (String wrong : List.of("tk_nonsense", token.substring(0, token.length() - 1) + (token.endsWith("A") ? "E" : "A"), "")) {
            Answer refused = Program.stranger(server, wrong).get("/customers");
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.header("WWW-Authenticate")).contains("error=\"invalid_token\"");
        }
    }

    @Test
    void a_key_does_what_its_scopes_say_and_the_refusal_names_the_missing_one() {
        Program reader = Program.with(server, Scope.CUSTOMERS_READ);
        assertThat(reader.get("/customers").status()).isEqualTo(200);
        Answer refused = reader.post("/customers", "{\"email\":\"x@example.jp\"}");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.json().get("detail").stringValue()).contains("customers:write");
        assertThat(refused.header("WWW-Authenticate")).contains("scope=\"customers:write\"");
    }

    @Test
    void a_revoked_key_is_none() {
        Program leaving = Program.with(server, Scope.CUSTOMERS_READ);
        TestServer.Visitor admin = server.admin();
        String page = admin.get("/settings/api").body();
        String prefix = String.valueOf(leaving.token()).substring(0, 11);
        int end = page.indexOf("/revoke", page.indexOf(prefix));
        admin.post(page.substring(page.lastIndexOf('"', end) + 1, page.indexOf('"', end)), Map.of());
        assertThat(leaving.get("/customers").status()).isEqualTo(401);
        assertThat(server.admin().get("/audit").body()).contains("APIキーを失効");
    }

    @Test
    void a_session_opens_no_door_of_the_api_and_a_key_none_of_the_pages() {
        assertThat(server.admin().get("/api/v1/customers").statusCode()).isEqualTo(401);
        assertThat(server.admin().get("/settings/api/openapi.json").body()).contains("\"openapi\":\"3.1.0\"");
    }

    // ── customers ──

    @Test
    void a_customer_is_registered_read_changed_and_deleted() {
        long group = group();
        Answer added = program.post("/customers", """
                {"email": "Hanako@Example.jp", "number": "%s", "familyName": "山田", "givenName": "花子", "birthday": "1985-04-12",
                 "groups": [{"id": %d, "state": "SUBSCRIBED"}], "consentSource": "会員登録"}""".formatted(fresh(), group));
        assertThat(added.status()).as(added.text()).isEqualTo(201);
        long id = added.json().get("id").longValue();
        assertThat(added.header("Location")).isEqualTo("/api/v1/customers/" + id);

        Answer read = program.get("/customers/" + id);
        assertThat(read.json().get("birthday").stringValue()).isEqualTo("1985-04-12");
        assertThat(read.json().at("/groups/0/state").stringValue()).isEqualTo("SUBSCRIBED");
        assertThat(program.get("/customers/by?email=hanako%40example.jp").json().get("id").longValue()).isEqualTo(id);

        Answer changed = patch(id, read.header("ETag"), "{\"familyName\": \"佐藤\", \"birthday\": null}");
        assertThat(changed.status()).as(changed.text()).isEqualTo(200);
        assertThat(changed.json().get("familyName").stringValue()).isEqualTo("佐藤");
        assertThat(changed.json().get("givenName").stringValue()).isEqualTo("花子");
        assertThat(changed.json().get("birthday").isNull()).isTrue();

        Answer late = patch(id, read.header("ETag"), "{\"familyName\": \"鈴木\"}");
        assertThat(late.status()).isEqualTo(412);
        assertThat(patch(id, null, "{}").status()).isEqualTo(428);

        Answer replaced = program.send("PUT", "/customers/" + id, "{\"email\":\"hanako@example.jp\"}", "application/json", "If-Match", "*");
        assertThat(replaced.json().get("familyName").isNull()).isTrue();

        assertThat(program.send("DELETE", "/customers/" + id, null, null).status()).isEqualTo(204);
        assertThat(program.get("/customers/" + id).status()).isEqualTo(404);
        assertThat(server.admin().get("/audit").body()).contains("在庫システム");
    }

    @Test
    void what_is_wrong_is_named_field_by_field_in_the_language_asked_for() {
        Answer wrong = program.post("/customers", "{\"email\": 7, \"familyNmae\": \"山田\", \"custom\": {\"ない項目\": 1}}");
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(fields(wrong)).containsExactlyInAnyOrder("email", "familyNmae");
        assertThat(wrong.header("Content-Language")).isEqualTo("ja");
        assertThat(fields(program.post("/customers", "{\"email\": \"a@example.jp\", \"custom\": {\"ない項目\": 1}}"))).containsExactly("custom.ない項目");
        Answer address = program.post("/customers", "{\"email\": \"nobody.example.jp\"}", "Accept-Language", "en");
        assertThat(fields(address)).containsExactly("email");
        assertThat(address.json().get("title").stringValue()).isEqualTo("The content is not right");

        Answer broken = program.post("/customers", "{\n  \"email\": \"a@example.jp\",\n  oops\n}");
        assertThat(broken.status()).isEqualTo(400);
        assertThat(broken.json().get("line").intValue()).isEqualTo(3);
        assertThat(broken.json().get("column").intValue()).isPositive();
        assertThat(program.post("/customers", "{\"email\":\"a@example.jp\",\"email\":\"b@example.jp\"}").status()).isEqualTo(400);
        assertThat(program.post("/customers", "{\"email\":\"a\\u0000@example.jp\"}").status()).isEqualTo(422);
        assertThat(program.send("POST", "/customers", "email=a", "application/x-www-form-urlencoded").status()).isEqualTo(415);
        assertThat(program.send("DELETE", "/customers", null, null).status()).isEqualTo(405);
        assertThat(program.get("/customers?limit=5000&colour=red").json().get("errors").size()).isEqualTo(2);
        assertThat(program.get("/customers?cursor=abc").status()).isEqualTo(400);
        assertThat(program.get("/nothing").status()).isEqualTo(404);
        assertThat(program.get("/customers/12x").status()).isEqualTo(404);
    }

    @Test
    void a_body_over_ten_megabytes_is_refused() {
        Answer refused = program.sendBytes("POST", "/customers", new byte[11 * 1024 * 1024], "application/json");
        assertThat(refused.status()).isEqualTo(413);
        Answer withKey = program.sendBytes("POST", "/customers", new byte[11 * 1024 * 1024], "application/json", "Idempotency-Key", fresh());
        assertThat(withKey.status()).isEqualTo(413);
    }

    @Test
    void two_people_with_one_address_or_one_number_are_refused_at_the_field() {
        String address = fresh() + "@example.jp", number = fresh();
        program.post("/customers", "{\"email\":\"%s\",\"number\":\"%s\"}".formatted(address, number));
        assertThat(fields(program.post("/customers", "{\"email\":\"%s\"}".formatted(address)))).containsExactly("email");
        assertThat(fields(program.post("/customers", "{\"email\":\"%s@example.jp\",\"number\":\"%s\"}".formatted(fresh(), number)))).containsExactly("number");
    }

    @Test
    void pages_lead_through_everybody_once() {
        long group = group();
        List<Long> added = IntStream.range(0, 7).mapToObj(i -> add(fresh() + "@example.jp", group)).toList();
        List<Long> seen = new ArrayList<>();
        String next = "";
        do {
            JsonNode page = program.get("/customers?limit=3&group=" + group + (next.isEmpty() ? "" : "&cursor=" + next)).json();
            page.get("items").forEach(each -> seen.add(each.get("id").longValue()));
            next = page.get("next").asString("");
        } while (!next.isEmpty());
        assertThat(seen).isEqualTo(added);
        assertThat(program.get("/customers?changed_since=2999-01-01T00%3A00%3A00Z").json().get("items").size()).isZero();
        assertThat(program.get("/customers?changed_since=2000-01-01T00%3A00%3A00Z&group=" + group).json().get("items").size()).isEqualTo(7);
    }

    @Test
    void a_key_without_the_scope_sees_no_personal_data() {
        long group = group();
        long id = program.post("/customers", """
                {"email":"%s@example.jp","familyName":"山田","telephone":"03-1234-5678","prefecture":"東京都"}""".formatted(fresh())).json().get("id").longValue();
        Program reader = Program.with(server, Scope.CUSTOMERS_READ, Scope.GROUPS_READ);
        JsonNode seen = reader.get("/customers/" + id).json();
        assertThat(seen.get("email").stringValue()).matches(".\\*\\*\\*@example\\.jp");
        assertThat(seen.has("familyName")).isFalse();
        assertThat(seen.has("telephone")).isFalse();
        assertThat(seen.get("prefecture").stringValue()).isEqualTo("東京都");
        assertThat(seen.get("masked").booleanValue()).isTrue();
        assertThat(reader.get("/groups/" + group).status()).isEqualTo(200);
    }

    // ── once ──

    @Test
    void the_same_key_and_the_same_content_is_done_once_and_answered_twice() {
        String key = fresh(), body = "{\"email\":\"%s@example.jp\"}".formatted(fresh());
        Answer first = program.post("/customers", body, "Idempotency-Key", key);
        Answer second = program.post("/customers", body, "Idempotency-Key", key);
        assertThat(first.status()).isEqualTo(201);
        assertThat(second.status()).isEqualTo(201);
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(second.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(second.header("Location")).isEqualTo(first.header("Location"));
        Answer other = program.post("/customers", "{\"email\":\"%s@example.jp\"}".formatted(fresh()), "Idempotency-Key", key);
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.json().get("type").stringValue()).endsWith("key-reuse");
        assertThat(program.post("/customers", body, "Idempotency-Key", "a b").status()).isEqualTo(400);
    }

    @Test
    void many_at_once_under_one_key_register_one() {
        String key = fresh(), address = fresh() + "@example.jp", body = "{\"email\":\"%s\"}".formatted(address);
        List<CompletableFuture<Answer>> asked = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> program.post("/customers", body, "Idempotency-Key", key)))
                .toList();
        List<Integer> statuses = asked.stream().map(each -> each.join().status()).toList();
        assertThat(statuses).contains(201).allMatch(status -> status == 201 || status == 409);
        assertThat(program.get("/customers?email=" + address.replace("@", "%40")).json().get("items").size()).isEqualTo(1);
    }

    @Test
    void a_refusal_is_not_kept_and_may_be_mended_under_the_same_key() {
        String key = fresh(), address = fresh() + "@example.jp";
        assertThat(program.post("/customers", "{\"email\":\"nonsense\"}", "Idempotency-Key", key).status()).isEqualTo(422);
        assertThat(program.post("/customers", "{\"email\":\"%s\"}".formatted(address), "Idempotency-Key", key).status()).isEqualTo(201);
    }

    // ── groups ──

    @Test
    void a_group_is_made_renamed_and_counted() {
        String name = fresh();
        Answer made = program.post("/groups", "{\"name\":\"%s\"}".formatted(name));
        assertThat(made.status()).isEqualTo(201);
        long id = made.json().get("id").longValue();
        assertThat(program.post("/groups", "{\"name\":\"%s\"}".formatted(name)).status()).isEqualTo(409);
        assertThat(program.send("PATCH", "/groups/" + id, "{\"name\":\"%s2\"}".formatted(name), "application/json").status()).isEqualTo(200);
        long other = group();
        assertThat(program.send("PATCH", "/groups/" + other, "{\"name\":\"%s2\"}".formatted(name), "application/json").status()).isEqualTo(409);
        add(fresh() + "@example.jp", id);
        assertThat(program.get("/groups/" + id).json().at("/members/SUBSCRIBED").intValue()).isEqualTo(1);
    }

    @Test
    void who_left_comes_back_only_with_a_stated_consent_and_a_ban_stays() {
        long group = group(), id = add(fresh() + "@example.jp", group);
        String member = "/groups/" + group + "/members/" + id;
        assertThat(put(member, "{\"state\":\"UNSUBSCRIBED\"}").status()).isEqualTo(200);
        Answer silent = put(member, "{\"state\":\"SUBSCRIBED\"}");
        assertThat(silent.status()).isEqualTo(422);
        assertThat(fields(silent)).containsExactly("state");
        assertThat(program.send("DELETE", member, null, null).status()).isEqualTo(422);
        assertThat(put(member, "{\"state\":\"SUBSCRIBED\",\"consentSource\":\"店頭申込書\"}").status()).isEqualTo(200);
        assertThat(server.admin().get("/customers/" + id).body()).contains("店頭申込書", "API：在庫システム");
        assertThat(put(member, "{\"state\":\"BANNED\"}").status()).isEqualTo(200);
        assertThat(put(member, "{\"state\":\"SUBSCRIBED\",\"consentSource\":\"店頭申込書\"}").status()).isEqualTo(422);
        assertThat(program.get("/groups/" + group + "/members?state=BANNED").json().at("/items/0/customer/id").longValue()).isEqualTo(id);
    }

    @Test
    void a_member_who_wants_mail_can_be_taken_out() {
        long group = group(), id = add(fresh() + "@example.jp", group);
        assertThat(program.send("DELETE", "/groups/" + group + "/members/" + id, null, null).status()).isEqualTo(204);
        assertThat(program.send("DELETE", "/groups/" + group + "/members/" + id, null, null).status()).isEqualTo(404);
        assertThat(program.get("/groups/" + group + "/members").json().get("items").size()).isZero();
    }

    // ── what they share ──

    private long group() {
        return program.post("/groups", "{\"name\":\"%s\"}".formatted(fresh())).json().get("id").longValue();
    }

    private long add(String address, long group) {
        return program.post("/customers", "{\"email\":\"%s\",\"groups\":[{\"id\":%d,\"state\":\"SUBSCRIBED\"}]}".formatted(address, group))
                .json().get("id").longValue();
    }

    private Answer patch(long id, @Nullable String etag, String json) {
        return etag == null
                ? program.send("PATCH", "/customers/" + id, json, "application/json")
                : program.send("PATCH", "/customers/" + id, json, "application/merge-patch+json", "If-Match", etag);
    }

    private Answer put(String path, String json) {
        return program.send("PUT", path, json, "application/json");
    }

    private static List<String> fields(Answer answer) {
        List<String> fields = new ArrayList<>();
        answer.json().path("errors").forEach(each -> fields.add(each.get("field").stringValue()));
        return fields;
    }

    private static String fresh() {
        return "t" + UUID.randomUUID().toString().substring(0, 13);
    }
}
