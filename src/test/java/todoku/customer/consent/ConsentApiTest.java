package todoku.customer.consent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.Program;
import todoku.Program.Answer;
import todoku.TestServer;
import todoku.access.Scope;
import tools.jackson.databind.JsonNode;

/// Consents, as programs record and read them.
class ConsentApiTest {
    private static final String GIVEN = """
            {"agreedAt": "2026-01-31T10:00:00+09:00", "method": "会員登録フォーム", "document": "会員規約 第3版", "ip": "2001:DB8::5",
             "purpose": "新商品のご案内"}""";

    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private Program program = Program.stranger(server, null);
    private long customer;

    @BeforeEach
    void somebody() {
        program = Program.all(server);
        customer = program.post("/customers", "{\"email\":\"" + UUID.randomUUID() + "@example.jp\"}").json().get("id").longValue();
    }

    @Test
    void a_consent_is_recorded_read_and_seen_on_the_customers_page() {
        assertThat(list().get("items").isEmpty()).isTrue();
        Answer recorded = record(GIVEN);
        assertThat(recorded.status()).as(recorded.text()).isEqualTo(201);
        assertThat(recorded.header("Location")).isEqualTo("/api/v1/customers/" + customer + "/consents");

        JsonNode consent = list().at("/items/0");
        assertThat(consent).isEqualTo(recorded.json());
        assertThat(consent.get("source").stringValue()).isEqualTo("API");
        assertThat(consent.get("agreedAt").stringValue()).isEqualTo("2026-01-31T01:00:00Z");
        assertThat(consent.get("method").stringValue()).isEqualTo("会員登録フォーム");
        assertThat(consent.get("document").stringValue()).isEqualTo("会員規約 第3版");
        assertThat(consent.get("ip").stringValue()).isEqualTo("2001:db8::5");
        assertThat(consent.get("recordedBy").stringValue()).isEqualTo("在庫システム");
        assertThat(consent.get("withdrawnAt").isNull()).isTrue();
        assertThat(server.admin().get("/customers/" + customer).body())
                .contains("2026/01/31 10:00", "会員登録フォーム", "会員規約 第3版", "新商品のご案内", "すべてのメール");
        assertThat(server.database().client().sql("SELECT count(*) FROM audit WHERE act = 'consent.record' AND subject = :subject")
                .param("subject", "customer:" + customer).query(Long.class).single()).isOne();
    }

    @Test
    void the_same_is_recorded_once_and_another_word_makes_another() {
        long first = record(GIVEN).json().get("id").longValue();
        Answer again = record(GIVEN);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().get("id").longValue()).isEqualTo(first);
        assertThat(record(GIVEN.replace("会員登録フォーム", "店頭の端末")).status()).isEqualTo(201);
        assertThat(list().get("items")).hasSize(2);
    }

    @Test
    void under_an_idempotency_key_the_same_answer_comes_again() {
        String key = UUID.randomUUID().toString();
        Answer first = program.post("/customers/" + customer + "/consents", GIVEN, "Idempotency-Key", key);
        Answer second = program.post("/customers/" + customer + "/consents", GIVEN, "Idempotency-Key", key);
        assertThat(second.status()).isEqualTo(201);
        assertThat(second.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(second.text()).isEqualTo(first.text());
    }

    @Test
    void what_an_import_would_refuse_is_refused_at_its_field() {
        refused("{\"agreedAt\": \"2999-01-01T00:00:00Z\"}", "agreedAt", "これからの日時です");
        refused("{\"agreedAt\": \"1989-12-31T23:59:59+09:00\"}", "agreedAt", "1990年より前です");
        refused("{\"agreedAt\": \"2026-01-31\"}", "agreedAt", "日時");
        refused("{\"method\": \"電話\"}", "agreedAt", "必要です");
        refused(with("ip", "\"300.1.2.3\""), "ip", "IPアドレスではありません");
        refused(with("ip", "\"example.jp\""), "ip", "IPアドレスではありません");
        refused(with("method", "\"" + "長".repeat(201) + "\""), "method", "200文字まで");
        refused(with("document", "\"" + "長".repeat(4_001) + "\""), "document", "4000文字まで");
        refused(with("purpose", "\"" + "長".repeat(501) + "\""), "purpose", "500文字まで");
        refused(with("group", "999999"), "group", "ありません");
        refused(with("source", "\"PAPER\""), "source", "知らない項目です");
        assertThat(list().get("items").isEmpty()).isTrue();
        assertThat(program.post("/customers/999999/consents", GIVEN).status()).isEqualTo(404);
        assertThat(program.get("/customers/999999/consents").status()).isEqualTo(404);
    }

    @Test
    void blanks_say_nothing_and_a_group_is_named_by_its_id() {
        long group = program.post("/groups", "{\"name\":\"会員 " + UUID.randomUUID() + "\"}").json().get("id").longValue();
        Answer recorded = record("{\"agreedAt\":\"2026-01-31T10:00:00Z\",\"method\":\" 　\",\"ip\":null,\"document\":\"\",\"group\":" + group + "}");
        assertThat(recorded.status()).as(recorded.text()).isEqualTo(201);
        assertThat(recorded.json().get("group").longValue()).isEqualTo(group);
        for (String blank : new String[] {"method", "ip", "document", "purpose"}) assertThat(recorded.json().get(blank).isNull()).as(blank).isTrue();
    }

    @Test
    void a_key_without_the_scopes_records_nothing_and_sees_no_ip() {
        record(GIVEN);
        Program reader = Program.with(server, Scope.CUSTOMERS_READ);
        assertThat(reader.get("/customers/" + customer + "/consents").json().at("/items/0").has("ip")).isFalse();
        assertThat(reader.post("/customers/" + customer + "/consents", GIVEN).status()).isEqualTo(403);
        assertThat(Program.with(server, Scope.GROUPS_READ).get("/customers/" + customer + "/consents").status()).isEqualTo(403);
    }

    @Test
    void many_consents_come_page_by_page() {
        for (int i = 1; i <= 5; i++) record("{\"agreedAt\":\"2026-01-0%dT10:00:00Z\"}".formatted(i));
        JsonNode first = program.get("/customers/" + customer + "/consents?limit=3").json();
        JsonNode second = program.get("/customers/" + customer + "/consents?limit=3&cursor=" + first.get("next").stringValue()).json();
        assertThat(IntStream.range(0, 5).mapToObj(i -> (i < 3 ? first : second).at("/items/" + i % 3 + "/agreedAt").stringValue().substring(8, 10)))
                .containsExactly("01", "02", "03", "04", "05");
        assertThat(second.get("next").isNull()).isTrue();
    }

    private void refused(String json, String field, String message) {
        Answer answer = record(json);
        assertThat(answer.status()).as(json).isEqualTo(422);
        assertThat(answer.json().at("/errors/0/field").stringValue()).as(answer.text()).isEqualTo(field);
        assertThat(answer.json().at("/errors/0/message").stringValue()).as(json).contains(message);
    }

    private static String with(String field, String value) {
        return "{\"agreedAt\": \"2026-01-31T10:00:00+09:00\", \"" + field + "\": " + value + "}";
    }

    private Answer record(String json) {
        return program.post("/customers/" + customer + "/consents", json);
    }

    private JsonNode list() {
        return program.get("/customers/" + customer + "/consents").json();
    }
}
