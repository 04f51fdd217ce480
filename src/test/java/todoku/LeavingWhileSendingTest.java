package todoku;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
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

    static TestServer.Visitor admin;

    @BeforeAll
    static void sign_in() {
        admin = server.admin();
    }

    @Test
    void whoever_leaves_five_seconds_before_their_turn_gets_nothing() {
        Sending sending = sending("slow.example", new Behaviour.Slow(Duration.ofSeconds(1)), PEOPLE);
        until(() -> arrived("slow.example") > 0);
        admin.get("/customers/" + sending.last());
        admin.post("/customers/" + sending.last() + "/groups", Map.of("group", "" + sending.group(), "state", "UNSUBSCRIBED"));
        lastOneIsSpared(sending);
    }

    @Test
    void whoever_is_deleted_before_their_turn_gets_nothing() {
        Sending sending = sending("later.example", new Behaviour.Slow(Duration.ofSeconds(1)), PEOPLE);
        until(() -> arrived("later.example") > 0);
        admin.get("/customers/" + sending.last());
        admin.post("/customers/" + sending.last() + "/delete", Map.of());
        lastOneIsSpared(sending);
        assertThat(admin.get("/reports/" + sending.campaign() + "/recipients").body()).contains("（削除済み）").doesNotContain(sending.address());
    }

    @Test
    void whoever_is_deleted_while_their_mail_waits_for_another_attempt_is_skipped() {
        Sending sending = sending("full.example", new Behaviour.MailboxFull(1), 1);
        until(() -> count("SELECT count(*) FROM waiting_message WHERE attempts > 0 AND mailing_id = " + sending.mailing().value()) == 1);
        admin.get("/customers/" + sending.last());
        admin.post("/customers/" + sending.last() + "/delete", Map.of());
        until(() -> server.part(Mailings.class).progress(sending.mailing()).remaining() == 0);
        assertThat(server.database().client().sql("SELECT state || ' ' || reason FROM recipient_result WHERE mailing_id = :mailing")
                .param("mailing", sending.mailing().value()).query(String.class).list()).containsExactly("SKIPPED SUPPRESSED");
    }

    private record Sending(long campaign, MailingId mailing, long group, long last, String address) {}

    /// A campaign to people of this domain, whose server behaves so, and the one who is to get it last.
    private static Sending sending(String domain, Behaviour behaviour, int people) {
        server.part(SimulatedInternet.class).behave(domain, behaviour);
        long group = server.part(Groups.class).findOrCreate(1, domain).id();
        admin.get("/imports/new");
        StringBuilder file = new StringBuilder("メールアドレス,姓\n");
        for (int i = 0; i < people; i++) file.append("p").append(i).append("@").append(domain).append(",佐藤\n");
        String look = admin.upload("/imports/look", Map.of("group", "" + group), "p.csv", file.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)).body();
        String token = look.replaceAll("(?s).*name=\"token\" value=\"([^\"]*)\".*", "$1");
        admin.post("/imports", Map.of("token", token, "file", "p.csv", "group", "" + group, "mode", "ADD"));
        until(() -> count("SELECT count(*) FROM membership WHERE group_id = " + group) == people);

        long mail = server.part(Mails.class).save(1, "春", new MailDraft(MailDraft.Format.TEXT, "春",
                List.of(new MailDraft.Block("{{ 姓 }} 様 {{ unsubscribe_url }}\n", "", null))));
        long sender = server.part(Senders.class).add("店", "news@shop.example", "bounce@shop.example").id();
        Campaigns campaigns = server.part(Campaigns.class);
        Campaign campaign = campaigns.create(1, new Campaign.Draft("春", null, new Target(List.of(group)), mail, sender, null, 1), null);
        campaigns.reserve(campaign.id(), campaign.version(), null);
        until(() -> count("SELECT count(mailing_id) FROM campaign WHERE id = " + campaign.id()) == 1);
        long mailing = count("SELECT mailing_id FROM campaign WHERE id = " + campaign.id());
        long last = count("SELECT customer_id FROM mailing_recipient WHERE mailing_id = " + mailing + " ORDER BY no DESC LIMIT 1");
        String address = server.database().client()
                .sql("SELECT as_written FROM address a JOIN customer c ON c.address_id = a.id WHERE c.id = :id")
                .param("id", last)
                .query(String.class)
                .single();
        return new Sending(campaign.id(), new MailingId(mailing), group, last, address);
    }

    private static void lastOneIsSpared(Sending sending) {
        String domain = sending.address().substring(sending.address().indexOf('@') + 1);
        assertThat(arrived(domain)).as("they left while most were still to be sent").isLessThan(PEOPLE / 2);

        Mailings mailings = server.part(Mailings.class);
        until(() -> mailings.progress(sending.mailing()).remaining() == 0);
        assertThat(mailings.progress(sending.mailing()).delivered()).isEqualTo(PEOPLE - 1);
        assertThat(mailings.progress(sending.mailing()).skipped()).isEqualTo(1);
        assertThat(arrived(domain)).isEqualTo(PEOPLE - 1);
        assertThat(server.part(SimulatedInternet.class).mails(2 * PEOPLE)).noneMatch(received -> received.to().equals(sending.address()));
    }

    private static long arrived(String domain) {
        return server.part(SimulatedInternet.class).mails(2 * PEOPLE).stream().filter(mail -> mail.to().endsWith("@" + domain)).count();
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
