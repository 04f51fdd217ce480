package todoku.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.database.TestDatabase;
import todoku.tracking.Responses.Figures;

class TrackingServerTest {
    private static final Instant NOON = Instant.parse("2026-11-21T03:00:00Z");
    private static final Figures NONE = new Figures(0, 0, Map.of());
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String ONE_CLICK = "List-Unsubscribe=One-Click";

    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private record Asked(long mailing, int no, Instant at) {}

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Asked> unsubscribed = new CopyOnWriteArrayList<>();
    private Unsubscription unsubscription = (mailing, no, at) -> unsubscribed.add(new Asked(mailing, no, at));
    private Responses responses;
    private TrackingServer server;
    private LinkTokens tokens;
    private long mailing;

    @BeforeEach
    void start() {
        var unaddressed = new LinkTokens("http://localhost", LinkTokensTest.key(1));
        responses = new Responses(database.database());
        server = new TrackingServer(
                0,
                unaddressed,
                database.database(),
                responses,
                (m, no, at) -> unsubscription.unsubscribe(m, no, at),
                InstantSource.fixed(NOON));
        tokens = new LinkTokens("http://localhost:" + server.port(), LinkTokensTest.key(1));
        mailing = TestMailing.create(
                database.client(), "GROUP", "https://shop.example.jp/a?b=c&d", "https://shop.example.jp/春 の服");
    }

    @AfterEach
    void stop() {
        server.close();
        responses.close();
        http.close();
    }

    @Test
    void a_click_leads_to_the_stored_target_and_is_counted() throws Exception {
        var answer = get(tokens.clickUrl(mailing, 5, 1));
        get(tokens.clickUrl(mailing, 5, 1));
        var japanese = get(tokens.clickUrl(mailing, 6, 2));

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location")).contains("https://shop.example.jp/a?b=c&d");
        assertThat(japanese.headers().firstValue("Location"))
                .contains("https://shop.example.jp/%E6%98%A5%20%E3%81%AE%E6%9C%8D");
        assertThat(figures()).isEqualTo(new Figures(0, 2, Map.of(1, 1L, 2, 1L)));
    }

    @Test
    void a_look_at_the_headers_is_no_click_and_no_open() throws Exception {
        var click = send(request(tokens.clickUrl(mailing, 5, 1)).HEAD());
        var open = send(request(tokens.openUrl(mailing, 5)).HEAD());

        assertThat(click.statusCode()).isEqualTo(302);
        assertThat(open.statusCode()).isEqualTo(200);
        assertThat(figures()).isEqualTo(NONE);
    }

    @Test
    void an_open_gets_a_picture_that_nobody_may_keep() throws Exception {
        var answer = http.send(request(tokens.openUrl(mailing, 5)).build(), BodyHandlers.ofByteArray());

        assertThat(answer.headers().firstValue("Content-Type")).contains("image/gif");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(answer.body()).startsWith('G', 'I', 'F').hasSizeLessThan(50);
        assertThat(figures()).isEqualTo(new Figures(1, 0, Map.of()));
    }

    @Test
    void what_happened_tells_the_device_where_the_program_of_the_reader_does() throws Exception {
        String phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148";
        String proxy = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
        send(request(tokens.openUrl(mailing, 5)).header("User-Agent", proxy));
        send(request(tokens.clickUrl(mailing, 5, 2)).header("User-Agent", phone));
        send(request(tokens.openUrl(mailing, 6)).header("User-Agent", phone));

        assertThat(figures()).isEqualTo(new Figures(2, 1, Map.of(2, 1L)));
        assertThat(database.client()
                        .sql("SELECT kind || ' ' || recipient_no || ' ' || detail FROM event WHERE mailing_id = :mailing ORDER BY 1")
                        .param("mailing", mailing).query(String.class).list())
                .containsExactly(
                        "CLICKED 5 {\"link\": 2, \"device\": \"SMARTPHONE\"}", "OPENED 5 {}", "OPENED 6 {\"device\": \"SMARTPHONE\"}");
    }

