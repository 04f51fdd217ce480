package todoku.report;

import static java.time.ZoneOffset.UTC;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.Memberships;
import todoku.database.TestDatabase;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mailing.Mailings;
import todoku.mailing.Partitions;
import todoku.mailing.Results;
import todoku.segment.Problem;
import todoku.segment.Rule;
import todoku.segment.Rule.Behaviour;
import todoku.segment.Rules;
import todoku.tracking.Responses;

class DetailRetentionTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static final Instant START = Instant.parse("2026-04-01T01:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);
    private static final List<String> DETAILS =
            List.of("mailing_recipient", "recipient_result", "first_open", "first_click", "transcript");

    private final JdbcClient db = database.client();
    private Instant now = START;
    private final InstantSource clock = () -> now;
    private final Mailings mailings = new Mailings(db, clock);
    private final Reports reports = new Reports(database.database(), mailings);
    private final Retention retention = new Retention(db);
    private final DetailRetention details = new DetailRetention(database.database(), reports, retention, clock);
    private long version;
    private long group;

    @BeforeEach
    void aMailAndAGroup() {
        long mail = db.sql("""
                INSERT INTO mail (department_id, name, format, subject, changed_at) VALUES (1, 'm', 'MULTIPART', '春の新作', now()) RETURNING id
                """).query(Long.class).single();
        version = db.sql("""
                INSERT INTO mail_version (mail_id, format, subject, blocks, hash, frozen_at) VALUES (:mail, 'MULTIPART', '春の新作', '[]', '\\x00', now()) RETURNING id
                """).param("mail", mail).query(Long.class).single();
        db.sql("INSERT INTO tracked_link (mail_version_id, link_no, target) VALUES (:version, 1, 'https://shop.example/')")
                .param("version", version).update();
        group = db.sql("INSERT INTO customer_group (department_id, name) VALUES (1, :name) RETURNING id")
                .param("name", "g" + version).query(Long.class).single();
    }

    @AfterEach
    void nobodyElseSeesThem() {
        keep(null, null);
        db.sql("UPDATE mailing SET kind = 'NOTICE', planned = 0").update();
        db.sql("UPDATE mailing_figures SET emptied_at = now()").update();
    }

    @Test
    void unless_somebody_decides_otherwise_nothing_ever_goes() {
        long mailing = sent(3);
        now = now.plus(Duration.ofDays(3_000));
        assertThat(details.look()).isZero();
        assertThat(rows("mailing_recipient", mailing)).isEqualTo(3);
    }

    @Test
    void the_newest_keep_their_details_and_the_report_of_the_others_says_what_it_said() {
        long campaign = campaign(sent(3));
        Report before = report(campaign);
        Report.Lists lists = reports.lists(before);
        List<Report.Destination> destinations = reports.destinations(before);
        List<Long> newer = new ArrayList<>();
        for (int i = 0; i < 2; i++) newer.add(sent(1));
        long events = db.sql("SELECT count(*) FROM event").query(Long.class).single();
        keep(2, null);
        now = now.plus(DAY.multipliedBy(10));

        assertThat(details.look()).isEqualTo(1);

        for (String table : DETAILS) assertThat(rows(table, before.mailing())).as(table).isZero();
        for (long kept : newer) assertThat(rows("mailing_recipient", kept)).isEqualTo(1);
        Report after = report(campaign);
        assertThat(after.hasDetails()).isFalse();
        assertThat(after.progress()).isEqualTo(before.progress());
        assertThat(List.of(after.openers(), after.clickers(), after.clicks())).isEqualTo(List.of(2, 1, 1));
        assertThat(reports.lists(after).links()).isEqualTo(lists.links()).isNotEmpty();
        assertThat(reports.lists(after).causes()).isEqualTo(lists.causes()).isNotEmpty();
        assertThat(reports.lists(after).moments()).isEqualTo(lists.moments()).isNotEmpty();
        assertThat(reports.destinations(after)).isEqualTo(destinations).isNotEmpty();
        assertThat(db.sql("SELECT count(*) FROM event").query(Long.class).single()).isEqualTo(events);
        assertThat(details.look()).isZero();
    }

    @Test
    void a_department_that_sends_much_leaves_the_details_of_the_others_alone() {
        long other = db.sql("INSERT INTO department (name) VALUES ('別の部署') RETURNING id").query(Long.class).single();
        long theirs = sent(1);
        db.sql("UPDATE mailing SET department_id = :other WHERE id = :id").param("other", other).param("id", theirs).update();
        long sandbox = sent(1);
        db.sql("UPDATE mailing SET environment = 'SANDBOX' WHERE id = :id").param("id", sandbox).update();
        long old = sent(1);
        long newest = sent(1);
        keep(1, null);
        now = now.plus(DAY.multipliedBy(10));
        details.look();
        assertThat(List.of(theirs, sandbox, old, newest)).map(id -> rows("recipient_result", id)).containsExactly(1, 1, 0, 1);
    }

    @Test
    void by_days_they_go_when_so_many_have_passed_since_the_end() {
        long mailing = sent(2);
        keep(null, 30);
        now = START.plus(DAY.multipliedBy(30));
        assertThat(details.look()).isZero();
        now = now.plus(DAY);
        assertThat(details.count(retention.setting())).isEqualTo(1);
        assertThat(details.look()).isEqualTo(1);
        assertThat(rows("recipient_result", mailing)).isZero();
    }

    @Test
    void whatever_has_not_ended_or_may_still_bounce_or_go_on_keeps_its_details() {
        long sending = sent(1);
        db.sql("UPDATE mailing SET state = 'SENDING', ended_at = NULL WHERE id = :id").param("id", sending).update();
        long held = sent(1);
        db.sql("UPDATE mailing SET held = true WHERE id = :id").param("id", held).update();
        long waiting = sent(1);
        db.sql("""
                INSERT INTO waiting_message (mailing_id, no, destination_id, priority, due_at, expires_at, dated_at, attempts)
                VALUES (:id, 1, 0, 50, now(), now(), now(), 1)
                """).param("id", waiting).update();
        long fresh = sent(1);
        sent(1);
        keep(1, null);
        now = now.plus(DAY.multipliedBy(10));
        db.sql("UPDATE mailing SET ended_at = :at WHERE id = :id").param("at", now.minus(DAY.multipliedBy(6)).atOffset(UTC)).param("id", fresh).update();
        assertThat(details.look()).isZero();
        for (long mailing : List.of(sending, held, waiting, fresh)) assertThat(rows("mailing_recipient", mailing)).isEqualTo(1);
        db.sql("DELETE FROM waiting_message WHERE mailing_id = :id").param("id", waiting).update();
        now = now.plus(DAY.multipliedBy(2));
        assertThat(details.look()).isEqualTo(2);
    }

    @Test
    void what_was_cut_off_goes_on_and_ends_the_same() {
        long mailing = sent(2_500);
        sent(1);
        keep(1, null);
        now = now.plus(DAY.multipliedBy(10));
        details.look();
        List<String> customers = customers(mailing);
        db.sql("UPDATE mailing_figures SET emptied_at = NULL WHERE mailing_id = :id").param("id", mailing).update();
        add(mailing, 2_400, 2_500);
        keep(null, null);

        assertThat(details.look()).isEqualTo(1);

        assertThat(rows("mailing_recipient", mailing)).isZero();
        assertThat(customers(mailing)).isEqualTo(customers).hasSize(3);
    }

    @Test
    void the_partitions_of_a_large_mailing_are_emptied_at_once_unless_somebody_reads_them() {
        MailingId large = new Partitions(database.database()).reserve(Partitions.LARGE_RECIPIENTS);
        long mailing = sent(large.value(), 30);
        sent(1);
        keep(1, null);
        now = now.plus(DAY.multipliedBy(10));
        database.database().inTransaction(() -> {
            assertThat(rows("first_open", mailing)).isEqualTo(2);
            assertThat(inOtherThread(details::look)).isZero();
        });
        assertThat(rows("first_open", mailing)).isEqualTo(2);
        assertThat(details.look()).isEqualTo(1);
        for (String table : DETAILS) assertThat(rows(table, mailing)).as(table).isZero();
        assertThat(db.sql("SELECT pg_relation_size(CAST(:name AS regclass))").param("name", "recipient_result_" + mailing)
                .query(Long.class).single()).isZero();
    }

    @Test
    void the_unsubscribe_link_of_an_old_mail_still_finds_its_reader() {
        long mailing = sent(1_200);
        db.sql("INSERT INTO mailing_group (mailing_id, group_id) VALUES (:id, :group)").param("id", mailing).param("group", group).update();
        sent(1);
        keep(1, null);
        now = now.plus(DAY.multipliedBy(400));
        details.look();
        var memberships = new Memberships(database.database());
        memberships.leave(mailing, 1_100, now);
        memberships.leave(mailing, 1_300, now);
        memberships.leave(mailing, 0, now);
        assertThat(db.sql("""
                SELECT a.canonical FROM membership m JOIN customer c ON c.id = m.customer_id JOIN address a ON a.id = c.address_id
                 WHERE m.group_id = :group AND m.state = 'UNSUBSCRIBED'
                """).param("group", group).query(String.class).list()).containsExactly("r1100." + mailing + "@example.jp");
    }

    @Test
    void late_opens_clicks_and_bounces_change_nothing_any_more() {
        long campaign = campaign(sent(3));
        Report before = report(campaign);
        sent(1);
        keep(1, null);
        now = now.plus(DAY.multipliedBy(10));
        details.look();
        try (var responses = new Responses(database.database())) {
            responses.opened(before.mailing(), 3, now, null);
            responses.clicked(before.mailing(), 3, 1, now, null);
            responses.flush();
        }
        var results = new Results(db);
        Results.Bounce bounce = database.database().inTransaction(
                () -> results.bounced(new MailingId(before.mailing()), 1, Reason.USER_UNKNOWN, null, now));
        assertThat(bounce).isEqualTo(Results.Bounce.NOBODY);
        assertThat(mailings.reopen(new MailingId(before.mailing()))).isFalse();
        Report after = report(campaign);
        assertThat(List.of(after.openers(), after.clickers(), after.progress().failed())).isEqualTo(List.of(2, 1, 1));
        assertThat(rows("first_open", before.mailing()) + rows("first_click", before.mailing())).isZero();
    }

    @Test
    void a_condition_about_mailings_without_details_is_refused_and_never_means_everybody() {
        long mailing = sent(1);
        sent(1);
        db.sql("UPDATE mailing SET environment = (SELECT environment FROM installation) WHERE planned > 0").update();
        var rules = new Rules(db, clock, ZoneId.of("Asia/Tokyo"));
        Rule named = new Rule.Not(Behaviour.of(Behaviour.Kind.SENT, mailing));
        Rule within = new Rule.Not(Behaviour.within(Behaviour.Kind.SENT, 30));
        keep(1, null);
        now = now.plus(DAY.multipliedBy(10));
        assertThat(rules.problems(named)).isEmpty();
        assertThat(rules.problems(within)).isEmpty();
        details.look();
        assertThat(rules.problems(named)).extracting(Problem::kind).containsExactly(Problem.Kind.NO_MAILING);
        assertThat(rules.problems(within)).extracting(Problem::kind).containsExactly(Problem.Kind.NO_DETAILS);
        assertThat(rules.problems(new Rule.Not(Behaviour.within(Behaviour.Kind.SENT, 5)))).isEmpty();
        assertThat(rules.problems(new Rule.Not(Behaviour.within(Behaviour.Kind.OPENED, 30)))).isEmpty();
    }

    private void keep(@Nullable Integer mails, @Nullable Integer days) {
        assertThat(retention.change(new Retention.Setting(mails, days, 365, 10, retention.setting().version()))).isTrue();
    }

    /// To so many: the last one failed, the first two opened, the first one clicked.
    private long sent(int recipients) {
        long id = db.sql("SELECT nextval('mailing_id_seq')").query(Long.class).single();
        return sent(id, recipients);
    }

    private long sent(long id, int recipients) {
        now = now.plusSeconds(1);
        db.sql("""
                INSERT INTO mailing (id, kind, environment, department_id, priority, state, mail_version_id, planned, created_at,
                                     started_at, ended_at, expires_at)
                OVERRIDING SYSTEM VALUE VALUES (:id, 'GROUP', 'LIVE', 1, 50, 'SENT', :version, :planned, :now, :now, :now, :now)
                """)
                .param("id", id).param("version", version).param("planned", recipients).param("now", now.atOffset(UTC)).update();
        db.sql("INSERT INTO domain (name) VALUES ('example.jp') ON CONFLICT DO NOTHING").update();
        db.sql("""
                INSERT INTO address (canonical, as_written, domain_id)
                SELECT 'r' || n || '.' || :id || '@example.jp', '', d.id FROM domain d, generate_series(1, :n) n WHERE d.name = 'example.jp'
                """).param("id", id).param("n", recipients).update();
        db.sql("""
                WITH made AS (INSERT INTO customer (address_id, created_at, changed_at)
                              SELECT id, :now, :now FROM address WHERE canonical LIKE '%.' || :id || '@example.jp' RETURNING id)
                INSERT INTO membership (group_id, customer_id, state, since) SELECT :group, id, 'SUBSCRIBED', :now FROM made
                """).param("id", id).param("group", group).param("now", now.atOffset(UTC)).update();
        add(id, 1, recipients);
        db.sql("""
                INSERT INTO first_open SELECT :id, n, :now FROM generate_series(1, least(2, :n)) n
                """).param("id", id).param("n", recipients).param("now", now.plusSeconds(90).atOffset(UTC)).update();
        db.sql("INSERT INTO first_click VALUES (:id, 1, 1, :now)").param("id", id).param("now", now.plusSeconds(95).atOffset(UTC)).update();
        db.sql("""
                INSERT INTO transcript (mailing_id, no, at, attempt, ended, host, ip, tls, mail, steps)
                VALUES (:id, 1, :now, 1, 'DELIVERED', 'mx', '127.0.0.1', '', 1, '[]')
                """).param("id", id).param("now", now.atOffset(UTC)).update();
        db.sql("INSERT INTO mailing_progress (mailing_id, node_id, delivered, failed) VALUES (:id, 0, :n - 1, 1)")
                .param("id", id).param("n", recipients).update();
        return id;
    }

    private void add(long id, int first, int last) {
        db.sql("""
                INSERT INTO mailing_recipient (mailing_id, no, address_id, customer_id)
                SELECT :id, n, a.id, c.id FROM generate_series(:first::int, :last::int) n
                  JOIN address a ON a.canonical = 'r' || n || '.' || :id || '@example.jp' JOIN customer c ON c.address_id = a.id
                """).param("id", id).param("first", first).param("last", last).update();
        db.sql("""
                INSERT INTO recipient_result (mailing_id, no, state, reason, attempts, at)
                SELECT :id, n, CASE WHEN n = :last THEN 'FAILED' ELSE 'DELIVERED' END, CASE WHEN n = :last THEN 'USER_UNKNOWN' END, 1, :now
                  FROM generate_series(:first::int, :last::int) n
                """).param("id", id).param("first", first).param("last", last).param("now", now.atOffset(UTC)).update();
    }

    private long campaign(long mailing) {
        return db.sql("""
                INSERT INTO campaign (department_id, name, state, mailing_id, changed_at) VALUES (1, 'c', 'SENT', :mailing, now()) RETURNING id
                """).param("mailing", mailing).query(Long.class).single();
    }

    private Report report(long campaign) {
        return reports.find(List.of(1L), campaign).orElseThrow();
    }

    private int rows(String table, long mailing) {
        return db.sql("SELECT count(*) FROM " + table + " WHERE mailing_id = :id").param("id", mailing).query(Integer.class).single();
    }

    private List<String> customers(long mailing) {
        return db.sql("SELECT customers::text FROM old_recipient WHERE mailing_id = :id ORDER BY first_no")
                .param("id", mailing).query(String.class).list();
    }

    private static int inOtherThread(IntSupplier work) {
        return CompletableFuture.supplyAsync(work::getAsInt).join();
    }
}
