package todoku;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.campaign.Campaign;
import todoku.campaign.Target;
import todoku.simulation.Behaviour;

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

    @Test
    void a_destination_that_says_too_much_tells_why_it_waits_with_the_reply_and_the_rule() {
        House house = server.house();
        house.internet.behave("example.jp", new Behaviour.RateLimited(0));
        Campaign again = house.campaigns.create(
                1,
                new Campaign.Draft(
                        "もう一度", null, new Target(List.of(first("customer_group"))), first("mail"), first("sender_profile"), null, 1),
                null);
        house.campaigns.reserve(again.id(), again.version(), null);

        await("なぜ待っているか", "421 4.7.0 too many messages in this connection", "規則：replies.rules:", "class=\"because\"");
        assertThat(admin.get("/simulation").body()).contains("相手が「多すぎる」と言った回数", "RCPT 421 4.7.0 too many messages in this connection");
    }

    private static long first(String table) {
        return server.database().client().sql("SELECT min(id) FROM " + table).query(Long.class).single();
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
