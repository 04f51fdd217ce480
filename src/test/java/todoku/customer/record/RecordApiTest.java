package todoku.customer.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.Program;
import todoku.Program.Answer;
import todoku.TestServer;
import todoku.access.Scope;
import tools.jackson.databind.JsonNode;

/// 取引データ, as programs send and read them.
class RecordApiTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    @Test
    void records_are_sent_line_by_line_and_read_by_customer() {
        Program program = Program.all(server);
        long kind = server.part(RecordKinds.class).add(RecordKind.PRESETS.getFirst(), null, Instant.EPOCH).orElseThrow();
        assertThat(program.get("/related-records/kinds").json().at("/items/0/numberLabel").stringValue()).isEqualTo("注文番号");
        String number = "M" + UUID.randomUUID().toString().substring(0, 8);
        long customer = program.post("/customers", "{\"email\":\"%1$s@example.jp\",\"number\":\"%1$s\"}".formatted(number)).json().get("id").longValue();
        String lines = """
                {"customer": "%1$s", "number": "A-1", "at": "2026-11-01T10:00:00+09:00", "values": {"商品コード": "T-005", "数量": 2, "単価": 1200}}
                {"customer": "%1$s", "number": "A-2", "at": "2026/11/02 10:00", "values": {"数量": "many"}}
                {"customer": "nobody", "number": "A-3", "at": "2026-11-03"}
                {"customer": "%1$s", "number": "A-4", "at": "2026-11-04", "values": {"色": "赤"}}
                {"customer": "%1$s", "number": "A-1", "at": "2026-11-01T10:00:00+09:00", "values": {"状態": "発送済"}}
                """.formatted(number);
        Answer answer = program.send("POST", "/related-records/" + kind + ":bulk", lines, "application/x-ndjson");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.lines().subList(0, 5).stream().map(line -> line.get("result").stringValue()))
                .containsExactly("SUCCESS", "FAILURE", "FAILURE", "FAILURE", "SUCCESS");
        JsonNode items = program.get("/related-records?customer=" + customer).json().get("items");
        assertThat(items.size()).isEqualTo(1);
        assertThat(items.at("/0/amount").intValue()).isEqualTo(2400);
        assertThat(items.at("/0/values/状態").stringValue()).isEqualTo("発送済");
        assertThat(program.send("POST", "/related-records/" + kind + ":bulk", lines, "application/x-ndjson").lines().getFirst().get("result").stringValue())
                .as("nothing new in it").isEqualTo("OTHER");
        assertThat(program.send("POST", "/related-records/999:bulk", lines, "application/x-ndjson").status()).isEqualTo(404);
    }

    @Test
    void personal_fields_of_records_need_their_scope() {
        Program program = Program.all(server);
        long kind = server.part(RecordKinds.class).add(RecordKind.PRESETS.get(2), null, Instant.EPOCH).orElseThrow();
        String address = "v" + UUID.randomUUID().toString().substring(0, 8) + "@example.jp";
        long customer = program.post("/customers", "{\"email\":\"%s\"}".formatted(address)).json().get("id").longValue();
        program.send("POST", "/related-records/" + kind + ":bulk?customerBy=email",
                "{\"customer\":\"%s\",\"at\":\"2026-11-05\",\"values\":{\"店舗\":\"銀座\",\"メモ\":\"卵アレルギー\"}}".formatted(address), "application/x-ndjson");
        assertThat(program.get("/related-records?customer=" + customer).text()).contains("卵アレルギー");
        String seen = Program.with(server, Scope.RECORDS_READ).get("/related-records?customer=" + customer).text();
        assertThat(seen).contains("銀座").doesNotContain("卵アレルギー");
    }
}
