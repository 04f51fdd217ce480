package todoku.bench;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.content.Mails;
import todoku.customer.MergeValues;
import todoku.database.Database;
import todoku.database.Secrets;
import todoku.event.MailingId;
import todoku.mailing.Partitions;
import todoku.sender.Senders;

/// Campaigns that were sent over the last eighteen months, with everything that happened: a few to nearly everybody, more to
/// a quarter, most to a few per cent. Some people open nothing, some nearly everything.
final class SentCampaigns {
    private static final long DEPARTMENT = 1;
    private static final int DAYS = 548;
    private static final int MILLION = 1_000_000;

    /// One in so many campaigns goes to nearly everybody, one in so many to a quarter.
    private static final int LARGE_EVERY = 33;
    private static final int MIDDLE_EVERY = 10;
    private static final double LARGE = 0.9;
    private static final double MIDDLE = 0.3;

    /// Events per recipient: a result, and what readers of it do.
    private static final double EVENTS_EACH = 1.23;

    /// Mails per second.
    private static final int SPEED = 300;

    private final Database database;
    private final JdbcClient db;
    private final Path home;
    private final InstantSource clock;
    private final Partitions partitions;
    private final Instant today;

    SentCampaigns(Database database, Path home, InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.home = home;
        this.clock = clock;
        this.partitions = new Partitions(database);
        this.today = clock.instant().truncatedTo(ChronoUnit.DAYS);
    }

    /// @param events in all, with those that are there already
    /// @return those written
    long fill(int campaigns, int events) {
        long sender = new Senders(db, Secrets.at(home.resolve("key")), clock).add("とどくショップ", "news@shop.example", "bounce@shop.example").id();
        var mails = new Mails(database, clock);
        Set<String> fields = new MergeValues(db).names();
        long group = db.sql("SELECT min(id) FROM customer_group").query(Long.class).single();
        db.sql("CREATE UNLOGGED TABLE bench_person AS SELECT c.id, c.address_id, a.domain_id, c.created_at FROM membership m"
                        + " JOIN customer c ON c.id = m.customer_id JOIN address a ON a.id = c.address_id"
                        + " WHERE m.group_id = :group AND m.state = 'SUBSCRIBED' ORDER BY a.domain_id, a.id")
                .param("group", group)
                .update();
        db.sql("ANALYZE bench_person").update();
        long before = written();
        long left = events - before;
        for (int i = 1; i <= campaigns; i++) {
            Instant at = today.minus((long) DAYS * (campaigns - i + 1) / campaigns, ChronoUnit.DAYS).plus(1, ChronoUnit.HOURS);
            int there = db.sql("SELECT count(*) FROM bench_person WHERE created_at < :at").param("at", at.atOffset(ZoneOffset.UTC)).query(Integer.class).single();
            double share = share(i, campaigns, left, there);
            long mail = mails.save(DEPARTMENT, "お知らせ第" + i + "号", Shop.mail());
            MailingId mailing = partitions.reserve((int) (share * there));
            int number = i;
            left -= database.inTransaction(() -> {
                planAnew();
                sent(mailing, number, at, mails.freeze(mail, fields), sender, group);
                return happened(mailing, number, at, share);
            });
        }
        db.sql("DROP TABLE bench_person").update();
        return written() - before;
    }

    /// Of those who are there, so that what is left of the events is spread over the campaigns to come.
    private static double share(int campaign, int campaigns, long left, int there) {
        double wanted = 0;
        int small = 0;
        for (int i = campaign; i <= campaigns; i++) {
            if (i % LARGE_EVERY == 5) wanted += LARGE * there * EVENTS_EACH;
            else if (i % MIDDLE_EVERY == 3) wanted += MIDDLE * there * EVENTS_EACH;
            else small++;
        }
        if (there == 0) return 0;
        double fits = small == 0 ? Math.min(1, left / Math.max(1, wanted)) : Math.min(1, 0.9 * left / Math.max(1, wanted));
        if (campaign % LARGE_EVERY == 5) return LARGE * fits;
        if (campaign % MIDDLE_EVERY == 3) return MIDDLE * fits;
        return Math.clamp((left - wanted * fits) / Math.max(1, small) / EVENTS_EACH / there, 0, LARGE);
    }

