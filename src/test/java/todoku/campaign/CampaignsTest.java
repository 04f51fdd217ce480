package todoku.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.campaign.Change.Refusal;
import todoku.content.MailDraft;
import todoku.content.Mails;
import todoku.customer.MergeValues;
import todoku.database.TestDatabase;
import todoku.delivery.Batches;
import todoku.delivery.standing.Standings;
import todoku.event.Event.Environment;
import todoku.event.MailingId;
import todoku.guard.SystemLog;
import todoku.mailing.Mailings;
import todoku.segment.Condition;
import todoku.segment.Operator;
import todoku.segment.Rule;
import todoku.segment.Rules;

class CampaignsTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    static long members;
    static long shop;
    static long sender;

    final AtomicReference<Instant> time = new AtomicReference<>(Instant.parse("2026-04-01T01:00:00Z"));
    final Rules rules = new Rules(database.client(), time::get, ZoneId.of("Asia/Tokyo"));
    final Audience audience = new Audience(database.database(), rules);
    final Mails mails = new Mails(database.database(), time::get);
    final Mailings mailings = new Mailings(database.client(), time::get);
    final Campaigns campaigns = new Campaigns(
            database.database(), audience, rules, mails, new MergeValues(database.client()), mailings,
            new todoku.sender.Installations(database.client()), time::get);
    final CampaignClock clock = new CampaignClock(
            database.database(),
            new Launch(database.database(), mailings, new Batches(database.client()), audience),
            Environment.SANDBOX,
            () -> {},
            time::get);

    long mail;

    /// 100 members, ten of each kind left out; the shop shares the first twenty, whom it has as 配信中, and bans one.
    @BeforeAll
    static void people() {
        var db = database.client();
        db.sql("INSERT INTO domain (name) VALUES ('example.jp'), ('example.com')").update();
        db.sql("""
                INSERT INTO address (canonical, as_written, domain_id)
                SELECT 'c' || n || '@' || d.name, 'c' || n || '@' || d.name, d.id
                  FROM generate_series(1, 100) n JOIN domain d ON d.name = CASE n % 2 WHEN 0 THEN 'example.jp' ELSE 'example.com' END
                """).update();
        db.sql("""
                INSERT INTO customer (number, address_id, prefecture, created_at, changed_at)
                SELECT n::text, a.id, CASE WHEN n <= 50 THEN '東京都' ELSE '大阪府' END, now(), now()
                  FROM generate_series(1, 100) n JOIN address a ON a.canonical LIKE 'c' || n || '@%'
                """).update();
        members = db.sql("INSERT INTO customer_group (department_id, name) VALUES (1, 'members') RETURNING id").query(Long.class).single();
        shop = db.sql("INSERT INTO customer_group (department_id, name) VALUES (1, 'shop') RETURNING id").query(Long.class).single();
        db.sql("""
                INSERT INTO membership (group_id, customer_id, state, since)
                SELECT :group, id, CASE WHEN number::int <= 10 THEN 'UNSUBSCRIBED' WHEN number::int <= 15 THEN 'BANNED' ELSE 'SUBSCRIBED' END, now()
                  FROM customer
                """).param("group", members).update();
        db.sql("""
                INSERT INTO membership (group_id, customer_id, state, since)
                SELECT :group, id, CASE number WHEN '20' THEN 'BANNED' ELSE 'SUBSCRIBED' END, now() FROM customer WHERE number::int <= 20
                """).param("group", shop).update();
        db.sql("""
                INSERT INTO suppression (address_id, reason, since)
                SELECT address_id, r, now() FROM customer, unnest(CASE number WHEN '16' THEN ARRAY['COMPLAINT', 'PERMANENT_FAILURE']
                       WHEN '17' THEN ARRAY['REQUESTED'] WHEN '1' THEN ARRAY['REQUESTED'] ELSE '{}' END) r
                """).update();
        sender = db.sql("""
                INSERT INTO sender_profile (name, address, return_path) VALUES ('店', 'news@shop.example', 'bounce@shop.example') RETURNING id
                """).query(Long.class).single();
    }

    @BeforeEach
    void freshMail() {
        mail = mails.save(1, "春", new MailDraft(
                MailDraft.Format.TEXT, "春", List.of(new MailDraft.Block("こんにちは {{ 姓 }}", "", null))));
    }

    @Test
    void everybody_left_out_is_counted_under_one_reason() {
        Audience.Count count = audience.count(new Target(List.of(members)));

        assertThat(count.selected()).isEqualTo(100);
        assertThat(count.planned()).isEqualTo(83);
        assertThat(count.excluded()).isEqualTo(Map.of("UNSUBSCRIBED", 10, "BANNED", 5, "COMPLAINT", 1, "REQUESTED", 1));
    }

    @Test
    void a_whole_domain_that_is_banned_is_left_out_of_the_count_and_of_the_list() {
        Target target = new Target(List.of(members));
        var suppressions = new todoku.suppression.Suppressions(database.database(), () -> java.time.Instant.EPOCH);
        assertThat(suppressions.banDomain("example.jp", todoku.suppression.By.NOBODY)).isTrue();
        long domain = database.client().sql("SELECT domain_id FROM suppressed_domain").query(Long.class).single();
        try {
            assertThat(audience.count(target).excluded()).isEqualTo(Map.of("UNSUBSCRIBED", 10, "BANNED", 48, "REQUESTED", 1));
            assertThat(audience.count(target).planned()).isEqualTo(41);
            assertThat(audience.some(target, 100)).hasSize(41);
        } finally {
            assertThat(suppressions.liftDomain(domain, todoku.suppression.By.NOBODY)).isTrue();
        }
        assertThat(audience.count(target).planned()).isEqualTo(83);
    }

    @Test
    void a_member_of_two_groups_counts_once_and_a_ban_in_one_holds_for_both() {
        Audience.Count count = audience.count(new Target(List.of(members, shop)));

        assertThat(count.selected()).isEqualTo(100);
        assertThat(count.excluded()).isEqualTo(Map.of("BANNED", 6, "COMPLAINT", 1, "REQUESTED", 2));
    }

    /// 30, 31 and 16 have somebody at the same address; 31 has left, and 16 has complained.
    @Test
    void of_several_with_one_address_the_first_who_may_be_mailed_is_planned_or_everybody() {
        var db = database.client();
        long family = db.sql("INSERT INTO customer_group (department_id, name) VALUES (1, 'family') RETURNING id").query(Long.class).single();
        db.sql("""
                INSERT INTO customer (number, address_id, share_no, created_at, changed_at)
                SELECT 'F' || number || '-' || n, address_id, n, now(), now() FROM customer, generate_series(1, CASE number WHEN '30' THEN 2 ELSE 1 END) n
                 WHERE number IN ('30', '31', '16')
                """).update();
        try {
            db.sql("""
                    INSERT INTO membership (group_id, customer_id, state, since)
                    SELECT :group, id, CASE WHEN number IN ('31', 'F30-2') THEN 'UNSUBSCRIBED' ELSE 'SUBSCRIBED' END, now()
                      FROM customer WHERE number IN ('30', '31', '16', '40') OR number LIKE 'F%'
                    """).param("group", family).update();
            Target once = new Target(List.of(family));

            Audience.Count count = audience.count(once);
            assertThat(count.excluded()).isEqualTo(Map.of("UNSUBSCRIBED", 2, "COMPLAINT", 2, "DUPLICATE", 1));
            assertThat(count.selected()).isEqualTo(8);
            assertThat(count.planned()).isEqualTo(3);
            assertThat(planned(once)).containsExactly("30", "40", "F31-1");
            assertThat(audience.duplicates(once)).containsExactly(id("F30-1"));

            assertThat(audience.count(once.once(false)).planned()).isEqualTo(4);
            assertThat(audience.count(once.once(false)).excluded()).doesNotContainKey("DUPLICATE");
            assertThat(planned(once.once(false))).containsExactly("30", "40", "F30-1", "F31-1");

            Audience.Count spot = audience.count(once.reaching(Reach.MEMBERS));
            assertThat(spot.excluded()).isEqualTo(Map.of("COMPLAINT", 2, "DUPLICATE", 3));
            assertThat(spot.optedOut()).isEqualTo(Map.of("UNSUBSCRIBED", 1));
            assertThat(planned(once.reaching(Reach.MEMBERS))).containsExactly("30", "31", "40");
        } finally {
            db.sql("DELETE FROM membership WHERE group_id = :group").param("group", family).update();
            db.sql("DELETE FROM customer WHERE number LIKE 'F%'").update();
        }
    }

    /// As the launch plans it: the count and the list are of one mind.
    private List<String> planned(Target target) {
        Launch launch = new Launch(database.database(), mailings, new Batches(database.client()), audience);
        long version = mails.freeze(mail, java.util.Set.of("姓"));
        Launch.Planned planned = launch.plan(new Launch.Order(1, null, target, version, sender, Environment.SANDBOX, time.get().plusSeconds(3600)));
        assertThat(planned.planned()).isEqualTo(audience.count(target).planned());
        assertThat(planned.selected()).isEqualTo(planned.planned() + planned.excludedTotal());
        return database.client().sql("""
                SELECT c.number FROM mailing_recipient r JOIN customer c ON c.id = r.customer_id WHERE r.mailing_id = :mailing ORDER BY c.number COLLATE "C"
                """).param("mailing", planned.mailing().value()).query(String.class).list();
    }

    private static long id(String number) {
        return database.client().sql("SELECT id FROM customer WHERE number = :number").param("number", number).query(Long.class).single();
    }

    @Test
    void conditions_narrow_and_nobody_is_reached_without_a_group() {
        var osaka = new Condition("prefecture", Operator.EQUALS, "大阪府");

        assertThat(audience.count(new Target(List.of(members), osaka)).planned()).isEqualTo(50);
        assertThat(audience.count(new Target(List.of(), osaka)).selected()).isZero();
    }

    @Test
    void a_due_campaign_is_launched_once_and_follows_its_mailing_to_the_end() {
        Campaign reserved = reserved(draft(time.get().plus(Duration.ofHours(1))));
        clock.runDue();
        assertThat(now(reserved).state()).isEqualTo(CampaignState.SCHEDULED);

        time.updateAndGet(now -> now.plus(Duration.ofHours(1)));
        clock.runDue();
        clock.runDue();

        Campaign running = now(reserved);
        assertThat(running.state()).isEqualTo(CampaignState.SENDING);
        MailingId mailing = new MailingId(running.mailingId());
        assertThat(mailings.progress(mailing).planned()).isEqualTo(83);
        assertThat(database.client().sql("SELECT count(*) FROM mailing WHERE mail_version_id = :v")
                .param("v", running.mailVersionId()).query(Long.class).single()).isEqualTo(1);

        everybodyGotIt(mailing);
        clock.runDue();
        assertThat(now(reserved).state()).isEqualTo(CampaignState.SENT);
    }

    private void everybodyGotIt(MailingId mailing) {
        database.client().sql("UPDATE delivery_batch SET state = 'ENDED' WHERE mailing_id = :id").param("id", mailing.value()).update();
        assertThat(mailings.sent(mailing)).isTrue();
    }

    @Test
    void a_sent_campaign_whose_mailing_goes_on_is_sending_again_and_may_be_paused_and_stopped() {
        Campaign reserved = reserved(draft(null));
        clock.runDue();
        var mailing = new MailingId(now(reserved).mailingId());
        everybodyGotIt(mailing);
        clock.runDue();
        assertThat(campaigns.pause(reserved.id(), null)).isInstanceOf(Change.Refused.class);

        mailings.reopen(mailing);
        clock.runDue();
        assertThat(now(reserved).state()).isEqualTo(CampaignState.SENDING);
        assertThat(campaigns.pause(reserved.id(), null)).isInstanceOf(Change.Done.class);
        clock.runDue();
        assertThat(now(reserved).state()).isEqualTo(CampaignState.PAUSED);
        assertThat(campaigns.stop(reserved.id(), null)).isInstanceOf(Change.Done.class);
        assertThat(mailings.state(mailing)).isEqualTo(Mailings.State.STOPPED);
    }

    @Test
    void what_was_reserved_is_sent_even_if_the_mail_changes() {
        Campaign reserved = reserved(draft(null));
        database.client().sql("UPDATE mail SET subject = '夏' WHERE id = :id").param("id", mail).update();

        clock.runDue();

        assertThat(database.client().sql("""
                SELECT v.subject FROM mailing m JOIN mail_version v ON v.id = m.mail_version_id WHERE m.id = :id
                """).param("id", now(reserved).mailingId()).query(String.class).single()).isEqualTo("春");
    }

    @Test
    void one_left_preparing_by_a_crash_is_planned_and_one_with_a_mailing_is_not() {
        Campaign crashed = reserved(draft(time.get().plus(Duration.ofDays(9))));
        database.client().sql("UPDATE campaign SET state = 'PREPARING' WHERE id = :id").param("id", crashed.id()).update();
        clock.runDue();
        assertThat(now(crashed).state()).isEqualTo(CampaignState.SENDING);

        Long mailing = now(crashed).mailingId();
        database.client().sql("UPDATE campaign SET state = 'PREPARING' WHERE id = :id").param("id", crashed.id()).update();
        clock.runDue();
        assertThat(now(crashed).mailingId()).isEqualTo(mailing);
    }

    @Test
    void a_campaign_that_nobody_is_left_for_fails() {
        Campaign reserved = reserved(draft(null, new Condition("prefecture", Operator.EQUALS, "沖縄県")));

        clock.runDue();

        assertThat(now(reserved).state()).isEqualTo(CampaignState.FAILED);
        assertThat(now(reserved).state().hasEnded()).isTrue();
    }

    @Test
    void a_time_long_past_waits_for_a_person_who_may_release_it() {
        Campaign reserved = reserved(draft(time.get().plus(Duration.ofMinutes(1))));
        time.updateAndGet(now -> now.plus(Duration.ofHours(5)));

        clock.runDue();
        assertThat(now(reserved).state()).isEqualTo(CampaignState.HELD);
        assertThat(now(reserved).why()).isEqualTo("MISSED");

        assertThat(campaigns.release(reserved.id(), 1L)).isInstanceOf(Change.Done.class);
        clock.runDue();
        assertThat(now(reserved).state()).isEqualTo(CampaignState.SENDING);
    }

    @Test
    void one_whose_machine_died_while_it_was_planned_waits_for_a_person_hours_later() {
        Campaign due = reserved(draft(time.get().plus(Duration.ofMinutes(1))));
        database.client().sql("UPDATE campaign SET state = 'PREPARING' WHERE id = :id").param("id", due.id()).update();
        time.updateAndGet(now -> now.plus(Duration.ofHours(6)));

        clock.runDue();

        assertThat(now(due).state()).isEqualTo(CampaignState.HELD);
        assertThat(now(due).why()).isEqualTo("MISSED");
        assertThat(now(due).mailingId()).isNull();
        clock.runDue();
        assertThat(told(due)).containsExactly("HELD_MISSED");
    }

    @Test
    void a_plan_that_fails_again_and_again_is_told_once_until_it_waits_for_a_person() {
        Campaign due = reserved(draft(time.get().plus(Duration.ofMinutes(1))));
        time.updateAndGet(now -> now.plus(Duration.ofMinutes(2)));
        database.client().sql("ALTER TABLE delivery_batch RENAME TO away").update();
        try {
            for (int i = 0; i < 3; i++) {
                clock.runDue();
                time.updateAndGet(now -> now.plus(Duration.ofMinutes(1)));
            }
            assertThat(told(due)).containsExactly("PLAN_FAILED");
            assertThat(now(due).state()).isEqualTo(CampaignState.PREPARING);

            time.updateAndGet(now -> now.plus(Duration.ofHours(1)));
            clock.runDue();
            assertThat(told(due)).containsExactly("PLAN_FAILED over", "HELD_MISSED");
        } finally {
            database.client().sql("ALTER TABLE away RENAME TO delivery_batch").update();
        }
    }

    /// What the log says of it, as somebody reads it who may look into its department.
    private List<String> told(Campaign campaign) {
        return new SystemLog(database.client(), time::get).open(100).reversed().stream()
                .filter(event -> event.campaign() != null && event.campaign().id() == campaign.id())
                .map(event -> event.kind() + (event.overAt() == null ? "" : " over"))
                .toList();
    }

    @Test
    void one_that_becomes_overdue_while_others_are_planned_waits_for_a_person() {
        Campaign due = reserved(draft(time.get().plus(Duration.ofMinutes(1))));
        Instant begun = time.updateAndGet(now -> now.plus(Duration.ofMinutes(2)));
        AtomicReference<Instant> first = new AtomicReference<>(begun);
        CampaignClock slow = new CampaignClock(
                database.database(),
                new Launch(database.database(), mailings, new Batches(database.client()), audience),
                Environment.SANDBOX,
                () -> {},
                () -> first.getAndSet(begun.plus(Duration.ofHours(2))));

        slow.runDue();

        assertThat(now(due).state()).isEqualTo(CampaignState.HELD);
        assertThat(now(due).why()).isEqualTo("MISSED");
    }

    @Test
    void a_count_that_moved_by_more_than_a_tenth_waits_for_a_person() {
        Campaign reserved = reserved(draft(null));
        database.client().sql("UPDATE campaign SET reserved_count = 100 WHERE id = :id").param("id", reserved.id()).update();

        clock.runDue();

        assertThat(now(reserved).state()).isEqualTo(CampaignState.HELD);
        assertThat(now(reserved).why()).isEqualTo("COUNT");
        assertThat(told(reserved)).containsExactly("HELD_COUNT");
        assertThat(now(reserved).mailingId()).isNull();
    }

    @Test
    void a_stale_edit_changes_nothing_and_shows_what_stands() {
        Campaign read = campaigns.create(1, draft(null), 1L);
        Change first = campaigns.edit(read.id(), read.version(), Campaign.Draft.named("夏のお知らせ"), 2L);
        Change second = campaigns.edit(read.id(), read.version(), Campaign.Draft.named("秋のお知らせ"), 1L);

        assertThat(first).isInstanceOf(Change.Done.class);
        assertThat(second).isInstanceOfSatisfying(Change.Stale.class, stale -> {
            assertThat(stale.stands().draft().name()).isEqualTo("夏のお知らせ");
            assertThat(stale.stands().changedBy()).isEqualTo(2);
        });
    }

    @Test
    void a_reservation_says_what_is_missing() {
        assertThat(reserving(Campaign.Draft.named("空"))).isEqualTo(Refusal.NO_TARGET);
        assertThat(reserving(draft(time.get().minusSeconds(1)))).isEqualTo(Refusal.PAST_TIME);
        assertThat(reserving(draft(null, new Condition("prefecture", Operator.AT_LEAST, "1")))).isEqualTo(Refusal.CONDITION_BROKEN);
        mail = mails.save(1, "壊れた", new MailDraft(
                MailDraft.Format.TEXT, "{{ 靴のサイズ }}", List.of(new MailDraft.Block("{% if %}", "", null))));
        assertThat(reserving(draft(null))).isEqualTo(Refusal.MAIL_BROKEN);
    }

    @Test
    void a_draft_can_neither_be_cancelled_nor_paused_nor_stopped() {
        Campaign draft = campaigns.create(1, draft(null), null);

        assertThat(refusal(campaigns.cancel(draft.id(), 1L))).isEqualTo(Refusal.NOT_RESERVED);
        assertThat(refusal(campaigns.pause(draft.id(), 1L))).isEqualTo(Refusal.HAS_NOT_STARTED);
        assertThat(refusal(campaigns.resume(draft.id(), 1L))).isEqualTo(Refusal.NOT_PAUSED);
        assertThat(refusal(campaigns.stop(draft.id(), 1L))).isEqualTo(Refusal.HAS_NOT_STARTED);
        assertThat(refusal(campaigns.release(draft.id(), 1L))).isEqualTo(Refusal.NOT_HELD);
        assertThat(refusal(campaigns.reopen(draft.id(), 1L))).isEqualTo(Refusal.NOT_RESERVED);
    }

    @Test
    void before_the_start_it_is_cancelled_or_opened_again() {
        Campaign first = reserved(draft(time.get().plus(Duration.ofDays(1))));
        assertThat(campaigns.cancel(first.id(), 1L)).isInstanceOf(Change.Done.class);
        assertThat(refusal(campaigns.cancel(first.id(), 1L))).isEqualTo(Refusal.HAS_ENDED);

        Campaign second = reserved(draft(time.get().plus(Duration.ofDays(1))));
        assertThat(refusal(campaigns.edit(second.id(), second.version(), draft(null), 1L))).isEqualTo(Refusal.NOT_A_DRAFT);
        assertThat(campaigns.reopen(second.id(), 1L)).isInstanceOf(Change.Done.class);
        assertThat(campaigns.edit(second.id(), now(second).version(), draft(null), 1L)).isInstanceOf(Change.Done.class);
    }

    @Test
    void of_a_stopped_one_the_doubtful_are_unknown_and_its_lanes_count_whoever_has_no_result() {
        Campaign running = reserved(draft(null));
        clock.runDue();
        var mailing = new MailingId(now(running).mailingId());
        var db = database.client();
        long lane = db.sql("INSERT INTO destination (name) VALUES ('stopped.example') RETURNING id").query(Long.class).single();
        db.sql("UPDATE delivery_batch SET destination_id = :lane, open_upto = last_no, state = 'ENDED' WHERE mailing_id = :mailing")
                .param("lane", lane).param("mailing", mailing.value()).update();
        db.sql("""
                INSERT INTO waiting_message (mailing_id, no, destination_id, priority, due_at, expires_at, dated_at, attempts, doubtful)
                SELECT :mailing, n, :lane, 50, now(), now(), now(), 1, n = 1 FROM generate_series(1, 83) n
                """).param("lane", lane).param("mailing", mailing.value()).update();

        campaigns.stop(running.id(), 1L);

        assertThat(mailings.progress(mailing).unknown()).isEqualTo(1);
        assertThat(mailings.progress(mailing).remaining()).isEqualTo(82);
        db.sql("DELETE FROM waiting_message WHERE mailing_id = :mailing").param("mailing", mailing.value()).update();
        assertThat(new Lanes(database.database(), new Standings(database.client(), () -> null, java.time.InstantSource.system())).of(mailing.value())).extracting(Lane::remaining).containsExactly(82);
    }

    @Test
    void a_running_one_pauses_resumes_and_stops_for_ever() {
        Campaign running = reserved(draft(null));
        clock.runDue();
        MailingId mailing = new MailingId(now(running).mailingId());
        assertThat(refusal(campaigns.cancel(running.id(), 1L))).isEqualTo(Refusal.HAS_STARTED);

        assertThat(campaigns.pause(running.id(), 1L)).isInstanceOf(Change.Done.class);
        assertThat(mailings.state(mailing)).isEqualTo(Mailings.State.PAUSED);
        clock.runDue();
        assertThat(now(running).why()).isEqualTo("USER");

        assertThat(campaigns.resume(running.id(), 1L)).isInstanceOf(Change.Done.class);
        assertThat(mailings.state(mailing)).isEqualTo(Mailings.State.SENDING);

        assertThat(campaigns.stop(running.id(), 1L)).isInstanceOf(Change.Done.class);
        assertThat(mailings.state(mailing)).isEqualTo(Mailings.State.STOPPED);
        for (LongFunction<Change> act : List.<LongFunction<Change>>of(
                id -> campaigns.stop(id, 1L), id -> campaigns.cancel(id, 1L), id -> campaigns.pause(id, 1L)))
            assertThat(refusal(act.apply(running.id()))).isEqualTo(Refusal.HAS_ENDED);
        assertThat(campaigns.copy(now(running), "もう一度", 1L).state()).isEqualTo(CampaignState.DRAFT);
    }

    @Test
    void in_the_real_world_the_first_campaign_is_small_and_every_mail_can_be_left() {
        database.client().sql("UPDATE installation SET environment = 'LIVE'").update();
        try {
            mail = mails.save(1, "停止なし", new MailDraft(MailDraft.Format.TEXT, "春", List.of(new MailDraft.Block("春です\n", "", null))));
            Campaign leaves = campaigns.create(1, new Campaign.Draft("春", null, new Target(List.of(members)), mail, sender, null, 24), null);
            assertThat(campaigns.reserve(leaves.id(), leaves.version(), null)).isInstanceOfSatisfying(
                    Change.Refused.class, refused -> assertThat(refused.why()).isEqualTo(Refusal.NO_UNSUBSCRIBE));
            mail = mails.save(1, "停止あり", new MailDraft(MailDraft.Format.TEXT, "春", List.of(new MailDraft.Block("{{ unsubscribe_url }}\n", "", null))));
            Campaign small = campaigns.create(1, new Campaign.Draft("小さく", null, new Target(List.of(members)), mail, sender, null, 24), null);
            assertThat(campaigns.reserve(small.id(), small.version(), null)).isInstanceOf(Change.Done.class);
        } finally {
            database.client().sql("UPDATE installation SET environment = 'SANDBOX'").update();
        }
    }

    @Test
    void in_the_real_world_a_large_first_campaign_needs_somebody_who_insists() {
        var db = database.client();
        long crowd = db.sql("INSERT INTO customer_group (department_id, name) VALUES (1, 'crowd') RETURNING id").query(Long.class).single();
        db.sql("""
                WITH a AS (INSERT INTO address (canonical, as_written, domain_id)
                           SELECT 'm' || n || '@example.jp', 'm' || n || '@example.jp', (SELECT id FROM domain WHERE name = 'example.jp')
                             FROM generate_series(0, :most) n RETURNING id),
                     c AS (INSERT INTO customer (address_id, created_at, changed_at) SELECT id, now(), now() FROM a RETURNING id)
                INSERT INTO membership (group_id, customer_id, state, since) SELECT :crowd, id, 'SUBSCRIBED', now() FROM c
                """).param("crowd", crowd).param("most", Campaigns.FIRST_LIVE_MAILS).update();
        db.sql("UPDATE installation SET environment = 'LIVE'").update();
        try {
            mail = mails.save(1, "停止あり", new MailDraft(MailDraft.Format.TEXT, "春", List.of(new MailDraft.Block("{{ unsubscribe_url }}\n", "", null))));
            Campaign large = campaigns.create(1, new Campaign.Draft("全員", null, new Target(List.of(crowd)), mail, sender, null, 24), null);
            assertThat(refusal(campaigns.reserve(large.id(), large.version(), 1L))).isEqualTo(Refusal.FIRST_TOO_LARGE);
            assertThat(campaigns.reserve(large.id(), large.version(), 1L, true)).isInstanceOf(Change.Done.class);
        } finally {
            db.sql("UPDATE installation SET environment = 'SANDBOX'").update();
        }
    }

    @Test
    void after_a_restore_nothing_is_sent_before_a_person_has_looked() {
        Campaign running = reserved(draft(null));
        clock.runDue();
        Campaign waiting = reserved(draft(time.get().plus(Duration.ofMinutes(5))));
        database.client().sql("""
                INSERT INTO epoch (epoch, system_identifier, timeline, since)
                SELECT max(epoch) + 1, 'another', '1', now() FROM campaign_epoch
                """).update();
        mailings.restored();

        time.updateAndGet(now -> now.plus(Duration.ofMinutes(5)));
        clock.runDue();

        assertThat(now(running)).extracting(Campaign::state, Campaign::why).containsExactly(CampaignState.PAUSED, "RESTORED");
        assertThat(now(waiting)).extracting(Campaign::state, Campaign::why).containsExactly(CampaignState.HELD, "RESTORE");
        assertThat(told(running)).containsExactly("HELD_RESTORED");
        assertThat(refusal(campaigns.stop(running.id(), 1L))).isEqualTo(Refusal.IS_RESTORED);
        assertThat(campaigns.resume(running.id(), 1L)).isInstanceOf(Change.Done.class);
        assertThat(campaigns.release(waiting.id(), 1L)).isInstanceOf(Change.Done.class);
        clock.runDue();
        assertThat(now(running).state()).isEqualTo(CampaignState.SENDING);
        assertThat(now(waiting).state()).isEqualTo(CampaignState.SENDING);
    }

    private Campaign.Draft draft(Instant at, Condition... narrowed) {
        return new Campaign.Draft("春の新作", null, new Target(List.of(members), new Rule.All(List.of(narrowed))), mail, sender, at, 72);
    }

    private Campaign reserved(Campaign.Draft draft) {
        Campaign campaign = campaigns.create(1, draft, 1L);
        Change change = campaigns.reserve(campaign.id(), campaign.version(), 1L);
        assertThat(change).isInstanceOf(Change.Done.class);
        return ((Change.Done) change).campaign();
    }

    private Refusal reserving(Campaign.Draft draft) {
        Campaign campaign = campaigns.create(1, draft, 1L);
        return refusal(campaigns.reserve(campaign.id(), campaign.version(), 1L));
    }

    private static Refusal refusal(Change change) {
        assertThat(change).isInstanceOf(Change.Refused.class);
        return ((Change.Refused) change).why();
    }

    private Campaign now(Campaign campaign) {
        return campaigns.find(campaign.id()).orElseThrow();
    }
}
