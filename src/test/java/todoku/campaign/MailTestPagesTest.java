package todoku.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.content.MailDraft;
import todoku.content.Mails;
import todoku.sender.Senders;
import todoku.simulation.SimulatedInternet;

class MailTestPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private final TestServer.Visitor admin = server.admin();
    private final long mail = server.part(Mails.class).save(1, "春", new MailDraft(
            MailDraft.Format.TEXT, "春です", List.of(new MailDraft.Block("{{ unsubscribe_url }}\n", "", null))));
    private final long sender = server.part(Senders.class).add("店", "news@shop.example", "bounce@shop.example").id();

    @Test
    void a_mail_being_written_reaches_the_typed_addresses_marked_as_a_test() {
        admin.get("/mails/" + mail + "/test");
        var sent = admin.post("/mails/" + mail + "/test",
                Map.of("addresses", "kensa1@example.jp、kensa2@example.jp", "sender", "" + sender, "customer", "0"));
        assertThat(sent.uri().getPath()).isEqualTo("/mails/" + mail);
        SimulatedInternet internet = server.part(SimulatedInternet.class);
        long giveUp = System.nanoTime() + 30_000_000_000L;
        while (internet.received() < 2 && System.nanoTime() < giveUp) Thread.onSpinWait();
        assertThat(admin.get("/simulation").body()).contains("kensa1@example.jp", "kensa2@example.jp", "【テスト】春です");
    }

    @Test
    void bad_addresses_are_named_and_nothing_is_sent() {
        admin.get("/mails/" + mail + "/test");
        var refused = admin.post("/mails/" + mail + "/test", Map.of("addresses", "good@example.jp, bad.example.jp", "sender", "" + sender, "customer", "0"));
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("bad.example.jp", "「＠」がありません");
    }
}
