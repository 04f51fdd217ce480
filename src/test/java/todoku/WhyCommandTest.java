package todoku;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.campaign.CampaignState;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `./todoku why`: asks beside a running installation, here that of a first start with its sample campaign sent.
class WhyCommandTest {
    @RegisterExtension
    static final TestServer server = TestServer.withSample();

    static JdbcClient db;

    @BeforeAll
    static void the_sample_has_been_sent() {
        db = server.database().client();
        long giveUp = System.nanoTime() + 60_000_000_000L;
        while (db.sql("SELECT count(*) FROM mailing WHERE state = 'SENT'").query(Integer.class).single() == 0) {
            assertThat(System.nanoTime()).isLessThan(giveUp);
            LockSupport.parkNanos(10_000_000);
        }
    }

    @Test
    void a_mailing_and_its_campaign_have_the_same_answer_in_both_languages() {
        assertThat(said("1")).contains("すべての宛先の結果がそろい", "Everybody has a result");
        assertThat(said("campaign:1")).isEqualTo("campaign:" + said("1"));
    }

    @Test
    void a_recipient_is_named_by_number_or_address() {
        assertThat(said("1/1")).containsAnyOf("のサーバが受け取りました", "エラーで終わりました");
        String refused = db.sql("""
                SELECT a.as_written FROM recipient_result x JOIN mailing_recipient r ON r.mailing_id = x.mailing_id AND r.no = x.no
                  JOIN address a ON a.id = r.address_id WHERE x.state = 'FAILED' ORDER BY x.no LIMIT 1
                """).query(String.class).single();
        assertThat(said("1/" + refused)).contains("にエラーで終わりました。", "応答（reply）: 550");
        assertThat(said("1/nobody@example.org")).contains("この配信の宛先ではありません");
    }

    @Test
    void an_address_alone_is_answered_with_its_latest_mails() {
        String no = "SELECT min(no) FROM recipient_result WHERE mailing_id = 1 AND state = 'DELIVERED'";
        int one = db.sql(no).query(Integer.class).single();
        String address = db.sql("""
                SELECT a.as_written FROM mailing_recipient r JOIN address a ON a.id = r.address_id
                 WHERE r.mailing_id = 1 AND r.no = :no
                """).param("no", one).query(String.class).single();
        assertThat(said(address.toUpperCase(Locale.ROOT))).isEqualTo(said("1/" + one));
        assertThat(asked("nobody@example.org", false, 1)).contains("このアドレスにはまだ送ったことがありません");
    }

    @Test
    void a_domain_is_answered_for_its_destination_and_without_a_word_everything() {
        assertThat(said("example.net")).contains("待っているメールはありません");
        assertThat(said("")).contains("送っている配信も、待っている宛先もありません");
    }

    @Test
    void programs_read_it_as_json() {
        JsonNode one = JsonMapper.builder().build().readTree(asked("1", true, 0)).get(0);
        assertThat(one.get("cause").asString()).isEqualTo("SENT");
        assertThat(one.get("what").asString()).isEqualTo("1");
        assertThat(one.get("at").asString()).matches("\\d{4}-.*Z");
    }

    @Test
    void a_recipient_whose_details_are_gone_was_not_left_out() {
        db.sql("""
                INSERT INTO mailing (kind, environment, department_id, priority, state, planned, created_at, ended_at, expires_at, details_gone_at)
                VALUES ('GROUP', 'SANDBOX', 1, 50, 'SENT', 5, now(), now(), now(), now())
                """).update();
        long mailing = db.sql("SELECT max(id) FROM mailing").query(Long.class).single();
        assertThat(asked(mailing + "/3", false, 1)).contains("保存期間を過ぎたため削除されました", "no longer kept");
    }

    @Test
    void a_campaign_that_has_not_begun_says_what_it_waits_for() {
        long campaign = db.sql("INSERT INTO campaign (department_id, name, state, scheduled_at, changed_at) VALUES (1, '夏', 'SCHEDULED', '2026-12-01 10:00:00+09', now()) RETURNING id")
                .query(Long.class)
                .single();
        assertThat(said("campaign:" + campaign)).contains("予約済みです。2026-12-01 10:00 に送り始めます。", "starts at 2026-12-01 10:00");
        for (CampaignState state : CampaignState.values()) {
            if (state.hasStarted()) continue;
            db.sql("UPDATE campaign SET state = :state WHERE id = :id").param("state", state.name()).param("id", campaign).update();
            assertThat(said("campaign:" + campaign)).doesNotContain("campaign.standing", "{0}");
        }
        db.sql("UPDATE campaign SET state = 'HELD', why = 'COUNT' WHERE id = :id").param("id", campaign).update();
        assertThat(said("campaign:" + campaign)).contains("配信数が予約のときから 10 % を超えて変わったため");
        assertThat(asked("campaign:" + campaign, true, 0)).contains("\"ja\"");
        db.sql("DELETE FROM campaign WHERE id = :id").param("id", campaign).update();
    }

    @Test
    void what_is_not_there_is_said_and_is_an_error() {
        assertThat(asked("4711", false, 1)).contains("そのような配信はない");
        assertThat(asked("campaign:4711/3", false, 1)).contains("it has not begun");
        assertThat(asked("never-met.example", false, 1)).contains("まだ送ったことがありません");
    }

    private static String said(String what) {
        return asked(what, false, 0);
    }

    private static String asked(String what, boolean json, int code) {
        var out = new ByteArrayOutputStream();
        assertThat(WhyCommand.answer(db, what, json, new PrintStream(out, true, UTF_8))).isEqualTo(code);
        return out.toString(UTF_8);
    }
}
