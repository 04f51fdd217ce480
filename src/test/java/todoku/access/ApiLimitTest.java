package todoku.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.Program;
import todoku.Program.Answer;
import todoku.TestServer;

/// How often a program may ask with its key.
class ApiLimitTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-22T00:00:00Z"));
    private final ApiPace pace = new ApiPace(now::get);

    // ── the minute ──

    @Test
    void a_key_asks_as_often_as_its_minute_allows_and_again_in_the_next() {
        assertThat(pace.ask(1, 2).header()).isEqualTo("\"minute\";r=1;t=60");
        pass(Duration.ofMillis(20_500));
        assertThat(pace.ask(1, 2).header()).isEqualTo("\"minute\";r=0;t=40");
        assertThat(pace.ask(1, 2).tooFast()).isTrue();
        pass(Duration.ofMillis(39_499));
        assertThat(pace.ask(1, 2)).isEqualTo(new ApiPace.Standing(2, -1, 1));
        pass(Duration.ofMillis(1));
        assertThat(pace.ask(1, 2)).isEqualTo(new ApiPace.Standing(2, 1, 60));
    }

    @Test
    void one_key_does_not_use_up_the_minute_of_another() {
        pace.ask(1, 1);
        assertThat(pace.ask(1, 1).tooFast()).isTrue();
        assertThat(pace.ask(2, 1).tooFast()).isFalse();
    }

    @Test
    void a_changed_limit_counts_what_was_asked_already() {
        for (int i = 0; i < 5; i++) pace.ask(1, 10);
        assertThat(pace.ask(1, 3).tooFast()).isTrue();
        assertThat(pace.ask(1, 10).tooFast()).isFalse();
    }

    @Test
    void a_clock_that_was_set_back_begins_a_new_minute() {
        pace.ask(1, 1);
        pass(Duration.ofHours(-1));
        assertThat(pace.ask(1, 1)).isEqualTo(new ApiPace.Standing(1, 0, 60));
    }

    private void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    // ── the door ──

    @Test
    void a_program_that_asks_too_often_is_told_when_to_come_back_and_nothing_is_done() {
        Program program = Program.limited(server, 3, Scope.CUSTOMERS_READ, Scope.CUSTOMERS_WRITE);
        Answer first = program.get("/customers");
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.header("RateLimit-Policy")).isEqualTo("\"minute\";q=3;w=60");
        assertThat(first.header("RateLimit")).startsWith("\"minute\";r=2;t=");

        Answer wrong = program.post("/customers", "{}");
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.header("RateLimit")).startsWith("\"minute\";r=1;t=");
        program.get("/customers");

        Answer refused = program.post("/customers", "{\"email\":\"too@fast.example.jp\"}", "Idempotency-Key", "late");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("Content-Type")).startsWith("application/problem+json");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
        assertThat(refused.header("RateLimit")).startsWith("\"minute\";r=0;t=");
        assertThat(refused.json().get("type").stringValue()).isEqualTo("urn:todoku:problem:too-fast");
        assertThat(refused.json().get("detail").stringValue()).contains("1分間に3回まで");
        assertThat(Program.all(server).get("/customers?email=too@fast.example.jp").json().get("items").isEmpty()).isTrue();
    }

    @Test
    void a_key_without_a_limit_is_not_counted() {
        Answer answer = Program.limited(server, 0, Scope.CUSTOMERS_READ).get("/customers");
        assertThat(answer.header("RateLimit")).isEmpty();
        assertThat(answer.header("RateLimit-Policy")).isEmpty();
    }

    // ── the page ──

    @Test
    void the_limit_is_changed_on_the_page_and_holds_at_once() {
        Program program = Program.limited(server, 1, Scope.CUSTOMERS_READ);
        program.get("/customers");
        assertThat(program.get("/customers").status()).isEqualTo(429);

        TestServer.Visitor admin = server.admin();
        assertThat(admin.get("/settings/api").body()).contains("1分あたりの上限");
        HttpResponse<String> changed = admin.post(form(program), Map.of("perMinute", "100", "was", "1"));
        assertThat(changed.body()).contains("上限を変更しました");
        assertThat(program.get("/customers").header("RateLimit-Policy")).isEqualTo("\"minute\";q=100;w=60");
        assertThat(admin.get("/audit").body()).contains("APIキーの上限を変更");
    }

    @Test
    void a_limit_that_is_no_number_or_was_changed_by_somebody_else_is_refused() {
        Program program = Program.limited(server, 7, Scope.CUSTOMERS_READ);
        TestServer.Visitor admin = server.admin();
        admin.get("/settings/api");
        for (String bad : new String[] {"", "many", "-1", "1000001", "7.5"}) {
            HttpResponse<String> refused = admin.post(form(program), Map.of("perMinute", bad, "was", "7"));
            assertThat(refused.statusCode()).as(bad).isEqualTo(422);
            assertThat(refused.body()).contains("0〜1,000,000の整数を入れてください");
        }
        HttpResponse<String> overtaken = admin.post(form(program), Map.of("perMinute", "9", "was", "8"));
        assertThat(overtaken.statusCode()).isEqualTo(409);
        assertThat(overtaken.body()).contains("ほかの方が先に上限を変えた");
        assertThat(program.get("/customers").header("RateLimit-Policy")).isEqualTo("\"minute\";q=7;w=60");
    }

    private static String form(Program program) {
        long id = server.database().client().sql("SELECT id FROM api_key WHERE prefix = :prefix")
                .param("prefix", String.valueOf(program.token()).substring(3, 11)).query(Long.class).single();
        return "/settings/api/" + id + "/limit";
    }
}
