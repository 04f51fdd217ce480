package todoku.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.database.Database;
import todoku.delivery.Engine;
import todoku.delivery.Standstills;

/// What is said while nothing is sent: 自動停止中, and 応答待ち of a campaign that pauses.
class StandstillPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    final TestServer.Visitor admin = server.admin();
    final Database database = server.database();
    final Engine engine = server.part(Engine.class);
    long campaign;

    @BeforeEach
    void a_campaign_that_pauses_with_four_of_ten_open() {
        long mailing = database.client().sql("""
                INSERT INTO mailing (kind, environment, department_id, priority, state, pause_cause, planned, created_at, started_at, expires_at)
                SELECT 'GROUP', 'SANDBOX', min(id), 50, 'PAUSED', 'USER', 10, now(), now(), now() + interval '3 days' FROM department
                RETURNING id
                """).query(Long.class).single();
        campaign = database.client().sql("""
                INSERT INTO campaign (department_id, name, state, why, condition, expiry_hours, mailing_id, changed_at)
                SELECT min(id), '止まった配信', 'PAUSED', 'USER', '[]', 72, :mailing, now() FROM department RETURNING id
                """).param("mailing", mailing).query(Long.class).single();
        database.client().sql("""
                INSERT INTO waiting_message (mailing_id, no, destination_id, priority, due_at, expires_at, dated_at, attempts, opened)
                SELECT :mailing, n, 1, 50, now() + interval '1 day', now() + interval '2 days', now(), 0, true FROM generate_series(1, 4) n
                """).param("mailing", mailing).update();
    }

    @AfterEach
    void there_is_room_again() {
        Standstills.journalHasRoom(engine);
    }

    @Test
    void while_it_pauses_the_page_says_how_many_answers_are_awaited() {
        assertThat(admin.get("/campaigns/" + campaign + "/live").body()).contains("応答待ち 4 件").doesNotContain("自動停止中");
    }

    @Test
    void after_a_restore_no_answer_is_awaited_and_the_page_names_the_two_ways() {
        database.client().sql("UPDATE mailing SET held = true WHERE id = (SELECT mailing_id FROM campaign WHERE id = :id)").param("id", campaign).update();
        database.client().sql("UPDATE campaign SET why = 'RESTORED' WHERE id = :id").param("id", campaign).update();
        assertThat(admin.get("/campaigns/" + campaign + "/live").body())
                .contains("残りの方に送るか、送らずに終えるか", "結果のない方に送る", "送らずに終える")
                .doesNotContain("応答待ち");
    }

    @Test
    void a_campaign_that_should_flow_and_does_not_says_why() {
        database.client().sql("UPDATE node SET seen_at = clock_timestamp()").update();
        database.client().sql("INSERT INTO destination (id, name) OVERRIDING SYSTEM VALUE VALUES (1, 'stuck.example') ON CONFLICT DO NOTHING").update();
        database.client().sql("UPDATE mailing SET state = 'SENDING', pause_cause = NULL WHERE id = (SELECT mailing_id FROM campaign WHERE id = :id)").param("id", campaign).update();
        database.client().sql("UPDATE campaign SET state = 'SENDING', why = NULL WHERE id = :id").param("id", campaign).update();
        assertThat(admin.get("/campaigns/" + campaign + "/live").body())
                .contains("なぜ待っているか", "残り 4 通はすべて再送待ちです（最も多い応答は「応答なし」）");
    }

    @Test
    void a_standstill_is_explained_on_the_campaign_and_at_the_foot_of_the_menu() {
        assertThat(admin.get("/engine/now").body()).contains("配信エンジン 正常");

        Standstills.journalFull(engine);

        assertThat(admin.get("/campaigns/" + campaign + "/live").body())
                .contains("自動停止中", "ジャーナル）がいっぱい", "自動で再開", "ディスクの空き");
        assertThat(admin.get("/engine/now").body()).contains("自動停止中", "控えがいっぱい").doesNotContain("正常");

        Standstills.journalHasRoom(engine);
        assertThat(admin.get("/engine/now").body()).contains("正常");
    }
}
