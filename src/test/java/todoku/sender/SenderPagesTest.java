package todoku.sender;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.database.Database;

class SenderPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    @Test
    void a_new_sender_gets_a_key_and_the_record_to_publish() {
        var shown = add("店長", "tencho@todoku-shop.jp", "staff@todoku-shop.jp", "bounce@todoku-shop.jp");
        Senders.Row row = only("店長");
        assertThat(row.profile().replyTo()).isEqualTo("staff@todoku-shop.jp");
        assertThat(shown.body()).contains("todoku1._domainkey.todoku-shop.jp");
        var published = server.part(Senders.class).publicKey("todoku1", "todoku-shop.jp").orElseThrow();
        assertThat(row.record().value()).endsWith("p=" + Base64.getEncoder().encodeToString(published.getEncoded()));
        assertThat(shown.body()).doesNotContain("PRIVATE");
    }

    @Test
    void bad_addresses_and_line_breaks_are_refused_at_their_field() {
        var answer = add("改行\r\nBcc: x@example.jp", "tencho＠", "x y@example.jp", "");
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("表示する名前：").contains("メールアドレスの形ではありません");
        assertThat(server.part(Senders.class).all()).noneMatch(row -> row.profile().name().contains("Bcc"));
    }

    @Test
    void addresses_are_kept_as_mail_servers_write_them() {
        add("全角", "ｎｅｗｓ＠Todoku-Full.jp", "staff@日本語.jp", "　ｂｏｕｎｃｅ@todoku-full.jp");
        Senders.Row row = only("全角");
        assertThat(row.profile().address()).isEqualTo("news@todoku-full.jp");
        assertThat(row.profile().replyTo()).isEqualTo("staff@xn--wgv71a119e.jp");
        assertThat(row.profile().returnPath()).isEqualTo("bounce@todoku-full.jp");
        server.admin().post("/senders/" + row.profile().id(), Map.of("version", "" + row.version(), "name", "全角",
                "address", "news＠日本語.jp", "replyTo", "", "returnPath", "bounce@日本語.jp"));
        assertThat(only("全角").profile().address()).isEqualTo("news@xn--wgv71a119e.jp");
        assertThat(only("全角").profile().returnPath()).isEqualTo("bounce@xn--wgv71a119e.jp");
    }

    @Test
    void the_second_of_two_editors_is_told() {
        add("二人", "two@todoku-two.jp", "", "bounce@todoku-two.jp");
        Senders.Row row = only("二人");
        TestServer.Visitor admin = server.admin();
        admin.get("/senders/" + row.profile().id());
        Map<String, String> form = Map.of("version", "" + row.version(), "name", "一人目", "address", "two@todoku-two.jp",
                "replyTo", "", "returnPath", "bounce@todoku-two.jp");
        assertThat(admin.post("/senders/" + row.profile().id(), form).statusCode()).isEqualTo(200);
        var told = admin.post("/senders/" + row.profile().id(), form);
        assertThat(told.statusCode()).isEqualTo(409);
        assertThat(told.body()).contains("ほかの方が先に");
    }

    @Test
    void a_sender_may_have_a_pool_of_sending_addresses() {
        add("分ける", "apart@todoku-apart.jp", "", "bounce@todoku-apart.jp");
        Senders.Row row = only("分ける");
        String path = "/senders/" + row.profile().id();
        TestServer.Visitor admin = server.admin();
        assertThat(admin.get(path).body()).doesNotContain("送信IPのプール");
        var db = server.part(Database.class).client();
        long pool = db.sql("INSERT INTO sending_pool (name) VALUES ('別の') RETURNING id").query(Long.class).single();
        assertThat(admin.get(path).body()).contains("送信IPのプール", "メールの種類で決める", "標準のプール");
        admin.post(path, Map.of("version", "" + row.version(), "name", "分ける", "address", "apart@todoku-apart.jp",
                "replyTo", "", "returnPath", "bounce@todoku-apart.jp", "pool", "" + pool));
        assertThat(only("分ける").profile().pool()).isEqualTo(pool);
    }

    @Test
    void free_mail_and_carriers_are_refused_as_from_with_the_reason() {
        var gmail = add("無料", "shop@gmail.com", "", "bounce@todoku-shop.jp");
        assertThat(gmail.statusCode()).isEqualTo(422);
        assertThat(gmail.body()).contains("gmail.com は Gmail のアドレスなので使えません");
        assertThat(add("携帯", "shop@docomo.ne.jp", "", "bounce@todoku-shop.jp").body()).contains("docomo の携帯電話のアドレス");
    }

    @Test
    void an_example_domain_is_examined_without_dns_and_nothing_is_red() {
        add("見本", "news@shop.example", "", "bounce@shop.example");
        String path = "/senders/" + only("見本").profile().id();
        TestServer.Visitor admin = server.admin();
        assertThat(admin.get(path).body()).contains("送信ドメインの診断").contains("まだ調べていません");
        var shown = admin.post(path + "/examine", Map.of());
        assertThat(shown.statusCode()).isEqualTo(200);
        assertThat(shown.body()).contains("例示用のドメイン").contains("最後に調べた時刻").doesNotContain("tk-mark red");
        assertThat(admin.post("/senders/4711/examine", Map.of()).statusCode()).isEqualTo(404);
    }

    @Test
    void what_was_found_stands_on_the_page_with_the_record_to_copy() {
        add("診断", "news@todoku-doctor.jp", "", "bounce@todoku-doctor.jp");
        long id = only("診断").profile().id();
        server.database().client().sql(
                        """
                        INSERT INTO domain_check (sender_profile_id, position, name, verdict, finding, details,
                                                  record_name, record_type, record_value, checked_at)
                        VALUES (:id, 0, 'spf', 'FAIL', 'missing', '{todoku-doctor.jp}', 'todoku-doctor.jp', 'TXT', 'v=spf1 ip4:203.0.113.10 ~all', now())
                        """)
                .param("id", id)
                .update();
        assertThat(server.admin().get("/senders/" + id).body())
                .contains("todoku-doctor.jp に SPF レコードがありません")
                .contains("data-copy=\"v=spf1 ip4:203.0.113.10 ~all\"")
                .contains("問題 1 件");
        assertThat(server.admin().get("/settings/environment").body()).contains("todoku-doctor.jp に SPF レコードがありません");
    }

    private static Senders.Row only(String name) {
        return server.part(Senders.class).all().stream().filter(row -> row.profile().name().equals(name)).findFirst().orElseThrow();
    }

    private static java.net.http.HttpResponse<String> add(String name, String address, String replyTo, String returnPath) {
        TestServer.Visitor admin = server.admin();
        admin.get("/senders/new");
        return admin.post("/senders", Map.of("version", "0", "name", name, "address", address, "replyTo", replyTo, "returnPath", returnPath));
    }
}
