package todoku.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;

/// The way of an operator through the wizard, as a browser without scripts goes it.
class CampaignPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.withSample();

    private static final Pattern VERSION = Pattern.compile("name=\"version\" value=\"(\\d+)\"");

    final TestServer.Visitor admin = server.admin();

    @Test
    void a_campaign_is_made_step_by_step_reserved_and_delivered() {
        String path = created("春の新作");
        HttpResponse<String> content = admin.get(path + "/content");
        admin.post(path + "/content", Map.of("version", version(content), "mail", one("mail"), "sender", one("sender_profile")));
        HttpResponse<String> time = admin.get(path + "/time");
        admin.post(path + "/time", Map.of("version", version(time), "when", "now", "expiry", "72"));

        HttpResponse<String> confirm = admin.get(path + "/confirm");
        assertThat(confirm.body()).contains("テスト送信をまだしていません");
        assertThat(confirm.body()).contains("本当に 180 通を配信しますか").contains("配信停止").contains("− 20");

        HttpResponse<String> reserved = admin.post(path + "/reserve", Map.of("version", version(confirm)));
        assertThat(reserved.uri().getPath()).isEqualTo(path);
        await(() -> state(path).equals("SENT"));
        assertThat(admin.get(path).body()).contains("配信済").contains("180<span class=\"unit\">通");
        assertThat(admin.get("/campaigns?shown=ENDED").body()).contains("春の新作");
        assertThat(admin.get("/audit").body()).contains("配信を予約");
    }

    @Test
    void whoever_is_to_let_a_held_campaign_go_sees_how_many_it_would_reach_now() {
        String path = created("寝過ごした配信");
        admin.post(path + "/content", Map.of("version", version(admin.get(path + "/content")), "mail", one("mail"), "sender", one("sender_profile")));
        server.database().client()
                .sql("UPDATE campaign SET state = 'SCHEDULED', scheduled_at = now() - interval '3 hours', reserved_count = 10 WHERE id = :id")
                .param("id", Long.parseLong(path.substring(path.lastIndexOf('/') + 1)))
                .update();
        await(() -> state(path).equals("HELD"));

        assertThat(admin.get(path).body()).contains("1 時間以上過ぎていた", "hx-get=\"" + path + "/count\"", "「姓」 様、春の新作が届きました");
        assertThat(admin.get(path + "/count").body()).contains("いまの配信数", "<b>180</b>", "− 20");
    }

    @Test
    void what_is_missing_is_said_on_the_last_page_and_nothing_is_lost() {
        String path = created("足りない配信");

        HttpResponse<String> confirm = admin.get(path + "/confirm");
        HttpResponse<String> refused = admin.post(path + "/reserve", Map.of("version", version(confirm)));

        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("送るメールを選んでください");
        assertThat(state(path)).isEqualTo("DRAFT");
    }

    @Test
    void in_production_the_last_page_warns_of_a_sending_domain_in_disorder() {
        String path = created("診断つきの配信");
        admin.post(path + "/content", Map.of("version", version(admin.get(path + "/content")), "mail", one("mail"), "sender", one("sender_profile")));
        var db = server.database().client();
        db.sql(
                        """
                        INSERT INTO domain_check (sender_profile_id, position, name, verdict, finding, details, checked_at)
                        VALUES (CAST(:id AS bigint), 0, 'dmarc', 'FAIL', 'missing', '{shop.example}', now())
                        """)
                .param("id", one("sender_profile"))
                .update();
        assertThat(admin.get(path + "/confirm").body()).doesNotContain("送信ドメインの診断で問題");
        db.sql("UPDATE installation SET environment = 'LIVE'").update();
        try {
            assertThat(admin.get(path + "/confirm").body()).contains("送信ドメインの診断で問題があります（DMARC）");
        } finally {
            db.sql("UPDATE installation SET environment = 'SANDBOX'").update();
            db.sql("DELETE FROM domain_check").update();
        }
    }

    @Test
    void the_second_of_two_editors_is_told_and_keeps_what_was_typed() {
        String path = created("二人の配信");
        String version = version(admin.get(path + "/target"));
        admin.post(path + "/target", Map.of("version", version, "name", "一人目の名前", "group", group()));

        HttpResponse<String> told = admin.post(path + "/target", Map.of("version", version, "name", "二人目の名前", "group", group()));

        assertThat(told.statusCode()).isEqualTo(409);
        assertThat(told.body()).contains("一人目の名前").contains("二人目の名前");
    }

    @Test
    void the_category_is_chosen_with_the_name_and_shown_wherever_the_campaign_is() {
        var db = server.database().client();
        String category = one("category");
        String name = db.sql("SELECT name FROM category WHERE id = CAST(:id AS bigint)").param("id", category).query(String.class).single();
        assertThat(admin.get("/campaigns/new").body()).contains(name, "お知らせ（フリークエンシー制御の対象外）");
        String path = created("カテゴリのある配信");
        String target = path + "/target";
        admin.post(target, Map.of("version", version(admin.get(target)), "name", "カテゴリのある配信", "group", group(), "category", category));
        assertThat(admin.get(target).body()).contains("value=\"" + category + "\" selected");
        assertThat(admin.get(path + "/confirm").body()).contains("カテゴリ " + name);
        assertThat(admin.get("/campaigns?shown=DRAFTS").body()).contains("<span class=\"tk-tag line\">" + name + "</span>");

        db.sql("UPDATE category SET retired_at = now() WHERE id = CAST(:id AS bigint)").param("id", category).update();
        assertThat(admin.get("/campaigns/new").body()).doesNotContain(">" + name + "<");
        assertThat(admin.get(target).body()).contains("value=\"" + category + "\" selected");
        admin.post(target, Map.of("version", version(admin.get(target)), "name", "カテゴリのある配信", "group", group(), "category", ""));
        assertThat(admin.get(target).body()).doesNotContain(">" + name + "<");
        db.sql("UPDATE category SET retired_at = NULL").update();
    }

    @Test
    void a_condition_that_makes_no_sense_is_explained_in_its_row() {
        HttpResponse<String> refused = admin.post("/campaigns", Map.of(
                "name", "条件", "group", group(), "0.what", "field:birthday", "0.op", "BETWEEN", "0.v", "2026/3/1", "0.w", "2026/2/1"));

        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("終わりの日が始まりの日より前です").contains("2026/3/1");
    }

    @Test
    void the_count_is_answered_while_conditions_are_set() {
        assertThat(admin.post("/campaigns/count", Map.of(
                        "group", group(), "0.what", "field:custom.会員ランク", "0.op", "EQUALS", "0.v", "ゴールド"))
                .body())
                .contains("<b>40</b>")
                .contains("会員ランクが「ゴールド」と同じ");
    }

    @Test
    void a_reserved_one_is_cancelled_through_a_page_with_its_number() {
        String path = created("取り消す配信");
        admin.post(path + "/content", Map.of("version", version(admin.get(path + "/content")), "mail", one("mail"), "sender", one("sender_profile")));
        admin.post(path + "/time", Map.of("version", version(admin.get(path + "/time")), "when", "at", "at", "2099-11-27T10:00", "expiry", "24"));
        admin.post(path + "/reserve", Map.of("version", version(admin.get(path + "/confirm"))));
        assertThat(admin.get(path).body()).contains("配信待ち").contains("2099/11/27 10:00");

        assertThat(admin.get(path + "/cancel").body()).contains("180 通").contains("予約を取り消す");
        admin.post(path + "/cancel", Map.of());

        assertThat(state(path)).isEqualTo("CANCELLED");
        HttpResponse<String> again = admin.post(path + "/cancel", Map.of());
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(again.body()).contains("もう終わっています");
    }

    @Test
    void a_test_with_a_bad_address_says_which_and_keeps_it() {
        String path = created("試す配信");
        admin.post(path + "/content", Map.of("version", version(admin.get(path + "/content")), "mail", one("mail"), "sender", one("sender_profile")));

        HttpResponse<String> refused = admin.post(path + "/test", Map.of("addresses", "kensa@check.example, 検査"));
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("送り先「検査」").contains("kensa@check.example, 検査");

        admin.post(path + "/test", Map.of("addresses", "kensa@check.example", "keep", "true"));
        await(() -> admin.get(path + "/tested").body().contains("届いた 1 件"));
        assertThat(admin.get(path + "/tested").body()).contains("いまの内容と同じ");
        assertThat(admin.get(path + "/test").body()).contains("登録した送り先").contains("kensa@check.example");
        assertThat(admin.get(path + "/confirm").body()).doesNotContain("テスト送信をまだしていません");
    }

    private String created(String name) {
        HttpResponse<String> made = admin.post("/campaigns", Map.of("name", name, "group", group()));
        assertThat(made.uri().getPath()).endsWith("/content");
        return made.uri().getPath().replace("/content", "");
    }

    private static String group() {
        return one("customer_group");
    }

    private static String one(String table) {
        return server.database().client().sql("SELECT min(id) FROM " + table).query(String.class).single();
    }

    private static String state(String path) {
        return server.database().client()
                .sql("SELECT state FROM campaign WHERE id = :id")
                .param("id", Long.valueOf(path.substring(path.lastIndexOf('/') + 1)))
                .query(String.class)
                .single();
    }

    private static String version(HttpResponse<String> form) {
        Matcher version = VERSION.matcher(form.body());
        assertThat(version.find()).as(form.body()).isTrue();
        return version.group(1);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }
}
