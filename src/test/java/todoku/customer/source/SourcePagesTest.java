package todoku.customer.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.customer.Groups;
import todoku.database.TestDatabase;

class SourcePagesTest {
    @RegisterExtension
    static final TestDatabase beside = new TestDatabase();

    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private static Shop shop;

    @BeforeAll
    static void a_shop() {
        shop = new Shop(beside);
        shop.members(1, 12);
    }

    @AfterAll
    static void no_shop() {
        shop.close();
    }

    private static Map<String, String> typed(String name) {
        Map<String, String> typed = new HashMap<>(SourceForm.empty().typed());
        typed.putAll(Map.of("name", name, "host", shop.host, "port", "" + shop.port, "database", shop.name, "username", shop.reader,
                "password", Shop.PASSWORD, "tls", "OFF", "query", "SELECT no AS member_no, email, last_name FROM member ORDER BY no;",
                "group", "" + server.part(Groups.class).findOrCreate(1, "会員").id()));
        return typed;
    }

    @Test
    void a_database_is_named_tried_looked_at_and_read_and_its_password_is_never_shown() {
        TestServer.Visitor admin = server.admin();
        assertThat(admin.get("/customers/sources").body()).contains("連携データベースはまだありません");
        admin.get("/customers/sources/new");
        var added = admin.post("/customers/sources", typed("会員データベース"));
        String at = added.uri().getPath();
        assertThat(added.body()).contains("項目の対応を決めてください", shop.host).doesNotContain("pass/word");
        assertThat(admin.post(at + "/test", Map.of()).body()).contains("接続できました（PostgreSQL");
        String preview = admin.post(at + "/preview", Map.of()).body();
        assertThat(preview).contains("m0001@shop.example", "3 列、先頭の 10 行").contains("value=\"ADDRESS\" selected", "value=\"NUMBER\" selected");
        assertThat(admin.post(at + "/mapping", Map.of("version", "1", "column.0", "member_no", "meaning.0", "NUMBER")).body()).contains("「メールアドレス」の列を選んで");
        assertThat(admin.post(at + "/mapping", Map.of("version", "1", "column.0", "member_no", "meaning.0", "ADDRESS", "column.1", "email", "meaning.1", "ADDRESS"))
                .body()).contains("同じ意味");
        assertThat(admin.post(at + "/mapping", Map.of("version", "1", "column.0", "member_no", "meaning.0", "NUMBER", "column.1", "email", "meaning.1", "ADDRESS"))
                .body()).contains("項目の対応を保存しました");
        admin.post(at + "/run", Map.of());
        String page = admin.get(at + "/now").body();
        for (long giveUp = System.nanoTime() + 60_000_000_000L; page.contains("every 1s") && System.nanoTime() < giveUp; ) page = admin.get(at + "/now").body();
        assertThat(page).contains("完了", ">12<", "/imports/");
        assertThat(admin.get(at + "/edit").body()).doesNotContain("pass/word").contains("autocomplete=\"new-password\"");
        assertThat(admin.get("/audit").body()).contains("連携データベースを追加", "連携データベースをプレビュー", "連携データベースの読み取りを開始").doesNotContain("pass/word");
        assertThat(admin.get("/customers/sources").body()).contains("会員データベース", "完了");
    }

    @Test
    void what_is_typed_wrong_is_told_at_its_field() {
        TestServer.Visitor admin = server.admin();
        admin.get("/customers/sources/new");
        Map<String, String> wrong = typed("まちがい");
        wrong.putAll(Map.of("host", "db.example/x?allowLoadLocalInfile=true", "port", "70000", "database", "shop?socketFactory=x&a=b",
                "query", "SELECT 1; DROP TABLE member", "group", "", "statementSeconds", "0", "dailyAt", "25:00"));
        var answer = admin.post("/customers/sources", wrong);
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("ホスト名かアドレスだけ", "1〜65535", "データベース名は英数字", "文は1つだけです", "登録先のグループを選んで", "1〜3600", "03:00 の形")
                .contains("shop?socketFactory=x&amp;a=b").doesNotContain("pass/word");
    }

    @Test
    void another_server_wants_the_password_again_and_a_second_tab_is_told() {
        TestServer.Visitor admin = server.admin();
        admin.get("/customers/sources/new");
        String at = admin.post("/customers/sources", typed("二つめ")).uri().getPath();
        Map<String, String> elsewhere = typed("二つめ");
        elsewhere.putAll(Map.of("version", "1", "password", "", "host", "db.example.com"));
        assertThat(admin.post(at, elsewhere).body()).contains("パスワードをもう一度入力してください");
        Map<String, String> renamed = typed("二つめの新しい名前");
        renamed.putAll(Map.of("version", "1", "password", ""));
        assertThat(admin.post(at, renamed).body()).contains("を保存しました");
        var stale = admin.post(at, renamed);
        assertThat(stale.statusCode()).isEqualTo(409);
        assertThat(admin.post(at + "/test", Map.of()).body()).as("the password is still there").contains("接続できました");
        assertThat(admin.post(at + "/run", Map.of()).body()).contains("項目の対応が決まっていません");
        assertThat(admin.post(at + "/delete", Map.of()).body()).contains("を削除しました");
    }
}
