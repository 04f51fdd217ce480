package todoku.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.campaign.Change.Refusal;
import todoku.content.MailDraft;
import todoku.content.Mails;
import todoku.customer.MergeValues;
import todoku.database.TestDatabase;
import todoku.delivery.Batches;
import todoku.event.Event.Environment;
import todoku.mailing.Mailings;
import todoku.segment.Rule;
import todoku.segment.Rules;
import todoku.sender.Installations;
import todoku.suppression.By;
import todoku.suppression.Suppressions;

/// スポット配信: whom it reaches, and what somebody has to answer for.
class SpotTest {
    private static final Spot RECALL = new Spot("回収のお知らせ", true);

    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    static long members;
    static long shop;
    static long sender;

    final InstantSource now = () -> Instant.parse("2026-04-01T01:00:00Z");
    final Rules rules = new Rules(database.client(), now, ZoneId.of("Asia/Tokyo"));
    final Audience audience = new Audience(database.database(), rules);
    final Mails mails = new Mails(database.database(), now);
    final Mailings mailings = new Mailings(database.client(), now);
    final Campaigns campaigns = new Campaigns(
            database.database(), audience, rules, mails, new MergeValues(database.client()), mailings, new Installations(database.client()), now);
    final CampaignClock clock = new CampaignClock(
            database.database(),
            new Launch(database.database(), mailings, new Batches(database.client()), audience),
            Environment.SANDBOX,
            () -> {},
            now);

    /// Twenty members: 1 to 4 have left, 5 and 6 are banned in the group, 10 to 13 are suppressed, as is 1, who has left.
    /// The shop has 1 as 配信中 and bans 7.
    @BeforeAll
    static void people() {
        var db = database.client();
        db.sql("INSERT INTO domain (name) VALUES ('example.jp'), ('example.com')").update();
        db.sql("""
                INSERT INTO address (canonical, as_written, domain_id)
                SELECT 'c' || n || '@' || d.name, 'c' || n || '@' || d.name, d.id
                  FROM generate_series(1, 20) n JOIN domain d ON d.name = CASE n WHEN 20 THEN 'example.com' ELSE 'example.jp' END
                """).update();
        db.sql("""
                INSERT INTO customer (number, address_id, created_at, changed_at)
                SELECT n::text, a.id, now(), now() FROM generate_series(1, 20) n JOIN address a ON a.canonical LIKE 'c' || n || '@%'
                """).update();
        members = group("members");
        shop = group("shop");
        db.sql("""
                INSERT INTO membership (group_id, customer_id, state, since)
                SELECT :group, id, CASE WHEN number::int <= 4 THEN 'UNSUBSCRIBED' WHEN number::int <= 6 THEN 'BANNED' ELSE 'SUBSCRIBED' END, now()
                  FROM customer
                """).param("group", members).update();
        db.sql("""
                INSERT INTO membership (group_id, customer_id, state, since)
                SELECT :group, id, CASE number WHEN '7' THEN 'BANNED' ELSE 'SUBSCRIBED' END, now() FROM customer WHERE number IN ('1', '7')
                """).param("group", shop).update();
        db.sql("""
                INSERT INTO suppression (address_id, reason, since)
                SELECT address_id, r, now() FROM customer, unnest(CASE number WHEN '1' THEN ARRAY['REQUESTED'] WHEN '10' THEN ARRAY['REQUESTED']
                       WHEN '11' THEN ARRAY['BANNED', 'REQUESTED'] WHEN '12' THEN ARRAY['PERMANENT_FAILURE', 'REQUESTED']
                       WHEN '13' THEN ARRAY['COMPLAINT'] ELSE '{}' END) r
                """).update();
        sender = db.sql("""
                INSERT INTO sender_profile (name, address, return_path) VALUES ('店', 'news@shop.example', 'bounce@shop.example') RETURNING id
                """).query(Long.class).single();
    }

    private static long group(String name) {
        return database.client().sql("INSERT INTO customer_group (department_id, name) VALUES (1, :name) RETURNING id")
                .param("name", name).query(Long.class).single();
    }

    @Test
    void it_reaches_members_who_left_or_were_banned_there_but_nobody_who_refuses_all_mail() {
        Audience.Count count = audience.count(target(Reach.MEMBERS, members));

        assertThat(count.selected()).isEqualTo(20);
        assertThat(count.planned()).isEqualTo(15);
        assertThat(count.excluded()).isEqualTo(Map.of("REQUESTED", 2, "BANNED", 1, "PERMANENT_FAILURE", 1, "COMPLAINT", 1));
        assertThat(count.optedOut()).isEqualTo(Map.of("UNSUBSCRIBED", 3, "BANNED", 2));
        assertThat(audience.some(target(Reach.MEMBERS, members), 100)).hasSize(15);
    }

