package todoku.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Secrets;
import todoku.database.TestDatabase;
import todoku.event.Event.Environment;
import todoku.event.MailingId;
import todoku.mail.policy.ScriptedDns;
import todoku.mailing.Mailings;
import todoku.mailing.Mailings.Kind;
import todoku.mailing.Mailings.NewMailing;
import todoku.sender.DomainReports;
import todoku.sender.Installations;
import todoku.sender.LiveReadiness;
import todoku.sender.PublishedKeys;
import todoku.sender.Senders;
import todoku.sender.doctor.TlsProbe.Answer;

class GoLiveTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    static final Instant NOW = Instant.parse("2026-11-20T01:00:00Z");

    final JdbcClient db = database.client();
    final Map<String, List<String>> dns = new HashMap<>();
    final ScriptedDns world = new ScriptedDns();
    final Installations installations = new Installations(db);
    final Mailings mailings = new Mailings(db, () -> NOW);
    Senders senders;
    GoLive goLive;

    @BeforeEach
    void one_sender_at_a_real_domain(@TempDir Path home) {
        db.sql("DELETE FROM campaign").update();
        db.sql("DELETE FROM sender_profile").update();
        installations.switchTo(Environment.SANDBOX);
        senders = new Senders(db, Secrets.at(home.resolve("key")), () -> NOW);
        db.sql("DELETE FROM signing_domain").update();
        senders.add("とどく商店", "news@todoku-shop.jp", "bounce@todoku-shop.jp");
        LiveReadiness readiness = new LiveReadiness(
                db,
                installations,
                senders.domains(),
                new PublishedKeys(name -> dns.getOrDefault(name, List.of())),
                new DomainReports(
                        database.database(), senders, installations, world, (host, port) -> new Answer(false, null, null), domain -> "", pool -> List.of(), Runnable::run, () -> NOW));
        goLive = new GoLive(database.database(), installations, readiness, () -> NOW);
        db.sql("UPDATE installation SET company = '', postal_address = '', contact = '', link_base_url = '', helo_name = ''").update();
    }

    @Test
    void a_new_installation_is_not_ready_and_stays_in_the_sandbox() {
        assertThat(unmet()).containsExactly("display", "base-url", "helo", "dkim");
        assertThatThrownBy(() -> goLive.switchTo(Environment.LIVE)).isInstanceOf(IllegalStateException.class);
        assertThat(installations.get().environment()).isEqualTo(Environment.SANDBOX);
    }

    @Test
    void with_everything_filled_in_and_the_key_published_it_goes_live() {
        fillIn();
        publish("v=DKIM1; k=rsa; p=" + key().substring(0, 100) + " " + key().substring(100));
        goLive.switchTo(Environment.LIVE);
        assertThat(installations.get().live()).isTrue();
    }

    @Test
    void somebody_elses_key_in_dns_is_not_enough() {
        fillIn();
        publish("v=DKIM1; k=rsa; p=" + key().substring(1));
        assertThat(unmet()).containsExactly("dkim");
    }

    @Test
    void a_sender_at_an_example_domain_is_never_ready() {
        fillIn();
        publish("v=DKIM1; p=" + key());
        senders.add("見本", "news@shop.example", "bounce@example.jp");
        assertThat(unmet()).containsExactly("dkim", "return-path");
    }

    @Test
    void every_sender_is_looked_at_however_many_there_are() {
        fillIn();
        publish("v=DKIM1; p=" + key());
        for (int i = 2; i <= 20; i++) senders.add("店" + i, "news" + i + "@todoku-shop.jp", "bounce@todoku-shop.jp");
        senders.add("最後", "last@gmail.com", "bounce@todoku-shop.jp");
        assertThat(unmet()).contains("foreign");
    }

    @Test
    void a_sender_at_a_free_mail_domain_is_never_ready() {
        fillIn();
        publish("v=DKIM1; p=" + key());
        senders.add("無料", "todoku.shop@gmail.com", "bounce@todoku-shop.jp");
        assertThat(unmet()).contains("foreign");
    }

    @Test
    void a_domain_never_looked_at_is_a_doubt_and_no_hindrance() {
        fillIn();
        publish("v=DKIM1; p=" + key());
        assertThat(goLive.doubts()).singleElement().satisfies(doubt -> assertThat(doubt.report().at()).isNull());
        goLive.switchTo(Environment.LIVE);
        assertThat(installations.get().live()).isTrue();
    }

    @Test
    void switching_makes_reserved_campaigns_wait_for_a_person() {
        fillIn();
        publish("v=DKIM1; p=" + key());
        long reserved = campaign("SCHEDULED");
        long draft = campaign("DRAFT");
        goLive.switchTo(Environment.LIVE);
        assertThat(state(reserved)).isEqualTo("HELD");
        assertThat(state(draft)).isEqualTo("DRAFT");
    }

    @Test
    void what_the_other_environment_was_sending_is_stopped_for_ever() {
        MailingId sandbox = sending(Environment.SANDBOX);
        MailingId live = sending(Environment.LIVE);
        assertThat(mailings.stopAllBut(Environment.LIVE)).isPositive();
        assertThat(mailings.state(sandbox)).isEqualTo(Mailings.State.STOPPED);
        assertThat(mailings.state(live)).isEqualTo(Mailings.State.SENDING);
        mailings.stop(live);
    }

    private void fillIn() {
        db.sql(
                        """
                        UPDATE installation SET company = 'とどく商店', postal_address = '東京都千代田区1-1', contact = '03-0000-0000',
                               link_base_url = 'https://click.todoku-shop.jp', helo_name = 'mail.todoku-shop.jp'
                        """)
                .update();
    }

    private void publish(String record) {
        dns.put("todoku1._domainkey.todoku-shop.jp", List.of("v=spf1 -all", record));
    }

    private String key() {
        return Base64.getEncoder().encodeToString(senders.publicKey("todoku1", "todoku-shop.jp").orElseThrow().getEncoded());
    }

    private List<String> unmet() {
        List<String> names = new ArrayList<>();
        for (LiveReadiness.Check check : goLive.checks()) if (!check.met()) names.add(check.name());
        return names;
    }

    private long campaign(String state) {
        return db.sql(
                        """
                        INSERT INTO campaign (department_id, name, state, changed_at, scheduled_at)
                        VALUES (1, '秋', :state, now(), now() + interval '1 day') RETURNING id
                        """)
                .param("state", state)
                .query(Long.class)
                .single();
    }

    private String state(long campaign) {
        return db.sql("SELECT state FROM campaign WHERE id = :id").param("id", campaign).query(String.class).single();
    }

    private MailingId sending(Environment environment) {
        MailingId mailing = mailings.create(new NewMailing(
                Kind.GROUP, environment, 1, null, 50, null, null, NOW.plus(Duration.ofHours(1))));
        mailings.start(mailing);
        return mailing;
    }
}
