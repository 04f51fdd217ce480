package todoku.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.TestServer;
import todoku.delivery.Engine;
import todoku.delivery.Standstills;
import todoku.event.MailingId;
import todoku.mailing.Mailings;
import todoku.mailing.Progress;

/// 不明 of the sample campaign after its end: three of those who have the mail, as if the answers had been lost.
class UnknownPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.withSample();

    private static final MailingId MAILING = new MailingId(1);

    final TestServer.Visitor admin = server.admin();
    final JdbcClient db = server.database().client();
    final Engine engine = server.part(Engine.class);
    final Mailings mailings = server.part(Mailings.class);

    @BeforeEach
    void three_are_unknown() {
        await(() -> campaignState().equals("SENT") && mailings.state(MAILING) == Mailings.State.SENT);
        int lost = 3 - progress().unknown();
        db.sql("""
                UPDATE recipient_result SET state = 'UNKNOWN', reason = CASE no % 2 WHEN 0 THEN 'CUT_AFTER_DOT' ELSE 'NODE_LOST' END
                 WHERE mailing_id = 1 AND no IN (
                       SELECT no FROM recipient_result WHERE mailing_id = 1 AND state = 'DELIVERED' ORDER BY no LIMIT :lost)
                """).param("lost", lost).update();
        db.sql("""
                UPDATE mailing_progress SET delivered = delivered - :lost, unknown = unknown + :lost
                 WHERE mailing_id = 1 AND delivered >= 3
                """).param("lost", lost).update();
        assertThat(progress().unknown()).isEqualTo(3);
    }

    @AfterEach
    void mail_goes_out_again() {
        Standstills.journalHasRoom(engine);
        db.sql("UPDATE mailing SET environment = 'SANDBOX' WHERE id = 1").update();
        await(() -> mailings.state(MAILING) == Mailings.State.SENT);
    }

    @Test
    void they_are_listed_with_the_reason_and_the_warning_that_some_have_it() {
        String page = admin.get("/campaigns/1/unknown").body();

        assertThat(page).contains("すでに届いている方がいるかもしれません", "相手の応答が途切れた", "配信サーバが止まり", "もう一度送る 3 通");
        assertThat(page.split("<tr><td", -1)).hasSize(4);
        assertThat(page).contains(address()).contains("何もしなければ「不明」のまま終わり").doesNotContain("/unknown/settle");
        assertThat(admin.get("/campaigns/1").body()).contains("href=\"/campaigns/1/unknown\"");
        assertThat(admin.get("/reports/1").body()).contains("href=\"/campaigns/1/unknown\"");
    }

    @Test
    void they_are_sent_to_again_after_a_page_that_says_how_many_may_get_it_twice() {
        assertThat(admin.get("/campaigns/1/unknown/release").body()).contains("二度届きます。最大 3 人", "もう一度送る 3 通");
        Standstills.journalFull(engine);
        HttpResponse<String> released = admin.post("/campaigns/1/unknown/release", Map.of("count", "3"));

        assertThat(released.uri().getPath()).isEqualTo("/campaigns/1");
        assertThat(released.body()).contains("配信中", "action=\"/campaigns/1/pause\"", "hx-get=\"/campaigns/1/live\"");
        assertThat(campaignState()).isEqualTo("SENDING");
        assertThat(mailings.state(MAILING)).isEqualTo(Mailings.State.SENDING);

        Standstills.journalHasRoom(engine);
        await(() -> mailings.state(MAILING) == Mailings.State.SENT);
        assertThat(progress().unknown()).isZero();
        assertThat(progress().remaining()).isZero();
        assertThat(mailings.again(MAILING)).isGreaterThanOrEqualTo(3);
        await(() -> campaignState().equals("SENT"));
        assertThat(admin.get("/campaigns/1/live").body()).contains("配信済").doesNotContain("hx-get=");
        assertThat(admin.get("/campaigns/1/unknown").body()).contains("不明の方はいません");
        assertThat(admin.get("/audit").body()).contains("不明の方にもう一度送信");
    }

    @Test
    void while_they_are_sent_to_again_the_campaign_is_paused_and_resumed_as_ever() {
        Standstills.journalFull(engine);
        admin.post("/campaigns/1/unknown/release", Map.of("count", "3"));

        assertThat(admin.post("/campaigns/1/pause", Map.of()).body()).contains("一時停止中");
        assertThat(mailings.state(MAILING)).isEqualTo(Mailings.State.PAUSED);
        assertThat(admin.get("/campaigns/1/stop").body()).contains("action=\"/campaigns/1/stop\"");
        assertThat(admin.post("/campaigns/1/resume", Map.of()).body()).contains("配信中");

        Standstills.journalHasRoom(engine);
        await(() -> campaignState().equals("SENT"));
        assertThat(progress().remaining()).isZero();
    }

    @Test
    void those_who_wait_to_be_sent_to_again_can_be_left_unknown() {
        Standstills.journalFull(engine);
        admin.post("/campaigns/1/unknown/release", Map.of("count", "3"));
        assertThat(admin.get("/campaigns/1/unknown").body()).contains("3 通を再送しています", "/unknown/settle");
        assertThat(admin.get("/campaigns/1/unknown/settle").body()).contains("不明のまま終える 3 通", "送らずに終えます");

        assertThat(admin.post("/campaigns/1/unknown/settle", Map.of()).body()).contains("3 通を不明のまま終えました");

        assertThat(progress().unknown()).isEqualTo(3);
        await(() -> mailings.state(MAILING) == Mailings.State.SENT);
        assertThat(admin.get("/audit").body()).contains("不明のまま終了");
    }

    @Test
    void when_they_are_not_as_many_as_was_confirmed_nothing_is_done() {
        HttpResponse<String> told = admin.post("/campaigns/1/unknown/release", Map.of("count", "2"));

        assertThat(told.statusCode()).isEqualTo(409);
        assertThat(told.body()).contains("何もしませんでした", "もう一度送る 3 通");
        assertThat(progress().unknown()).isEqualTo(3);
        assertThat(mailings.state(MAILING)).isEqualTo(Mailings.State.SENT);
    }

    @Test
    void a_campaign_of_the_other_environment_is_never_sent_again() {
        db.sql("UPDATE mailing SET environment = 'LIVE' WHERE id = 1").update();

        assertThat(admin.get("/campaigns/1/unknown").body()).contains("検証と本番を切り替える前").doesNotContain("/unknown/release");
        assertThat(admin.post("/campaigns/1/unknown/release", Map.of("count", "3")).statusCode()).isEqualTo(409);
        assertThat(progress().unknown()).isEqualTo(3);
    }

    private Progress progress() {
        return mailings.progress(MAILING);
    }

    private String campaignState() {
        return db.sql("SELECT state FROM campaign WHERE id = 1").query(String.class).single();
    }

    private String address() {
        return db.sql("""
                SELECT a.as_written FROM recipient_result x JOIN mailing_recipient r USING (mailing_id, no)
                  JOIN address a ON a.id = r.address_id WHERE x.mailing_id = 1 AND x.state = 'UNKNOWN' ORDER BY no LIMIT 1
                """).query(String.class).single();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }
}
