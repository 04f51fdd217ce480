package todoku.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.database.Database;
import todoku.guard.SystemEvent.Severity;

/// What guards did, as operators see it.
class GuardPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    final TestServer.Visitor admin = server.admin();
    final Database database = server.database();
    final SystemLog log = server.part(SystemLog.class);

    @BeforeEach
    void nothingHasHappened() {
        database.client().sql("DELETE FROM system_event").update();
        database.client().sql("UPDATE guard_setting SET stop_percent = 10, stop_results = 500, first_percent = 10").update();
        database.client().sql("UPDATE mailing SET state = 'STOPPED' WHERE state IN ('SENDING', 'PAUSED')").update();
    }

    long campaign(int recipients, int rated, int refused, boolean first) {
        return database.inTransaction(() -> {
            long mailing = database.client().sql("""
                    INSERT INTO mailing (kind, environment, department_id, priority, state, planned, created_at, started_at, expires_at)
                    SELECT 'GROUP', 'SANDBOX', min(id), 50, 'SENDING', :n, now(), now(), now() + interval '3 days' FROM department
                    RETURNING id
                    """).param("n", recipients).query(Long.class).single();
            database.client().sql("""
                    INSERT INTO delivery_batch (mailing_id, destination_id, first_no, last_no, open_upto, priority, not_before, expires_at, stage)
                    SELECT :mailing, 0, 1, :n, 0, 50, now() + interval '1 day', now() + interval '2 days', 1
                    """).param("mailing", mailing).param("n", recipients).update();
            database.client().sql("INSERT INTO mailing_progress (mailing_id, node_id, delivered, failed, rated, refused) VALUES (:mailing, 0, :ok, :refused, :rated, :refused)")
                    .param("mailing", mailing).param("ok", rated - refused).param("rated", rated).param("refused", refused).update();
            if (first)
                database.client().sql("INSERT INTO first_percent (mailing_id, recipients) VALUES (:mailing, 100)").param("mailing", mailing).update();
            return database.client().sql("""
                    INSERT INTO campaign (department_id, name, state, condition, expiry_hours, mailing_id, changed_at)
                    SELECT min(id), '春のご案内', 'SENDING', '[]', 72, :mailing, now() FROM department RETURNING id
                    """).param("mailing", mailing).query(Long.class).single();
        });
    }

    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) throw new AssertionError("it did not happen in 30 s");
            LockSupport.parkNanos(20_000_000);
        }
    }

    @Test
    void too_many_errors_stop_a_campaign_and_everybody_is_told_why() {
        long campaign = campaign(2_000, 600, 90, false);
        await(() -> admin.get("/campaigns/" + campaign + "/live").body().contains("エラー率が高いため、配信を停止しました"));

        assertThat(admin.get("/campaigns/" + campaign + "/live").body())
                .contains("安全装置", "<b>15.0</b> %", "停止 10 %", "結果 600 件のうちエラー 90 件")
                .doesNotContain("/resume");
        assertThat(admin.get("/").body()).contains("結果 600 件のうちエラー 90 件、停止 10 %", "春のご案内");
        assertThat(admin.get("/system-log").body()).contains("配信を停止しました", "/campaigns/" + campaign);
        assertThat(admin.get("/system-log?least=ERROR").body()).contains("春のご案内");

        long event = log.open(1).getFirst().id();
        admin.post("/system-log/" + event + "/seen", Map.of("back", "/"));
        assertThat(admin.get("/").body()).doesNotContain("結果 600 件のうちエラー 90 件、停止 10 %");
        assertThat(admin.get("/system-log").body()).contains("確認済み");
        assertThat(admin.get("/audit").body()).contains("お知らせを確認");
    }

    @Test
    void a_first_percent_that_failed_waits_and_a_person_may_go_on_all_the_same() {
        long campaign = campaign(2_000, 100, 12, true);
        await(() -> admin.get("/campaigns/" + campaign + "/live").body().contains("/resume"));
        assertThat(admin.get("/campaigns/" + campaign + "/live").body())
                .contains("はじめの1%の確認", "確認待ち（100 通・エラー 12.0 %）", "エラーが多かったため止めました");

        admin.post("/campaigns/" + campaign + "/resume", Map.of());
        assertThat(admin.get("/campaigns/" + campaign + "/live").body()).contains("担当者が確認して続けています").contains("/pause");
    }

    @Test
    void a_first_percent_that_passed_says_when_and_how() {
        long campaign = campaign(2_000, 100, 2, true);
        await(() -> admin.get("/campaigns/" + campaign + "/live").body().contains("合格（100 通・エラー 2.00 %）"));
        assertThat(admin.get("/system-log").body()).contains("残りを送り始めました（100 通、結果 100 件のうちエラー 2 件）");
        assertThat(admin.get("/system-log?least=WARNING").body()).doesNotContain("残りを送り始めました");
        assertThat(admin.get("/").body()).doesNotContain("残りを送り始めました");
    }

    @Test
    void limits_are_changed_on_a_page_that_says_what_is_wrong() {
        String page = admin.get("/settings/guards").body();
        assertThat(page).contains("エラー率による停止", "value=\"10\"", "value=\"500\"");
        String version = page.replaceAll("(?s).*name=\"version\" value=\"(\\d+)\".*", "$1");
        Map<String, String> wrong =
                Map.of("version", version, "stopPercent", "x", "stopResults", "500", "firstPercent", "10", "firstOn", "true");
        assertThat(admin.post("/settings/guards", wrong).body()).contains("1 から 100 までの整数");

        Map<String, String> right =
                Map.of("version", version, "stopPercent", "20", "stopResults", "800", "firstPercent", "5", "firstOn", "true");
        admin.post("/settings/guards", right);
        assertThat(admin.get("/settings/guards").body()).contains("value=\"20\"", "value=\"800\"", "value=\"5\"");
        assertThat(admin.post("/settings/guards", right).statusCode()).isEqualTo(409);
    }

    @Test
    void the_log_is_a_file_too_and_never_a_formula() {
        log.write(Instant.parse("2026-04-01T01:00:00Z"), Severity.WARNING, "JOB_FAILED", null, "=cmd", List.of(), "it broke");

        assertThat(admin.get("/system-log.csv").body()).contains("定期処理が失敗しました", "'=cmd", "it broke", "2026/04/01 10:00:00");
    }

    @Test
    void older_events_are_on_the_next_page() {
        for (int i = 0; i < 51; i++)
            log.write(Instant.parse("2026-04-01T01:00:00Z"), Severity.INFO, "JOB_FAILED", null, "job" + i + ".", List.of(), "");
        String first = admin.get("/system-log").body();
        assertThat(first).contains("job50.").doesNotContain("job0.").contains("before=");
        String older = first.replaceAll("(?s).*(/system-log\\?least=INFO&amp;before=\\d+).*", "$1").replace("&amp;", "&");
        assertThat(admin.get(older).body()).contains("job0.").doesNotContain("job1.");
    }
}
