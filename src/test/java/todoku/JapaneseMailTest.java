package todoku;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.Charset;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.james.mime4j.dom.Multipart;
import org.apache.james.mime4j.dom.TextBody;
import org.apache.james.mime4j.message.DefaultMessageBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.campaign.Campaign;
import todoku.campaign.Campaigns;
import todoku.campaign.Target;
import todoku.content.MailDraft;
import todoku.content.Mails;
import todoku.customer.Groups;
import todoku.mail.charset.MailCharset;
import todoku.mail.dkim.DkimResult;
import todoku.mail.dkim.DkimVerifier;
import todoku.mail.mime.MailBytes;
import todoku.mail.smime.SmimeTest;
import todoku.mail.smime.TestIdentity;
import todoku.sender.Senders;
import todoku.simulation.SimulatedInternet;
import todoku.simulation.SimulatedMail;

/// Campaigns in ISO-2022-JP on the wire: whose name can be written, and the addresses carriers once gave out.
class JapaneseMailTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private static final Charset JIS = Charset.forName("ISO-2022-JP");
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    @Test
    void each_reader_gets_the_character_set_their_name_can_be_written_in() throws Exception {
        send("high@jis.example,高橋", "ladder@jis.example,髙橋", "half@jis.example,ﾀｶﾊｼ");

        String high = arrived("high@jis.example");
        assertThat(high).contains("charset=ISO-2022-JP", "Content-Transfer-Encoding: 7bit", "=?ISO-2022-JP?B?").doesNotContain("UTF-8", "utf-8");
        assertThat(new String(high.getBytes(US_ASCII), JIS)).contains("高橋 様\r\n10〜12時", "<p>高橋 様");
        assertThat(new String(arrived("half@jis.example").getBytes(US_ASCII), JIS)).contains("タカハシ 様\r\n10〜12時");

        String ladder = arrived("ladder@jis.example");
        assertThat(ladder).contains("charset=UTF-8", "=?UTF-8?B?").doesNotContain("ISO-2022-JP");
        var parts = (Multipart) new DefaultMessageBuilder().parseMessage(new ByteArrayInputStream(ladder.getBytes(US_ASCII))).getBody();
        var text = (TextBody) parts.getBodyParts().getFirst().getBody();
        assertThat(new String(text.getInputStream().readAllBytes(), UTF_8)).startsWith("髙橋 様\r\n10～12時");
    }

    /// docomo and au gave out dots where RFC 5321 §4.1.2 has none; such a local part is quoted, and no other.
    @Test
    void an_address_that_breaks_the_rfc_is_quoted_in_envelope_and_header_and_a_valid_one_is_not() {
        send("ab..cde@docomo.ne.jp,高橋", ".abc@docomo.ne.jp,高橋", "abc.@ezweb.ne.jp,高橋", "a.b-c_d@docomo.ne.jp,高橋");

        assertThat(Stream.of("ab..cde@docomo.ne.jp", ".abc@docomo.ne.jp", "abc.@ezweb.ne.jp", "a.b-c_d@docomo.ne.jp").flatMap(JapaneseMailTest::mails))
                .extracting(SimulatedMail::to)
                .containsExactly("\"ab..cde\"@docomo.ne.jp", "\".abc\"@docomo.ne.jp", "\"abc.\"@ezweb.ne.jp", "a.b-c_d@docomo.ne.jp");
        assertThat(header("To", "ab..cde@docomo.ne.jp")).endsWith(" <\"ab..cde\"@docomo.ne.jp>");
        assertThat(header("To", ".abc@docomo.ne.jp")).endsWith(" <\".abc\"@docomo.ne.jp>");
        assertThat(header("To", "abc.@ezweb.ne.jp")).endsWith(" <\"abc.\"@ezweb.ne.jp>");
        assertThat(header("To", "a.b-c_d@docomo.ne.jp")).endsWith(" <a.b-c_d@docomo.ne.jp>");
    }

    /// The reader's mail program checks one signature, the receiving server the other (W-57, W-58).
    @Test
    void a_mail_carries_the_signature_of_its_sender_and_that_of_its_domain() throws Exception {
        Senders senders = server.part(Senders.class);
        long sender = senders.add("とどく商店", "signed@shop.example", "bounce@shop.example").id();
        Instant now = Instant.now();
        TestServer.Visitor admin = server.admin();
        admin.get("/senders/" + sender);
        assertThat(admin.upload(
                        "/senders/" + sender + "/certificate",
                        Map.of("version", "1", "password", TestIdentity.PASSWORD),
                        "shop.p12",
                        TestIdentity.pkcs12(TestIdentity.of("signed@shop.example", now.minusSeconds(9), now.plusSeconds(999))))
                .statusCode()).isEqualTo(200);
        send(sender, "signed@jis.example,高橋", "signed@utf.example,髙橋");

        assertThat(arrived("signed@jis.example")).contains("Content-Type: text/plain; charset=ISO-2022-JP", "multipart/signed");
        for (String address : List.of("signed@jis.example", "signed@utf.example")) {
            String mail = arrived(address);
            int end = mail.indexOf("\r\n\r\n");
            var bytes = new MailBytes(mail.substring(0, end + 2).getBytes(US_ASCII), mail.substring(end + 4).getBytes(US_ASCII));
            assertThat(new DkimVerifier((selector, domain) -> senders.publicKey(selector, domain).orElse(null)).verify(bytes))
                    .isInstanceOf(DkimResult.Pass.class);
            assertThat(SmimeTest.verified(mail.getBytes(US_ASCII), now)).isTrue();
        }
    }

    private static String header(String name, String address) {
        return arrived(address).replaceAll("\r\n[ \t]", " ").lines().filter(line -> line.startsWith(name + ":")).findFirst().orElseThrow();
    }

    private static void send(String... people) {
        send(server.part(Senders.class).add("とどく商店", "news@shop.example", "bounce@shop.example").id(), people);
    }

    private static void send(long sender, String... people) {
        int count = people.length;
        TestServer.Visitor admin = server.admin();
        long group = server.part(Groups.class).findOrCreate(1, people[0]).id();
        admin.get("/imports/new");
        String look = admin.upload("/imports/look", Map.of("group", "" + group), "p.csv", ("メールアドレス,姓\n" + String.join("\n", people) + "\n").getBytes(UTF_8)).body();
        String token = look.replaceAll("(?s).*name=\"token\" value=\"([^\"]*)\".*", "$1");
        admin.post("/imports", Map.of("token", token, "file", "p.csv", "group", "" + group, "mode", "ADD"));
        until(() -> members(group) == count);
        long mail = server.part(Mails.class).save(1, "春", new MailDraft(
                MailDraft.Format.MULTIPART,
                MailCharset.ISO_2022_JP,
                "{{ 姓 }} 様へ",
                List.of(new MailDraft.Block(
                        "{{ 姓 }} 様\n10～12時 {{ unsubscribe_url }}\n", "<p>{{ 姓 }} 様 <a href=\"{{ unsubscribe_url }}\">停止</a></p>", null))));
        Campaigns campaigns = server.part(Campaigns.class);
        Campaign campaign = campaigns.create(1, new Campaign.Draft("春", null, new Target(List.of(group)), mail, sender, null, 1), null);
        campaigns.reserve(campaign.id(), campaign.version(), null);
        until(() -> Stream.of(people).allMatch(one -> mails(one.substring(0, one.indexOf(','))).findAny().isPresent()));
    }

    private static String arrived(String address) {
        return new String(mails(address).findFirst().orElseThrow().content(), US_ASCII);
    }

    private static Stream<SimulatedMail> mails(String address) {
        return server.part(SimulatedInternet.class).mails(20).stream().filter(mail -> mail.to().replace("\"", "").equals(address));
    }

    private static long members(long group) {
        return server.database().client()
                .sql("SELECT count(*) FROM membership WHERE group_id = :group")
                .param("group", group)
                .query(Long.class)
                .single();
    }

    private static void until(java.util.function.BooleanSupplier done) {
        long giveUp = System.nanoTime() + PATIENCE_NANOS;
        while (!done.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(giveUp);
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }
}
