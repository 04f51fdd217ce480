package todoku.sender;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;

class SettingsPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    @Test
    void what_was_typed_wrong_comes_back_with_the_reason_and_nothing_is_saved() {
        var answer = save(Map.of("linkBaseUrl", "ftp://x/", "heloName", "not a host", "smartHost", "nowhere", "company", "とどく商店"));
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body())
                .contains("https:// で始まり", "点を含む完全な名前", "「ホスト:ポート」の形", "ftp://x", "not a host", "とどく商店");
        assertThat(new Installations(server.database().client()).get().company()).isEmpty();
    }

    @Test
    void good_settings_are_kept_and_audited() {
        assertThat(save(Map.of("linkBaseUrl", "https://click.todoku-shop.jp/", "heloName", "Mail.todoku-shop.jp")).statusCode())
                .isEqualTo(200);
        Installation kept = new Installations(server.database().client()).get();
        assertThat(kept.linkBaseUrl()).isEqualTo("https://click.todoku-shop.jp");
        assertThat(kept.heloName()).isEqualTo("mail.todoku-shop.jp");
        assertThat(server.admin().get("/audit").body()).contains("基本設定を変更");
    }

    @Test
    void nobody_goes_live_before_the_conditions_are_met() {
        TestServer.Visitor admin = server.admin();
        admin.get("/settings/environment");
        var answer = admin.post("/settings/environment", Map.of("environment", "LIVE"));
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(new Installations(server.database().client()).get().live()).isFalse();
    }

    private static java.net.http.HttpResponse<String> save(Map<String, String> some) {
        TestServer.Visitor admin = server.admin();
        admin.get("/settings");
        Map<String, String> fields = new HashMap<>();
        for (String name : new String[] {"company", "postalAddress", "contact", "linkBaseUrl", "heloName", "smartHost"})
            fields.put(name, "");
        fields.put("version", "" + new Installations(server.database().client()).get().version());
        fields.putAll(some);
        return admin.post("/settings", fields);
    }
}
