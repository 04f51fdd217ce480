package todoku.campaign;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.content.MailDraft;
import todoku.content.MailSource;
import todoku.content.Mails;
import todoku.customer.Memberships;
import todoku.customer.MergeValues;
import todoku.database.Secrets;
import todoku.database.TestDatabase;
import todoku.delivery.Engine;
import todoku.delivery.EngineSettings;
import todoku.delivery.MxCarrier;
import todoku.event.Event.Environment;
import todoku.mail.address.Parsing;
import todoku.mail.smtp.Pause;
import todoku.mail.smtp.Timeouts;
import todoku.mailing.Mailings;
import todoku.sender.Senders;
import todoku.simulation.SimulatedInternet;
import todoku.simulation.SimulatedMail;
import todoku.suppression.Suppressions;
import todoku.tracking.LinkTokens;

/// From the form to the mailbox, through the same engine as every mail.
class TestMailTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    @TempDir // one installation: the key in it opens what the first test sealed
    static Path home;

    final InstantSource clock = InstantSource.system();
    final Mails mails = new Mails(database.database(), clock);
    final MergeValues values = new MergeValues(database.client());
    final Mailings mailings = new Mailings(database.client(), clock);
    final CountDownLatch arrived = new CountDownLatch(2);

    SimulatedInternet internet;
    Senders senders;
    Engine engine;
    TestMail testMail;
    long sender;

    @BeforeEach
    void start() throws IOException {
        Secrets secrets = Secrets.at(home.resolve("key"));
        senders = new Senders(database.client(), secrets, clock);
        sender = senders.add("とどくショップ", "news@shop.example", "bounce@shop.example").id();
        internet = SimulatedInternet.start(clock, Pause.REAL, _ -> {
            arrived.countDown();
            return true;
        });
        var suppressions = new Suppressions(database.database(), clock);
        var source = new MailSource(
                database.client(), mails, values, new Memberships(database.database()), suppressions, senders,
                new LinkTokens("http://127.0.0.1", secrets.derive("links")), ZoneId.of("Asia/Tokyo"));
        engine = new Engine(
                database.database(), source, new MxCarrier(internet, "todoku.example", Timeouts.STANDARD),
                EngineSettings.standard(home, "todoku.example", secrets.derive("message-id")), clock);
        engine.start();
        testMail = new TestMail(database.database(), mails, values, mailings, Environment.SANDBOX, engine::wake, clock);
    }

    @AfterEach
    void stop() {
        engine.close();
        internet.close();
    }

    @Test
    void a_test_reads_as_the_chosen_customer_and_goes_to_those_who_check() throws Exception {
        long hanako = customer("hanako@kanri.example", "佐藤", "花子");

        TestMail.Outcome outcome = testMail.send(new TestMail.Test(1, mail("{{ 姓 }} 様へ"), sender, "kensa1@check.example，kensa2@check.example, KENSA2@check.example", hanako));

        assertThat(outcome).isInstanceOfSatisfying(TestMail.Outcome.Sent.class, sent -> assertThat(sent.addresses()).isEqualTo(2));
        assertThat(arrived.await(30, TimeUnit.SECONDS)).isTrue();
        engine.close(); // their dialogues have ended
        assertThat(internet.mails(10)).extracting(SimulatedMail::to).containsExactlyInAnyOrder("kensa1@check.example", "kensa2@check.example");
        assertThat(internet.mails(10)).allSatisfy(mail -> {
            String content = new String(mail.content(), ISO_8859_1);
            assertThat(subject(content)).isEqualTo("【テスト】佐藤 様へ");
            assertThat(content).doesNotContain("hanako@kanri.example");
            assertThat(body(content)).contains("花子 様、こんにちは");
        });
        assertThat(database.client().sql("SELECT count(*) FROM mailing_recipient WHERE customer_id IS NOT NULL").query(Long.class).single()).isZero();
    }

    @Test
    void one_bad_address_and_nothing_is_sent() {
        TestMail.Outcome outcome = testMail.send(new TestMail.Test(1, mail("件名"), sender, "kensa@check.example, 検査、", null));

        assertThat(outcome).isInstanceOfSatisfying(TestMail.Outcome.BadAddresses.class, bad ->
                assertThat(bad.problems()).containsEntry("検査", Parsing.Problem.NO_AT).hasSize(1));
        assertThat(testMail.send(new TestMail.Test(1, mail("件名"), sender, " , ", null))).isInstanceOf(TestMail.Outcome.Nobody.class);
        assertThat(testMail.send(new TestMail.Test(1, mail("{{ 靴 }"), sender, "kensa@check.example", null))).isInstanceOf(TestMail.Outcome.Broken.class);
    }

    private long mail(String subject) {
        return mails.save(1, "春", new MailDraft(
                MailDraft.Format.TEXT, subject, List.of(new MailDraft.Block("{{ 名 }} 様、こんにちは https://shop.example/", "", null))));
    }

    private static long customer(String address, String family, String given) {
        return database.client().sql("""
                WITH d AS (INSERT INTO domain (name) VALUES ('kanri.example') RETURNING id),
                     a AS (INSERT INTO address (canonical, as_written, domain_id) SELECT :address, :address, id FROM d RETURNING id)
                INSERT INTO customer (address_id, family_name, given_name, created_at, changed_at)
                SELECT id, :family, :given, now(), now() FROM a RETURNING id
                """).param("address", address).param("family", family).param("given", given).query(Long.class).single();
    }

    private static String subject(String content) {
        String line = content.replaceAll("\r\n[ \t]", " ").lines().filter(l -> l.startsWith("Subject:")).findFirst().orElseThrow();
        var text = new StringBuilder();
        var word = Pattern.compile("=\\?UTF-8\\?B\\?([^?]*)\\?=", Pattern.CASE_INSENSITIVE).matcher(line);
        while (word.find()) text.append(new String(Base64.getDecoder().decode(word.group(1)), UTF_8));
        return text.toString();
    }

    private static String body(String content) {
        String body = content.substring(content.indexOf("\r\n\r\n") + 4);
        return content.contains("base64") ? new String(Base64.getMimeDecoder().decode(body), UTF_8) : new String(body.getBytes(ISO_8859_1), UTF_8);
    }
}