    @Test
    void a_guessed_or_altered_link_is_not_found_and_nothing_is_counted() throws Exception {
        String click = tokens.clickUrl(mailing, 5, 1);
        String altered = click.substring(0, click.length() - 1) + (click.endsWith("A") ? 'B' : 'A');
        for (String url : List.of(
                altered,
                click + "/",
                click.replace("/c/", "/o/"),
                click.replace("/c/", "/u/"),
                tokens.clickUrl(mailing, 5, 3),
                tokens.clickUrl(mailing + 1_000, 5, 1),
                URI.create(click).resolve("/c/" + "A".repeat(40)).toString(),
                URI.create(click).resolve("/").toString())) {
            assertThat(get(url).statusCode()).as(url).isEqualTo(404);
            assertThat(post(url, FORM, ONE_CLICK).statusCode()).as(url).isIn(404, 405);
        }
        assertThat(figures()).isEqualTo(NONE);
        assertThat(unsubscribed).isEmpty();
    }

    @Test
    void looking_at_the_unsubscribe_page_changes_nothing() throws Exception {
        var answer = get(tokens.unsubscribeUrl(mailing, 5));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("配信を停止する", "Unsubscribe", "method=\"post\"");
        assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "frame-ancestors 'none'");
        assertThat(answer.headers().firstValue("Referrer-Policy")).contains("no-referrer");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(unsubscribed).isEmpty();
    }

    @Test
    void one_click_unsubscribes_before_it_is_answered_and_twice_is_well() throws Exception {
        String url = tokens.unsubscribeUrl(mailing, 5);
        String parts = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";

        assertThat(post(url, FORM, ONE_CLICK).statusCode()).isEqualTo(200);
        assertThat(unsubscribed).containsExactly(new Asked(mailing, 5, NOON));
        assertThat(post(url, "multipart/form-data; boundary=x", parts).statusCode()).isEqualTo(200);
        assertThat(unsubscribed).hasSize(2);
    }

    @Test
    void a_post_that_does_not_ask_or_is_too_long_unsubscribes_nobody() throws Exception {
        String url = tokens.unsubscribeUrl(mailing, 5);

        assertThat(post(url, FORM, "").statusCode()).isEqualTo(400);
        assertThat(post(url, "text/plain", ONE_CLICK).statusCode()).isEqualTo(400);
        assertThat(post(url, FORM, ONE_CLICK + "&x=" + "y".repeat(5_000)).statusCode())
                .isEqualTo(413);
        assertThat(send(request(url).DELETE()).statusCode()).isEqualTo(405);
        assertThat(unsubscribed).isEmpty();
    }

    @Test
    void what_could_not_be_stored_is_not_confirmed() throws Exception {
        unsubscription = (m, no, at) -> {
            throw new IllegalStateException("the database stands still");
        };

        assertThat(post(tokens.unsubscribeUrl(mailing, 5), FORM, ONE_CLICK).statusCode())
                .isEqualTo(500);
    }

    @Test
    void only_the_web_is_a_target_and_no_header_can_be_smuggled_in() {
        assertThat(Targets.location("javascript:alert(1)")).isEmpty();
        assertThat(Targets.location("https://a.example.jp/\r\nSet-Cookie: a=b")).isEmpty();
        assertThat(Targets.location("HTTPS://a.example.jp/")).contains("HTTPS://a.example.jp/");
    }

    /// What was answered is recorded afterwards: closing waits for it.
    private Figures figures() {
        server.close();
        responses.flush();
        return responses.figures(mailing);
    }

    private HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return send(request(url));
    }

    private HttpResponse<String> post(String url, String type, String body) throws IOException, InterruptedException {
        return send(request(url).header("Content-Type", type).POST(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String url) {
        return HttpRequest.newBuilder(URI.create(url));
    }
}
