package todoku.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.event.MailingId;
import todoku.mailing.Mailings;
import todoku.mailing.Progress;
import todoku.simulation.SimulatedInternet;
import todoku.tracking.Responses;

/// The sample campaign of a first start, delivered into the simulated internet, opened and clicked there.
class ReportPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.withSample();

    static TestServer.Visitor admin;
    static Progress progress;

    @BeforeAll
    static void everybody_has_a_result() throws Exception {
        admin = server.admin();
        Mailings mailings = server.part(Mailings.class);
        long giveUp = System.nanoTime() + 60_000_000_000L;
        do {
            Thread.onSpinWait();
            Thread.yield();
            progress = server.database().client().sql("SELECT count(*) FROM mailing").query(Integer.class).single() == 0
                    ? new Progress(0, 0, 0, 0, 0, 1, 0)
                    : mailings.progress(new MailingId(1));
        } while (progress.remaining() > 0 && System.nanoTime() < giveUp);
        assertThat(progress.remaining()).isZero();
        String mail = admin.get("/simulation/1/body").body();
        visit(first("src=\"([^\"]*/o/[^\"]*)\"", mail));
        visit(first("href=\"([^\"]*/c/[^\"]*)\"", mail));
        Responses responses = server.part(Responses.class);
        while (responses.figures(1).clickers() == 0 && System.nanoTime() < giveUp) Thread.onSpinWait();
    }

    @Test
    void the_sum_adds_up_and_every_mail_arrived_signed() {
        SimulatedInternet internet = server.part(SimulatedInternet.class);
        assertThat(progress.planned()).isEqualTo(180).isEqualTo(progress.delivered() + progress.failed());
        assertThat(progress.failed()).isPositive();
        assertThat(internet.received()).isEqualTo(progress.delivered());
        assertThat(internet.duplicates() + internet.unverified()).isZero();
    }

    @Test
    void the_report_shows_the_equation_the_reactions_and_the_causes() {
        String page = admin.get("/reports/1").body();
        assertThat(page).contains("配信数 180", "成功 " + progress.delivered(), "エラー " + progress.failed(), "宛先不明", "User unknown", "https://shop.example/spring");
        assertThat(page).contains("「姓」 様、春の新作が届きました").doesNotContain("{{");
        assertThat(page.replaceAll("\\s", "")).contains("shown=OPENED\">1</a>").contains("shown=CLICKED\">1</a>");
        assertThat(admin.get("/reports/1/destinations").body()).contains("example.net").contains("60");
    }

    @Test
    void recipients_can_be_asked_for_by_what_became_of_them() {
        assertThat(admin.get("/reports/1/recipients?shown=FAILED&reason=USER_UNKNOWN").body()).contains("@example.net").doesNotContain("@example.jp");
        assertThat(admin.get("/reports/1/recipients?shown=CLICKED").body().split("<tr><td", -1)).hasSize(2);
        assertThat(admin.get("/reports/1/recipients?after=179").body().split("<tr><td", -1)).hasSize(2);
    }

    @Test
    void one_recipient_has_a_page_that_says_what_became_of_it_and_why() {
        int refused = server.database().client().sql("SELECT min(no) FROM recipient_result WHERE reason = 'USER_UNKNOWN'").query(Integer.class).single();
        String page = admin.get("/reports/1/recipients/" + refused).body();
        assertThat(page).contains("どうなったか", "にエラーで終わりました。このアドレスは存在しません。", "User unknown", "./todoku why 1/" + refused);
        assertThat(admin.get("/reports/1/recipients?shown=FAILED").body()).contains("/reports/1/recipients/" + refused);
        assertThat(admin.get("/reports/1/recipients/4711").statusCode()).isEqualTo(404);
    }

    @Test
    void the_log_is_a_file_excel_reads_with_a_line_for_everybody() throws Exception {
        byte[] file = admin.bytes("/reports/1/log.csv");
        List<String> lines = List.of(new String(file, Charset.forName("windows-31j")).split("\r\n"));
        assertThat(lines).hasSize(181);
        assertThat(lines.getFirst()).startsWith("番号,顧客ID,氏名,メールアドレス,結果");
        assertThat(lines).anyMatch(line -> line.contains("髙橋")).anyMatch(line -> line.contains("宛先不明"));
        assertThat(admin.get("/audit").body()).contains("配信ログをダウンロード");
    }

    @Test
    void home_and_history_show_it() {
        assertThat(admin.get("/").body()).contains("直近の配信結果", "春の新作が届きました");
        assertThat(admin.get("/reports").body()).contains("180").contains("マルチパート");
        assertThat(admin.get("/engine/now").body()).contains("待ち");
    }

    @Test
    void what_a_restore_holds_is_not_said_to_be_sent() {
        var db = server.database().client();
        db.sql("UPDATE mailing SET state = 'SENDING', held = true, planned = planned + 5, ended_at = NULL WHERE id = 1").update();
        try {
            assertThat(admin.get("/home/now").body()).contains("一時停止中", "残り 5 通").doesNotContain("配信中");
            assertThat(admin.get("/engine/now").body()).contains("待ち <span class=\"num\">0</span>");
        } finally {
            db.sql("UPDATE mailing SET state = 'SENT', held = false, planned = planned - 5, ended_at = now() WHERE id = 1").update();
        }
    }

    @Test
    void a_mail_in_the_simulated_inbox_reads_as_it_was_meant() {
        assertThat(admin.get("/simulation").body()).contains("様、春の新作が届きました").contains("DKIM ✓");
        assertThat(admin.get("/simulation/1").body()).contains("とどくショップ").contains("sandbox=\"allow-popups");
        assertThat(admin.get("/simulation/1/body?part=text").headers().firstValue("Content-Security-Policy").orElseThrow()).contains("sandbox");
    }

    private static String first(String pattern, String in) {
        Matcher matcher = Pattern.compile(pattern).matcher(in);
        assertThat(matcher.find()).as(pattern).isTrue();
        return matcher.group(1).replace("&amp;", "&");
    }

    private static void visit(String url) throws Exception {
        var answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.discarding());
        assertThat(answer.statusCode()).isBetween(200, 302);
    }
}