    /// The rows of this transaction are unknown to the planner, and a plan it made while the tables were empty would stay.
    private void planAnew() {
        db.sql("SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_nestloop', 'off', true), set_config('work_mem', '128MB', true)")
                .query((ResultSet row) -> { });
    }

    private void sent(MailingId mailing, int number, Instant at, long version, long sender, long group) {
        db.sql("""
                INSERT INTO mailing (id, kind, environment, department_id, priority, state, mail_version_id, sender_id, created_at, started_at, expires_at)
                OVERRIDING SYSTEM VALUE
                VALUES (:id, 'GROUP', 'SANDBOX', :department, 10, 'SENT', :version, :sender, :at, :at, :at + interval '3 days')
                """)
                .param("id", mailing.value())
                .param("department", DEPARTMENT)
                .param("version", version)
                .param("sender", sender)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
        db.sql("INSERT INTO mailing_group (mailing_id, group_id) VALUES (:mailing, :group)").param("mailing", mailing.value()).param("group", group).update();
        db.sql("""
                WITH c AS (
                    INSERT INTO campaign (department_id, name, state, mail_id, sender_id, scheduled_at, mailing_id, mail_version_id, changed_at)
                    SELECT :department, :name, 'SENT', mail_id, :sender, :at, :mailing, id, :at FROM mail_version WHERE id = :version RETURNING id)
                INSERT INTO campaign_group (campaign_id, group_id) SELECT id, :group FROM c
                """)
                .param("department", DEPARTMENT)
                .param("name", "お知らせ第" + number + "号")
                .param("sender", sender)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("mailing", mailing.value())
                .param("version", version)
                .param("group", group)
                .update();
    }

