package todoku.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
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

/// Segments, as programs use them.
class SegmentApiTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private Program program = Program.stranger(server, null);

    @BeforeEach
    void makeKey() {
        program = Program.all(server);
    }

    @Test
    void a_segment_is_saved_counted_and_read_page_by_page() {
        String city = fresh();
        List<Long> added = IntStream.range(0, 5).mapToObj(i -> program
                .post("/customers", "{\"email\":\"%s@example.jp\",\"prefecture\":\"%s\"}".formatted(fresh(), city)).json().get("id").longValue()).toList();
        Answer saved = program.post("/segments", segment(fresh(), field("prefecture", city)));
        assertThat(saved.status()).as(saved.text()).isEqualTo(201);
        long id = saved.json().get("id").longValue();
        assertThat(saved.json().get("sentence").stringValue()).contains(city);
        assertThat(program.get("/segments/" + id + "/count").json().get("matching").intValue()).isEqualTo(5);

        List<Long> seen = new ArrayList<>();
        String next = "";
        do {
            JsonNode page = program.get("/segments/" + id + "/members?limit=2" + (next.isEmpty() ? "" : "&cursor=" + next)).json();
            page.get("items").forEach(each -> seen.add(each.get("id").longValue()));
            next = page.get("next").asString("");
        } while (!next.isEmpty());
        assertThat(seen).isEqualTo(added);

        String other = segment(fresh(), field("prefecture", fresh()));
        assertThat(program.send("PUT", "/segments/" + id, other, "application/json").status()).isEqualTo(428);
        assertThat(program.send("PUT", "/segments/" + id, other, "application/json", "If-Match", "\"9\"").status()).isEqualTo(412);
        assertThat(program.send("PUT", "/segments/" + id, other, "application/json", "If-Match", saved.header("ETag")).status()).isEqualTo(200);
        assertThat(program.get("/segments/" + id + "/count").json().get("matching").intValue()).isZero();
    }

    @Test
    void a_rule_that_is_none_is_refused_at_its_row() {
        assertThat(fields(program.post("/segments", segment("a", "{\"is\":\"FIELD\",\"operator\":\"YES\",\"values\":[]}")))).containsExactly("rule.rules[0].field");
        assertThat(fields(program.post("/segments", segment("a", field("nothing", "x"))))).containsExactly("rule.rules[0]");
        assertThat(fields(program.post("/segments", segment("a", "{\"is\":\"NOT\"}")))).containsExactly("rule.rules[0].rule");
        assertThat(fields(program.post("/segments", segment("a", "{\"is\":\"MAIL\",\"kind\":7,\"times\":1}")))).isNotEmpty();
        assertThat(program.post("/segments", segment("a", "null")).status()).isEqualTo(422);
        String name = fresh();
        assertThat(program.post("/segments", segment(name, field("prefecture", "x"))).status()).isEqualTo(201);
        assertThat(program.post("/segments", segment(name, field("prefecture", "x"))).status()).isEqualTo(409);
    }

    @Test
    void whoever_may_not_see_personal_data_cannot_count_it_out() {
        Program blind = Program.with(server, Scope.SEGMENTS_READ, Scope.SEGMENTS_WRITE);
        assertThat(blind.post("/segments", segment(fresh(), field("telephone", "03-1234-5678"))).status()).isEqualTo(403);
        assertThat(blind.post("/segments", segment(fresh(), field("prefecture", "東京都"))).status()).isEqualTo(201);
    }

    private static String segment(String name, String row) {
        return "{\"name\":\"%s\",\"rule\":{\"is\":\"ALL\",\"rules\":[%s]}}".formatted(name, row);
    }

    private static String field(String field, String value) {
        return "{\"is\":\"FIELD\",\"field\":\"%s\",\"operator\":\"EQUALS\",\"values\":[\"%s\"]}".formatted(field, value);
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
