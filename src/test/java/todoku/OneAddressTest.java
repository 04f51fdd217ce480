package todoku;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.james.mime4j.dom.TextBody;
import org.apache.james.mime4j.message.DefaultMessageBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.campaign.Campaign;
import todoku.campaign.Campaigns;
import todoku.campaign.Reach;
import todoku.campaign.Target;
import todoku.content.MailDraft;
import todoku.content.Mails;
import todoku.customer.Groups;
import todoku.event.MailingId;
import todoku.mailing.Mailings;
import todoku.segment.Rule;
import todoku.sender.Senders;
import todoku.simulation.SimulatedInternet;
import todoku.simulation.SimulatedMail;

/// Two customers share an address, and the campaign goes to each of them (C-07).
class OneAddressTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private static final long PATIENCE_NANOS = 60_000_000_000L;
    private static final Pattern LINK = Pattern.compile("https?://\\S+");

    private final JdbcClient db = server.database().client();

    @Test
    void each_customer_of_an_address_gets_their_own_mail_and_what_one_refuses_holds_for_both() throws Exception {
        db.sql("UPDATE customer_setting SET address_unique = false").update();
        long group = server.part(Groups.class).findOrCreate(1, "家族").id();
        db.sql("""
                WITH d AS (INSERT INTO domain (name) VALUES ('ie.example') RETURNING id),
                     a AS (INSERT INTO address (canonical, as_written, domain_id) SELECT 'oya@ie.example', 'oya@ie.example', id FROM d RETURNING id),
                     c AS (INSERT INTO customer (number, address_id, share_no, family_name, created_at, changed_at)
                           SELECT n::text, a.id, n, CASE n WHEN 0 THEN '山田' ELSE '鈴木' END, now(), now() FROM a, generate_series(0, 1) n RETURNING id)
                INSERT INTO membership (group_id, customer_id, state, since) SELECT :group, id, 'SUBSCRIBED', now() FROM c
                """).param("group", group).update();

        MailingId mailing = sent(group);

        var progress = server.part(Mailings.class).progress(mailing);
        assertThat(List.of(progress.delivered(), progress.failed(), progress.unknown())).containsExactly(2, 0, 0);
        List<SimulatedMail> mails = server.part(SimulatedInternet.class).mails(10);
        assertThat(mails).hasSize(2).allMatch(mail -> mail.to().equals("oya@ie.example")).allMatch(SimulatedMail::verified);
        assertThat(mails.stream().map(SimulatedMail::messageId).distinct()).hasSize(2);
        assertThat(server.part(SimulatedInternet.class).duplicates()).isZero();
        List<String> texts = mails.stream().map(mail -> text(mail)).sorted().toList();
        assertThat(texts.getFirst()).contains("山田 様");
        assertThat(texts.getLast()).contains("鈴木 様");
        assertThat(link(texts.getFirst())).isNotEqualTo(link(texts.getLast()));
        assertThat(db.sql("SELECT count(DISTINCT customer_id) FROM mailing_recipient WHERE mailing_id = :mailing AND customer_id IS NOT NULL")
                        .param("mailing", mailing.value()).query(Integer.class).single()).isEqualTo(2);

        try (HttpClient browser = HttpClient.newHttpClient()) {
            var refuse = HttpRequest.newBuilder(URI.create(link(texts.getLast())))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString("List-Unsubscribe=One-Click")).build();
            assertThat(browser.send(refuse, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        }
        until(() -> count("SELECT count(*) FROM membership WHERE state = 'UNSUBSCRIBED'") == 2);
    }

    private MailingId sent(long group) {
        long mail = server.part(Mails.class).save(1, "春", new MailDraft(MailDraft.Format.TEXT, "春",
                List.of(new MailDraft.Block("{{ 姓 }} 様\n{{ unsubscribe_url }}\n", "", null))));
        long sender = server.part(Senders.class).add("店", "news@shop.example", "bounce@shop.example").id();
        Campaigns campaigns = server.part(Campaigns.class);
        Target each = new Target(List.of(group), Rule.EVERYBODY, Reach.WILLING, false);
        Campaign campaign = campaigns.create(1, new Campaign.Draft("春", null, each, mail, sender, null, 1), null);
        campaigns.reserve(campaign.id(), campaign.version(), null);
        until(() -> count("SELECT count(mailing_id) FROM campaign WHERE id = " + campaign.id()) == 1);
        MailingId mailing = new MailingId(count("SELECT mailing_id FROM campaign WHERE id = " + campaign.id()));
        until(() -> server.part(Mailings.class).progress(mailing).remaining() == 0);
        return mailing;
    }

    private static String text(SimulatedMail mail) {
        try (var body = ((TextBody) new DefaultMessageBuilder().parseMessage(new ByteArrayInputStream(mail.content())).getBody()).getInputStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String link(String text) {
        Matcher link = LINK.matcher(text);
        assertThat(link.find()).as(text).isTrue();
        return link.group();
    }

    private long count(String sql) {
        return db.sql(sql).query(Long.class).single();
    }

    private static void until(java.util.function.BooleanSupplier done) {
        long giveUp = System.nanoTime() + PATIENCE_NANOS;
        while (!done.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(giveUp);
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }
}