    /// Recipients, results, opens and clicks, each with its event in the order of time; the number of events.
    private long happened(MailingId mailing, int number, Instant at, double share) {
        long events = 0;
        run("""
                INSERT INTO mailing_recipient (mailing_id, no, address_id, customer_id)
                SELECT :mailing, row_number() OVER (ORDER BY domain_id, address_id), address_id, id
                  FROM bench_person WHERE created_at < :at AND bench_lot(id, :salt, {million}) < {share}
                """, mailing, number, at, share);
        run("""
                INSERT INTO recipient_result (mailing_id, no, state, reason, attempts, at)
                SELECT :mailing, no, CASE WHEN reason IS NULL THEN 'DELIVERED' ELSE 'FAILED' END, reason, 1 + (lot % 40 = 0)::int, at
                  FROM (SELECT no, lot, :at + interval '1 second' * (no / {speed}) AS at,
                               CASE WHEN lot < 12 THEN 'USER_UNKNOWN' WHEN lot < 18 THEN 'MAILBOX_FULL' WHEN lot < 22 THEN 'FILTERED' WHEN lot < 24 THEN 'SUSPENDED' END AS reason
                          FROM (SELECT no, bench_lot(customer_id, :salt + 1, 1000) AS lot FROM mailing_recipient WHERE mailing_id = :mailing) r) r
                 ORDER BY no
                """, mailing, number, at, share);
        events += run("""
                INSERT INTO event (happened_at, mailing_id, address_id, recipient_no, kind, environment, detail)
                SELECT r.at, :mailing, p.address_id, r.no, r.state, 'SANDBOX', CASE WHEN r.reason IS NULL THEN '{}' ELSE jsonb_build_object('reason', r.reason) END
                  FROM recipient_result r JOIN mailing_recipient p ON p.mailing_id = :mailing AND p.no = r.no WHERE r.mailing_id = :mailing
                 ORDER BY r.at, r.no
                """, mailing, number, at, share);
        run("""
                INSERT INTO first_open (mailing_id, no, at)
                SELECT :mailing, r.no, r.at + interval '20 seconds' + interval '6 days' * power(bench_lot(p.customer_id, :salt + 2, 10000) / 10000.0::float8, 4)
                  FROM recipient_result r JOIN mailing_recipient p ON p.mailing_id = :mailing AND p.no = r.no
                 WHERE r.mailing_id = :mailing AND r.state = 'DELIVERED'
                   AND bench_lot(p.customer_id, :salt + 3, 100) < (ARRAY[0,0,0,12,12,12,18,30,50,70])[1 + bench_lot(p.customer_id, 300, 10)]
                 ORDER BY r.no
                """, mailing, number, at, share);
        run("""
                INSERT INTO first_click (mailing_id, no, link_no, at)
                SELECT :mailing, no, link, at + interval '15 seconds'
                  FROM (SELECT o.no, o.at, (SELECT array_agg(link_no ORDER BY link_no) FROM tracked_link l JOIN mailing m ON m.mail_version_id = l.mail_version_id
                                             WHERE m.id = :mailing) AS links
                          FROM first_open o WHERE o.mailing_id = :mailing AND bench_lot(o.no, :salt + 4, 100) < 15) o
                 CROSS JOIN LATERAL (SELECT links[1 + bench_low(o.no, :salt + 5, cardinality(links))] AS link) l WHERE link IS NOT NULL
                 ORDER BY no
                """, mailing, number, at, share);
        events += run("""
                INSERT INTO event (happened_at, mailing_id, address_id, recipient_no, kind, environment, detail)
                SELECT e.at, :mailing, p.address_id, e.no, e.kind, 'SANDBOX', e.detail
                  FROM (SELECT no, at, 'OPENED' AS kind, '{}'::jsonb AS detail FROM first_open WHERE mailing_id = :mailing UNION ALL
                        SELECT no, at, 'CLICKED', jsonb_build_object('link', link_no) FROM first_click WHERE mailing_id = :mailing) e
                  JOIN mailing_recipient p ON p.mailing_id = :mailing AND p.no = e.no
                 ORDER BY e.at, e.no
                """, mailing, number, at, share);
        run("""
                INSERT INTO mailing_progress (mailing_id, node_id, delivered, failed, rated, refused)
                SELECT :mailing, 0, count(*) FILTER (WHERE state = 'DELIVERED'), count(*) FILTER (WHERE state = 'FAILED'), count(*),
                       count(*) FILTER (WHERE reason = 'USER_UNKNOWN')
                  FROM recipient_result WHERE mailing_id = :mailing
                """, mailing, number, at, share);
        run("""
                UPDATE mailing SET planned = r.many, first_pass_at = r.last, ended_at = r.last
                  FROM (SELECT count(*) AS many, coalesce(max(at), :at) AS last FROM recipient_result WHERE mailing_id = :mailing) r WHERE id = :mailing
                """, mailing, number, at, share);
        return events;
    }

    private long run(String statement, MailingId mailing, int number, Instant at, double share) {
        return db.sql(statement.replace("{share}", "" + (int) (share * MILLION)).replace("{million}", "" + MILLION).replace("{speed}", "" + SPEED))
                .param("mailing", mailing.value())
                .param("salt", 1_000 + 10 * number)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .update();
    }

    private long written() {
        return db.sql("SELECT count(*) FROM event").query(Long.class).single();
    }

    /// When everybody last opened and clicked.
    static long activity(Database database) {
        return database.client().sql("""
                INSERT INTO customer_activity (environment, customer_id, opened_at, clicked_at)
                SELECT 'SANDBOX', p.customer_id, max(o.at), max(k.at)
                  FROM first_open o JOIN mailing_recipient p ON p.mailing_id = o.mailing_id AND p.no = o.no
                  LEFT JOIN first_click k ON k.mailing_id = o.mailing_id AND k.no = o.no
                 WHERE p.customer_id IS NOT NULL GROUP BY p.customer_id
                """).update();
    }
}
