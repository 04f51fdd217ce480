package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.database.Database;

class AddressPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private static final String ROOT = "/engine/addresses";
    private final TestServer.Visitor admin = server.admin();
    private final Database database = server.part(Database.class);
    private final SendingIps ips = new SendingIps(database.client());

    @AfterEach
    void oneAddressAgain() {
        var db = database.client();
        db.sql("UPDATE egress_setting SET marketing_pool_id = 1, transactional_pool_id = 1").update();
        db.sql("DELETE FROM sending_ip WHERE id <> 1").update();
        db.sql("UPDATE sending_ip SET state = 'IN_USE', cause = NULL, said = NULL, since = NULL, version = version + 1").update();
        db.sql("DELETE FROM sending_pool WHERE id <> 1").update();
    }

    @Test
    void an_installation_has_one_pool_with_whatever_address_the_server_has() {
        assertThat(admin.get(ROOT).body())
                .contains("送信IP", "標準のプール", "サーバの標準のIPアドレス", "使用中", "配信（キャンペーン・ステップなど）");
        assertThat(admin.get("/engine").body()).contains("href=\"/engine/addresses\"");
    }

    @Test
    void an_address_is_added_changed_taken_out_put_back_and_removed() {
        admin.get(ROOT + "/new");
        assertThat(admin.post(ROOT, form("127.0.0.5", Map.of())).body())
                .contains("127.0.0.5 を追加しました", "127.0.0.5", "mail5.example.jp", "慣らし中", "まだ調べていません");
        long id = id("127.0.0.5");
        String at = ROOT + "/" + id;
        Map<String, String> edit = form("", Map.of("version", "1", "weight", "50"));
        edit.remove("warmup");
        assertThat(admin.post(at, edit).body()).contains("送信IPを保存しました");
        assertThat(ips.find(id).orElseThrow().weight()).isEqualTo(50);
        assertThat(ips.find(id).orElseThrow().warmupFrom()).isNull();
        assertThat(admin.post(at, edit).statusCode()).isEqualTo(409);
        assertThat(admin.post(at + "/examine", Map.of()).body()).contains("内部アドレス");
        assertThat(admin.post(at + "/remove", Map.of("version", "2")).statusCode()).isEqualTo(409);
        assertThat(admin.post(at + "/out", Map.of("version", "2")).body()).contains("127.0.0.5 を外しました", "担当者が外しました", "戻す");
        assertThat(admin.post(at + "/back", Map.of("version", "3")).body()).contains("127.0.0.5 を戻しました");
        admin.post(at + "/out", Map.of("version", "4"));
        assertThat(admin.post(at + "/remove", Map.of("version", "5")).body()).contains("127.0.0.5 を削除しました");
        assertThat(ips.find(id)).isEmpty();
        assertThat(admin.get("/audit").body()).contains("送信IPを追加", "送信IPを変更", "送信IPを外す", "送信IPを削除");
    }

    @Test
    void what_cannot_be_is_refused_at_its_field() {
        admin.get(ROOT + "/new");
        var elsewhere = admin.post(ROOT, form("192.0.2.9", Map.of()));
        assertThat(elsewhere.statusCode()).isEqualTo(422);
        assertThat(elsewhere.body()).contains("このサーバに割り当てられていません", "value=\"192.0.2.9\"");
        assertThat(admin.post(ROOT, form("mail.example.jp", Map.of("helo", "mail", "weight", "0"))).body())
                .contains("IPアドレスの形ではありません", "名前の形ではありません", "1 から 100 までの整数");
        admin.post(ROOT, form("127.0.0.6", Map.of()));
        assertThat(admin.post(ROOT, form("127.0.0.6", Map.of())).body()).contains("すでに登録されています");
    }

    @Test
    void pools_are_made_chosen_and_removed() {
        admin.get(ROOT);
        assertThat(admin.post("/engine/pools", Map.of("name", "通知用")).body()).contains("プール「通知用」を追加しました", "使える送信IPがありません");
        assertThat(admin.post("/engine/pools", Map.of("name", "通知用")).body()).contains("すでにあります");
        long pool = database.client().sql("SELECT id FROM sending_pool WHERE name = '通知用'").query(Long.class).single();
        int version = new SendingPools(database.client()).defaults().version();
        Map<String, String> choice =
                Map.of("version", Integer.toString(version), "marketing", "1", "transactional", Long.toString(pool));
        assertThat(admin.post("/engine/pools/defaults", choice).body()).contains("メールの種類ごとのプールを保存しました");
        assertThat(admin.post("/engine/pools/defaults", choice).body()).contains("ほかの方が先に");
        assertThat(admin.post("/engine/pools/" + pool + "/remove", Map.of("version", "1")).body()).contains("使われているため削除できません");
        admin.post("/engine/pools/defaults", Map.of("version", Integer.toString(version + 1), "marketing", "1", "transactional", "1"));
        assertThat(admin.post("/engine/pools/" + pool + "/remove", Map.of("version", "1")).body()).contains("プール「通知用」を削除しました");
    }

    @Test
    void the_plan_of_today_is_told_provider_by_provider() {
        admin.get(ROOT + "/new");
        admin.post(ROOT, form("127.0.0.7", Map.of("helo", "")));
        admin.post(ROOT + "/1/out", Map.of("version", "" + ips.find(1).orElseThrow().version()));
        var db = database.client();
        // Work for Gmail every second: one of these comes after the engine has learnt of the address.
        long mailing = db.sql("""
                INSERT INTO mailing (kind, environment, department_id, priority, state, created_at, expires_at)
                VALUES ('GROUP', 'SANDBOX', 1, 50, 'SENDING', now(), now() + interval '1 day') RETURNING id
                """).query(Long.class).single();
        db.sql("""
                WITH d AS (INSERT INTO destination (name, hosts) VALUES ('gmail.com', 'mx.gmail.example') RETURNING id),
                m AS (INSERT INTO domain (name, destination_id, resolved_at) SELECT 'gmail.com', id, now() FROM d RETURNING id)
                INSERT INTO delivery_batch (mailing_id, destination_id, first_no, last_no, open_upto, priority, not_before, expires_at)
                SELECT :mailing, d.id, n, n, 0, 50, now() + n * interval '1 s', now() + interval '1 day' FROM d, m, generate_series(1, 40) n
                """).param("mailing", mailing).update();
        server.part(Engine.class).wake();
        EngineWorld.await(() -> admin.get(ROOT).body().contains("Gmail へ:"));
        assertThat(admin.get(ROOT).body()).contains("127.0.0.7", "本日 0 / 50 通。", "明日の上限 50 通。", "1 日目 / 30 日");

        db.sql("UPDATE sending_ip SET warmup_from = :from WHERE id = :id")
                .param("from", Ramp.day(Instant.now(), ZoneId.of("Asia/Tokyo")).minusDays(2)).param("id", id("127.0.0.7")).update();
        db.sql("""
                INSERT INTO warmup_day SELECT :id, 'gmail', warmup_from + n, n, 40 + n, 0, 0 FROM sending_ip, generate_series(0, 1) n WHERE id = :id
                """).param("id", id("127.0.0.7")).update();
        server.part(Engine.class).wake();
        EngineWorld.await(() -> admin.get(ROOT + "/" + id("127.0.0.7")).body().contains("Gmail への慣らし"));
        assertThat(admin.get(ROOT + "/" + id("127.0.0.7")).body().replace("&#34;", "\""))
                .contains("送った数\",\"kind\":\"bar\",\"values\":[40,41,0,null", "1 日の上限\",\"kind\":\"steps\",\"values\":[50,100,");
        assertThat(admin.get(ROOT).body()).contains("送信IP × 宛先", "外れています", "日目");
    }

    private long id(String address) {
        return ips.all().stream().filter(ip -> ip.text().equals(address)).findFirst().orElseThrow().id();
    }

    private static Map<String, String> form(String ip, Map<String, String> changed) {
        Map<String, String> form = new HashMap<>(
                Map.of("version", "0", "ip", ip, "helo", "mail5.example.jp", "weight", "100", "pool", "1", "warmup", "true"));
        form.putAll(changed);
        return form;
    }
}
