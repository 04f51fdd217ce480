package todoku.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.content.MailDraft;
import todoku.content.Mails;

/// スポット配信 through the wizard, by somebody who may and by somebody who may not.
class SpotPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.withSample();

    private static final Pattern VERSION = Pattern.compile("name=\"version\" value=\"(\\d+)\"");

    final TestServer.Visitor admin = server.admin();

    @Test
    void a_spot_mail_goes_to_those_who_left_as_well_and_everything_says_so() {
        assertThat(admin.get("/campaigns").body()).contains("href=\"/campaigns/new/spot\"");
        assertThat(admin.get("/campaigns/new/spot").body()).contains("配信停止の方にも送る理由").contains("このメールは広告ではありません");
        String path = made("製品の回収", Map.of("reason", "発火の\0おそれがあるため", "noAdvertising", "true"));
        admin.post(path + "/content", Map.of("version", version(path + "/content"), "mail", mail("回収します"), "sender", one("sender_profile")));

        HttpResponse<String> confirm = admin.get(path + "/confirm");
        assertThat(confirm.body()).contains("受け取りを断った方を 20 人含みます").contains("本当に 200 通を配信しますか")
                .contains("発火のおそれがあるため").contains("広告ではないと確認済み").doesNotContain("配信停止のリンクがありません");
        admin.post(path + "/reserve", Map.of("version", version(path + "/confirm")));
        await(path, "SENT");

        assertThat(admin.get(path).body()).contains("スポット配信").contains("受け取りを断った方を 20 人含みます").contains("200<span class=\"unit\">通");
        assertThat(admin.get("/campaigns?shown=ENDED").body()).contains("製品の回収").contains("（スポットメール）");
        assertThat(admin.get("/reports").body()).contains("スポットメール");
        assertThat(admin.get(path.replace("campaigns", "reports")).body()).contains("うち、受け取りを断った方 20 人");
        assertThat(admin.get("/audit").body()).contains("スポット配信を予約");
        assertThat(written(path, "campaign.reserve-spot")).contains("発火のおそれがあるため").contains("\"optedOut\": 20").contains("\"reach\": \"MEMBERS\"");
    }

    @Test
    void without_a_reason_and_a_declaration_it_is_not_reserved() {
        String path = made("理由のない配信", Map.of());
        admin.post(path + "/content", Map.of("version", version(path + "/content"), "mail", mail("停止 {{ unsubscribe_url }}"), "sender", one("sender_profile")));

        HttpResponse<String> refused = admin.post(path + "/reserve", Map.of("version", version(path + "/confirm")));

        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("送る理由を入力してください").contains("チェックを付けてください").contains("を取り除いてください");
    }

    @Test
    void the_number_of_those_who_opted_out_is_counted_while_it_is_made() {
        var db = server.database().client();
        db.sql("""
                INSERT INTO suppression (address_id, reason, since)
                SELECT c.address_id, 'REQUESTED', now() FROM customer c JOIN membership m ON m.customer_id = c.id
                 WHERE m.state = 'SUBSCRIBED' ORDER BY c.id LIMIT 3
                """).update();
        try {
            assertThat(admin.post("/campaigns/count", Map.of("group", one("customer_group"), "spot", "true")).body())
                    .contains("<b>197</b>").contains("受け取りを断った方を 20 人含みます");
            assertThat(admin.post("/campaigns/count", Map.of("group", one("customer_group"), "spot", "true", "evenOptedOut", "true")).body())
                    .contains("<b>200</b>").contains("受け取りを断った方を 23 人含みます").contains("すべての配信を断った方を含む");
            assertThat(admin.post("/campaigns/count", Map.of("group", one("customer_group"))).body())
                    .contains("<b>177</b>").doesNotContain("受け取りを断った方");
        } finally {
            db.sql("DELETE FROM suppression WHERE reason = 'REQUESTED'").update();
        }
    }

    @Test
    void the_override_is_audited_under_a_name_of_its_own() {
        String path = made("すべての方へ", Map.of("reason", "回収", "noAdvertising", "true", "evenOptedOut", "true"));
        admin.post(path + "/content", Map.of("version", version(path + "/content"), "mail", mail("回収します"), "sender", one("sender_profile")));
        admin.post(path + "/time", Map.of("version", version(path + "/time"), "when", "at", "at", "2099-11-27T10:00", "expiry", "24"));

        admin.post(path + "/reserve", Map.of("version", version(path + "/confirm")));

        assertThat(state(path)).isEqualTo("SCHEDULED");
        assertThat(written(path, "campaign.reserve-opted-out")).contains("\"reach\": \"OPTED_OUT\"");
    }

    @Test
    void a_reason_that_is_too_long_is_kept_and_complained_of() {
        String reason = "長".repeat(501);

        HttpResponse<String> told = admin.post("/campaigns", Map.of("name", "長い理由", "spot", "true", "reason", reason));

        assertThat(told.statusCode()).isEqualTo(422);
        assertThat(told.body()).contains("500 文字まで入力できます（いま 501 文字）").contains(reason);
    }

    @Test
    void somebody_without_the_function_sees_it_and_may_stop_it_but_neither_makes_nor_changes_nor_sends_one() {
        String path = made("管理者のもの", Map.of("reason", "回収", "noAdvertising", "true"));
        admin.post(path + "/content", Map.of("version", version(path + "/content"), "mail", mail("回収します"), "sender", one("sender_profile")));
        admin.post(path + "/time", Map.of("version", version(path + "/time"), "when", "at", "at", "2099-11-27T10:00", "expiry", "24"));
        TestServer.Visitor editor = server.somebody("editor1", "EDITOR");

        assertThat(editor.get("/campaigns").body()).contains("管理者のもの").doesNotContain("/campaigns/new/spot");
        assertThat(editor.get(path + "/confirm").body()).contains("配信停止の方にも送る理由").doesNotContain(path + "/reserve\"");
        for (String page : List.of("/campaigns/new/spot", path + "/target", path + "/content", path + "/time", path + "/test"))
            assertThat(editor.get(page).statusCode()).as(page).isEqualTo(403);
        Map<String, String> form = Map.of("name", "勝手に", "group", one("customer_group"), "spot", "true", "version", "1");
        for (String page : List.of("/campaigns", "/campaigns/count", path + "/target", path + "/reserve", path + "/copy"))
            assertThat(editor.post(page, form).statusCode()).as(page).isEqualTo(403);

        admin.post(path + "/reserve", Map.of("version", version(path + "/confirm")));
        assertThat(editor.post(path + "/reopen", Map.of()).statusCode()).isEqualTo(403);
        editor.post(path + "/cancel", Map.of());
        assertThat(state(path)).isEqualTo("CANCELLED");
    }

    private String made(String name, Map<String, String> more) {
        admin.get("/campaigns/new/spot");
        var form = new java.util.HashMap<>(Map.of("name", name, "group", one("customer_group"), "spot", "true"));
        form.putAll(more);
        HttpResponse<String> made = admin.post("/campaigns", form);
        assertThat(made.uri().getPath()).as(made.body()).endsWith("/content");
        return made.uri().getPath().replace("/content", "");
    }

    private static String mail(String text) {
        return String.valueOf(server.part(Mails.class).save(
                1, "回収", new MailDraft(MailDraft.Format.TEXT, "回収のお知らせ", List.of(new MailDraft.Block(text, "", null)))));
    }

    private static String one(String table) {
        return server.database().client().sql("SELECT min(id) FROM " + table).query(String.class).single();
    }

    private static String written(String path, String act) {
        return server.database().client()
                .sql("SELECT after::text FROM audit WHERE act = :act AND subject = :object")
                .param("act", act)
                .param("object", "campaign:" + id(path))
                .query(String.class)
                .single();
    }

    private static String state(String path) {
        return server.database().client().sql("SELECT state FROM campaign WHERE id = :id").param("id", id(path)).query(String.class).single();
    }

    private static long id(String path) {
        return Long.parseLong(path.substring(path.lastIndexOf('/') + 1));
    }

    private String version(String page) {
        HttpResponse<String> form = admin.get(page);
        Matcher version = VERSION.matcher(form.body());
        assertThat(version.find()).as(form.body()).isTrue();
        return version.group(1);
    }

    private static void await(String path, String wanted) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!state(path).equals(wanted)) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }
}
