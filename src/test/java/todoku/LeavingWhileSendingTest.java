package todoku;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.campaign.Campaign;
import todoku.campaign.Campaigns;
import todoku.campaign.Target;
import todoku.content.MailDraft;
import todoku.content.Mails;
import todoku.customer.Groups;
import todoku.event.MailingId;
import todoku.mailing.Mailings;
import todoku.sender.Senders;
import todoku.simulation.Behaviour;
import todoku.simulation.SimulatedInternet;

/// Somebody leaves while the campaign is on its way: no further mail to them after five seconds (W-34).
class LeavingWhileSendingTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private static final int PEOPLE = 40;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    @Test
    void whoever_leaves_five_seconds_before_their_turn_gets_nothing() {
        TestServer.Visitor admin = server.admin();
        SimulatedInternet internet = server.part(SimulatedInternet.class);
        internet.behave("slow.example", new Behaviour.Slow(Duration.ofSeconds(1)));
        long group = server.part(Groups.class).findOrCreate(1, "会員").id();
        admin.get("/imports/new");
        StringBuilder file = new StringBuilder("メールアドレス,姓\n");
        for (int i = 0; i < PEOPLE; i++) file.append("p").append(i).append("@slow.example,佐藤\n");
        String look = admin.upload("/imports/look", Map.of("group", "" + group), "p.csv", file.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)).body();
        String token = look.replaceAll("(?s).*name=\"token\" value=\"([^\"]*)\".*", "$1");
        admin.post("/imports", Map.of("token", token, "file", "p.csv", "group", "" + group, "overwrite", "false"));
        until(() -> count("SELECT count(*) FROM membership") == PEOPLE);

        long mail = server.part(Mails.class).save(1, "春", new MailDraft(MailDraft.Format.TEXT, "春",
                List.of(new MailDraft.Block("{{ 姓 }} 様 {{ unsubscribe_url }}\n", "", null))));
        long sender = server.part(Senders.class).add("店", "news@shop.example", "bounce@shop.example").id();
        Campaigns campaigns = server.part(Campaigns.class);
        Campaign campaign = campaigns.create(1, new Campaign.Draft("春", null, new Target(List.of(group), List.of()), mail, sender, null, 1), null);
        campaigns.reserve(campaign.id(), campaign.version(), null);
        until(() -> internet.received() > 0);

        long last = count("SELECT customer_id FROM mailing_recipient ORDER BY no DESC LIMIT 1");
        admin.get("/customers/" + last);
        admin.post("/customers/" + last + "/groups", Map.of("group", "" + group, "state", "UNSUBSCRIBED"));
        assertThat(internet.received()).as("they left while most were still to be sent").isLessThan(PEOPLE / 2);

        Mailings mailings = server.part(Mailings.class);
        until(() -> mailings.progress(new MailingId(1)).remaining() == 0);
        assertThat(mailings.progress(new MailingId(1)).delivered()).isEqualTo(PEOPLE - 1);
        assertThat(mailings.progress(new MailingId(1)).skipped()).isEqualTo(1);
        assertThat(internet.received()).isEqualTo(PEOPLE - 1);
        String address = server.database().client()
                .sql("SELECT as_written FROM address a JOIN customer c ON c.address_id = a.id WHERE c.id = :id")
                .param("id", last)
                .query(String.class)
                .single();
        assertThat(internet.mails(PEOPLE)).noneMatch(received -> received.to().equals(address));
    }

    private static long count(String sql) {
        return server.database().client().sql(sql).query(Long.class).single();
    }

    private static void until(java.util.function.BooleanSupplier done) {
        long giveUp = System.nanoTime() + PATIENCE_NANOS;
        while (!done.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(giveUp);
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }
}
