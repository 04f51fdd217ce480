package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.database.Database;

class CustomerCardTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    static TestServer.Visitor admin;

    @BeforeAll
    static void own_fields() {
        admin = server.admin();
        admin.get("/customers/fields");
        admin.post("/customers/fields", Map.of("name", "ポイント", "type", "NUMBER"));
        admin.post("/customers/fields", Map.of("name", "最終来店日", "type", "DATE", "personal", "true"));
        admin.post("/groups", Map.of("name", "メルマガ会員"));
    }

    @Test
    void somebody_is_registered_with_own_fields_and_found_again() {
        String card = add("hanako@example.jp", Map.of("family_name", "髙橋", "custom.ポイント", "１，２００", "custom.最終来店日", "2026年1月5日")).body();
        assertThat(card).contains("髙橋", "hanako@example.jp", "1200", "2026-01-05", "顧客を保存しました");
        assertThat(admin.get("/customers?q=hanako").body()).contains("髙橋");
        assertThat(admin.get("/audit").body()).contains("顧客を登録");
    }

    @Test
    void bad_values_are_refused_at_their_field_and_stay_typed() {
        var answer = add("hanako.example.jp", Map.of("birthday", "昨日", "custom.ポイント", "たくさん", "family_name", "佐藤"));
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("「＠」がありません", "日付として読めません", "数として読めません", "昨日", "たくさん", "佐藤");
    }

    @Test
    void the_same_address_is_registered_only_once() {
        add("once@example.jp", Map.of());
        assertThat(add("Once@EXAMPLE.jp", Map.of()).body()).contains("すでに登録されています");
    }

    @Test
    void the_second_of_two_editors_is_told_and_nothing_is_overwritten() {
        String path = add("two@example.jp", Map.of("family_name", "初め")).uri().getPath();
        admin.get(path + "/edit");
        Map<String, String> form = new HashMap<>(Map.of("version", "1", "address", "two@example.jp", "family_name", "一人目"));
        assertThat(admin.post(path, form).statusCode()).isEqualTo(200);
        form.put("family_name", "二人目");
        var told = admin.post(path, form);
        assertThat(told.statusCode()).isEqualTo(409);
        assertThat(told.body()).contains("ほかの方が先に", "二人目");
        assertThat(admin.get(path).body()).contains("一人目").doesNotContain("二人目");
    }

    @Test
    void what_somebody_wants_of_a_group_is_changed_and_logged() {
        String path = add("member@example.jp", Map.of()).uri().getPath();
        long group = server.part(Groups.class).find("メルマガ会員").orElseThrow().id();
        admin.post(path + "/groups", Map.of("group", "" + group, "state", "SUBSCRIBED"));
        assertThat(admin.post(path + "/groups", Map.of("group", "" + group, "state", "BANNED")).body()).contains("配信禁止");
        assertThat(admin.get("/groups").body().replaceAll("<a [^>]*>|</a>|\\s", "")).contains("配信禁止\">1</td>");
        assertThat(admin.get("/audit").body()).contains("グループでの状態を変更");
        assertThat(admin.get(path).body().replaceAll("\\s+", " "))
                .containsSubsequence("履歴", "グループ「メルマガ会員」で 配信中 → 配信禁止", "グループ「メルマガ会員」に登録：配信中", "顧客を登録", "（画面から：");
    }

    @Test
    void a_new_mail_address_is_told_in_the_history_once_and_not_which() {
        String path = add("old@example.jp", Map.of()).uri().getPath();
        admin.post(path, Map.of("version", "1", "address", "new@example.jp", "family_name", "新居"));
        admin.post(path, Map.of("version", "2", "address", "New@EXAMPLE.jp", "family_name", "荒井"));

        String card = admin.get(path).body().replaceAll("\\s+", " ");
        assertThat(card).containsSubsequence("履歴", "メールアドレスを変更 <span class=\"muted\">（画面から：", "顧客を登録").containsOnlyOnce("メールアドレスを変更 <");
        assertThat(server.part(Database.class).client().sql("SELECT string_agg(detail::text, '') FROM event WHERE kind = 'ADDRESS_CHANGED'")
                .query(String.class).single()).doesNotContain("@");
    }

    private static HttpResponse<String> add(String address, Map<String, String> more) {
        Map<String, String> form = new HashMap<>(more);
        form.put("address", address);
        Map<String, String> encoded = new HashMap<>();
        form.forEach((name, value) -> encoded.put(java.net.URLEncoder.encode(name, java.nio.charset.StandardCharsets.UTF_8), value));
        admin.get("/customers/new");
        return admin.post("/customers", encoded);
    }
}
