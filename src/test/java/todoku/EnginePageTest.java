package todoku;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// 配信エンジン while the sample campaign of a first start is delivered, and after it.
class EnginePageTest {
    @RegisterExtension
    static final TestServer server = TestServer.withSample();

    private final TestServer.Visitor admin = server.admin();

    @Test
    void every_destination_of_a_campaign_stands_there_with_its_pace_and_the_menu_leads_there() {
        await("example.jp", "example.net", "example.com");
        String page = admin.get("/engine").body();
        assertThat(page).contains("配信エンジン", "いまの速さ", "送信待ち", "再送待ち", "接続", "不明", "hx-get=\"/engine/live\"");
        assertThat(page).contains("href=\"/engine/providers\"", "href=\"/engine\" aria-current=\"page\"");
        assertThat(admin.get("/engine/live").body()).doesNotContain("<html");
        assertThat(admin.get("/engine/now").body()).contains("href=\"/engine\"");
        assertThat(admin.get("/engine/providers").body()).contains("href=\"/engine\"");
    }

    private void await(String... words) {
        long giveUp = System.nanoTime() + 60_000_000_000L;
        String seen;
        do {
            Thread.yield();
            seen = admin.get("/engine/live").body();
        } while (!List.of(words).stream().allMatch(seen::contains) && System.nanoTime() < giveUp);
        assertThat(seen).contains(words);
    }
}