    @Test
    void the_override_reaches_them_too_and_still_no_dead_address_and_nobody_who_complained() {
        Audience.Count count = audience.count(target(Reach.OPTED_OUT, members));

        assertThat(count.excluded()).isEqualTo(Map.of("PERMANENT_FAILURE", 1, "COMPLAINT", 1));
        assertThat(count.planned()).isEqualTo(18);
        assertThat(count.optedOut()).isEqualTo(Map.of("UNSUBSCRIBED", 4, "BANNED", 3, "REQUESTED", 1));
        assertThat(count.optedOutTotal()).isEqualTo(8);
        assertThat(audience.some(target(Reach.OPTED_OUT, members), 100)).hasSize(18);
    }

    @Test
    void somebody_in_two_groups_counts_once_and_as_they_stand_in_both() {
        Audience.Count count = audience.count(target(Reach.OPTED_OUT, members, shop));

        assertThat(count.planned()).isEqualTo(18);
        assertThat(count.optedOut()).isEqualTo(Map.of("UNSUBSCRIBED", 3, "BANNED", 4, "REQUESTED", 2));
    }

    @Test
    void a_banned_domain_stays_out_of_reach() {
        var suppressions = new Suppressions(database.database(), now);
        assertThat(suppressions.banDomain("example.com", By.NOBODY)).isTrue();
        long domain = database.client().sql("SELECT domain_id FROM suppressed_domain").query(Long.class).single();
        try {
            Audience.Count count = audience.count(target(Reach.OPTED_OUT, members));
            assertThat(count.planned()).isEqualTo(17);
            assertThat(count.excluded()).isEqualTo(Map.of("BANNED", 1, "PERMANENT_FAILURE", 1, "COMPLAINT", 1));
            assertThat(audience.some(target(Reach.OPTED_OUT, members), 100)).hasSize(17);
        } finally {
            suppressions.liftDomain(domain, By.NOBODY);
        }
    }

    @Test
    void it_needs_a_reason_and_a_declaration_and_no_way_to_leave() {
        assertThat(reserving(draft(Reach.MEMBERS, new Spot("", true), "回収します"))).isEqualTo(Refusal.NO_REASON);
        assertThat(reserving(draft(Reach.MEMBERS, new Spot("回収", false), "回収します"))).isEqualTo(Refusal.NOT_DECLARED);
        assertThat(reserving(draft(Reach.MEMBERS, RECALL, "停止 {{ unsubscribe_url }}"))).isEqualTo(Refusal.SPOT_UNSUBSCRIBE);
        assertThat(reserving(draft(Reach.MEMBERS, RECALL, "回収します"))).isNull();
        assertThatIllegalArgumentException().isThrownBy(() -> draft(Reach.WILLING, RECALL, "回収"));
        assertThatIllegalArgumentException().isThrownBy(() -> new Spot("あ".repeat(501), true));
    }

    @Test
    void in_the_real_world_it_goes_out_without_a_way_to_leave() {
        database.client().sql("UPDATE installation SET environment = 'LIVE'").update();
        try {
            assertThat(reserving(draft(Reach.MEMBERS, RECALL, "回収します"))).isNull();
        } finally {
            database.client().sql("UPDATE installation SET environment = 'SANDBOX'").update();
        }
    }

    @Test
    void it_is_planned_ahead_of_campaigns_and_remembers_how_many_had_opted_out() {
        Campaign campaign = campaigns.create(1, draft(Reach.OPTED_OUT, RECALL, "回収します"), 1L);
        campaigns.reserve(campaign.id(), campaign.version(), 1L);
        assertThat(campaigns.find(campaign.id()).orElseThrow().optedOutCount()).isEqualTo(8);

        clock.runDue();

        Campaign sent = campaigns.find(campaign.id()).orElseThrow();
        assertThat(sent.state()).isEqualTo(CampaignState.SENDING);
        assertThat(sent.optedOutCount()).isEqualTo(8);
        assertThat(database.client().sql("SELECT kind || ' ' || even_opted_out || ' ' || planned || ' ' || (priority < 50) FROM mailing WHERE id = :id")
                .param("id", sent.mailingId()).query(String.class).single()).isEqualTo("SPOT true 18 true");
    }

    @Test
    void a_copy_asks_for_everything_anew() {
        Campaign first = campaigns.create(1, draft(Reach.OPTED_OUT, RECALL, "回収します"), 1L);

        Campaign copy = campaigns.copy(first, "もう一度", 1L);

        assertThat(copy.draft().spot()).isEqualTo(Spot.UNSAID);
        assertThat(copy.draft().target().reach()).isEqualTo(Reach.MEMBERS);
    }

    private static Target target(Reach reach, Long... groups) {
        return new Target(List.of(groups), Rule.EVERYBODY, reach);
    }

    private Campaign.Draft draft(Reach reach, Spot spot, String text) {
        long mail = mails.save(1, "回収", new MailDraft(MailDraft.Format.TEXT, "回収", List.of(new MailDraft.Block(text, "", null))));
        return new Campaign.Draft("回収", null, target(reach, members), mail, sender, null, 24, spot);
    }

    private @Nullable Refusal reserving(Campaign.Draft draft) {
        Campaign campaign = campaigns.create(1, draft, 1L);
        return campaigns.reserve(campaign.id(), campaign.version(), 1L) instanceof Change.Refused refused ? refused.why() : null;
    }
}
