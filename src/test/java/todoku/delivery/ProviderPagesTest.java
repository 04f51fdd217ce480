package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.database.Database;

class ProviderPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private static final String DOCOMO = "/engine/providers/docomo";
    private final TestServer.Visitor admin = server.admin();
    private final ProviderChanges changes = new ProviderChanges(server.part(Database.class).client());

    @AfterEach
    void asShipped() {
        server.part(Database.class).client().sql("DELETE FROM provider_rule").update();
    }

    @Test
    void all_providers_stand_in_the_list_with_whoever_is_left_at_its_end() {
        String list = admin.get("/engine/providers").body();
        assertThat(list).contains("宛先の規則", "ドコモ", "docomo.ne.jp ほか 1", "既定のまま", "上限は公表されていません");
        assertThat(list.lastIndexOf("そのほか")).isGreaterThan(list.lastIndexOf("iCloud"));
    }

    @Test
    void a_change_is_marked_audited_and_can_be_taken_back() {
        admin.get(DOCOMO);
        String saved = admin.post(DOCOMO, form("0", Map.of("quiet-from", "21:00"))).body();
        assertThat(saved).contains("既定から 1 か所変更", "変更", "既定 00:00", "規則を保存しました");
        assertThat(changes.of("docomo").orElseThrow().values()).containsExactly(Map.entry("quiet-from", "21:00"));
        assertThat(admin.get("/audit").body()).contains("宛先の規則を変更");
        String reset = admin.post(DOCOMO + "/reset", Map.of("version", "1")).body();
        assertThat(reset).contains("既定に戻しました").doesNotContain("か所変更");
        assertThat(changes.of("docomo").orElseThrow().values()).isEmpty();
    }

    @Test
    void what_cannot_be_is_refused_at_its_field() {
        admin.get(DOCOMO);
        var answer = admin.post(DOCOMO, form("0", Map.of("connections", "0", "domains", "Docomo.ne.jp gmail.com", "quiet-to", "24:00")));
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("1 から 200 までの整数", "21:30 のように", "「gmail.com」は「Gmail」の規則に入っています");
        assertThat(changes.all()).isEmpty();
    }

    @Test
    void the_second_of_two_editors_is_told_and_keeps_what_was_typed() {
        admin.get(DOCOMO);
        admin.post(DOCOMO, form("0", Map.of("connections", "3")));
        var told = admin.post(DOCOMO, form("0", Map.of("connections", "2")));
        assertThat(told.statusCode()).isEqualTo(409);
        assertThat(told.body()).contains("ほかの方が先に", "name=\"connections\" value=\"2\"");
        assertThat(changes.of("docomo").orElseThrow().values()).containsEntry("connections", "3");
    }

    @Test
    void a_provider_is_added_and_removed() {
        admin.get("/engine/providers/new");
        Map<String, String> typed = new HashMap<>(form("0", Map.of("name", "例の会社", "hosts", "mx.example.jp", "domains", "")));
        String added = admin.post("/engine/providers", typed).body();
        assertThat(added).contains("例の会社 の規則", "この規則を削除");
        typed.put("hosts", "");
        assertThat(admin.post("/engine/providers", typed).body()).contains("1 つ以上入力してください");
        assertThat(admin.post("/engine/providers/own-1/remove", Map.of("version", "1")).body()).contains("例の会社 の規則を削除しました");
        assertThat(changes.all()).isEmpty();
    }

    private static Map<String, String> form(String version, Map<String, String> changed) {
        Map<String, String> form = new HashMap<>(Map.of("version", version, "domains", "docomo.ne.jp mopera.net"));
        form.put("hosts", "docomo.ne.jp mopera.net");
        Rule docomo = Providers.shipped().find("docomo").orElseThrow().rule();
        for (RuleField field : List.of(RuleField.values())) form.put(field.word(), field.written(docomo.get(field)));
        form.putAll(changed);
        return form;
    }
}
