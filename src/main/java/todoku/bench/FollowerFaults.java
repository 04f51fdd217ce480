package todoku.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.bench.FaultReport.Round;
import todoku.customer.CustomerImport;
import todoku.customer.DeviceFollower;
import todoku.customer.Groups;
import todoku.customer.ImportChoices;
import todoku.customer.Memberships;
import todoku.customer.growth.GrowthFollower;
import todoku.event.Event.Environment;
import todoku.event.Followers;
import todoku.event.Followers.Poison;
import todoku.event.MailingId;
import todoku.mailing.Addresses;
import todoku.suppression.SuppressionFollower;
import todoku.suppression.Suppressions;

/// The whole product is killed while its followers read: in the middle of their work, in the middle of COMMIT, after the
/// database has ended a connection there, and at a random time. Every third recipient is refused as unknown, customers come
/// by a file, readers leave. In the end everybody refused is suppressed, nobody else is, and all that followers write is
/// what one that nobody disturbs writes when it reads the same ledger.
final class FollowerFaults {
    private static final int LIMIT_SECONDS = 300;
    private static final int LOOK_MILLIS = 5;
    /// One of so many recipients does not exist.
    private static final int REFUSED = 3;
    /// One of so many who have their mail leaves; and of so many recipients, as many people come at a time.
    private static final int MOVING = 10;
    private static final int POISONED = 3;
    /// One at each instant.
    private static final int KILLS = Instant.values().length;
    /// After its connection was ended it goes on by itself within this.
    private static final int GOES_ON_MILLIS = 3_000;
    private static final int RANDOM_MILLIS = 3_000;
    /// What one host of ours is given at most.
    private static final int CONNECTIONS = 20;
    /// So that a small campaign is not over before anybody looks.
    private static final int CAMPAIGN_MILLIS = 15_000;
    private static final String UNKNOWN_USER = "550 5.1.1 user unknown";
    private static final String SHOWN = "記録した反応のひとつを集計できませんでした";
    private static final String SUPPRESSION = "suppression";
    private static final Pattern NUMBER = Pattern.compile("user(\\d+)@.*");

    private final FaultGround ground;
    private final SplittableRandom random;
    private final JdbcClient db;
    private int files;

    FollowerFaults(FaultGround ground, SplittableRandom random) {
        this.ground = ground;
        this.random = random;
        this.db = ground.database.client();
    }

    /// @param poison whether some events cannot be followed for the time being
    Round round(boolean poison) throws IOException {
        long group = ground.morePeople();
        long joined = new Groups(db).findOrCreate(1, "ファイルの会員" + group).id();
        long created = sum("SELECT coalesce(sum(created), 0) FROM record_growth");
        var planned = Tally.Planned.of(ground.database, plan(group));
        List<Long> poisoned = poison ? poisoned(planned.mailing()) : List.of();
        Set<Instant> hits = EnumSet.noneOf(Instant.class);
        Set<Integer> left = new HashSet<>();
        boolean shown;
        List<Poison> aside;
        try (Gate gate = Gate.before(ground.sinkPort(), CAMPAIGN_MILLIS * CONNECTIONS / ground.size, new Keeper())) {
            refuseToSuppress(poisoned);
            for (Instant instant : Instant.values()) {
                slow(instant, true);
                more(planned.mailing(), joined, left);
                try (Served served = ground.served(gate.port(), Map.of())) {
                    if (reaches(instant)) hits.add(instant);
                    served.process().kill();
                }
                slow(instant, false);
            }
            more(planned.mailing(), joined, left);
            try (Served served = ground.served(gate.port(), Map.of())) {
                awaitEnd(planned.mailing());
                aside = asideOf(planned.mailing());
                shown = poisoned.isEmpty() || isShown(served, aside);
            }
        }
        refuseToSuppress(List.of());
        long heldUp = wrongSuppressions(planned.mailing(), poisoned);
        long caughtUp = again(aside);
        String written = written();
        long wrong = heldUp + Math.abs(poisoned.size() - aside.size()) + Math.abs(aside.size() - caughtUp)
                + wrongSuppressions(planned.mailing(), List.of())
                + wrongCounts(planned.mailing())
                + Math.abs(sum("SELECT coalesce(sum(created), 0) FROM record_growth") - created - lines() * (KILLS + 1L))
                + Math.abs(sum("SELECT coalesce(sum(joined), 0) FROM group_growth WHERE group_id = " + joined) - lines() * (KILLS + 1L))
                + Math.abs(sum("SELECT coalesce(sum(departed), 0) FROM group_growth WHERE group_id = " + group) - left.size());
        boolean asUndisturbed = written.equals(undisturbed());
        boolean hit = hits.size() == KILLS && shown && asUndisturbed;
        limit(false);
        return Tally.of(ground, planned, hit, (address, state, reason) -> isRefused(address) && state.equals("FAILED") && reason.equals("USER_UNKNOWN"))
                .within((long) KILLS * CONNECTIONS)
                .losing(wrong + (asUndisturbed ? 0 : 1))
                .showing(String.format(
                        Locale.ROOT,
                        "killed %s; %d refused, %d suppressed; %d came, %d left; %d poison events set aside, %s, %d caught up; wrong sums %d; as undisturbed: %s",
                        hits, refused(planned.mailing()), suppressed(planned.mailing()), lines() * (KILLS + 1), left.size(), aside.size(), shown ? "shown" : "NOT SHOWN", caughtUp, wrong,
                        asUndisturbed));
    }

    /// When the product dies.
    private enum Instant {
        IN_WORK,
        IN_COMMIT,
        /// The database ends the connection there, and the product dies a while after.
        CUT_IN_COMMIT,
        AT_RANDOM
    }

    /// Lets in who exists.
    private static final class Keeper implements Gate.Keeper {
        @Override
        public @Nullable String named(String address) {
            return isRefused(address) ? UNKNOWN_USER : null;
        }

        @Override
        public void taken(String address, long at) {}
    }

    private static boolean isRefused(String address) {
        Matcher number = NUMBER.matcher(address);
        return number.matches() && Integer.parseInt(number.group(1)) % REFUSED == 0;
    }

    private MailingId plan(long group) {
        limit(true);
        return ground.shop.plan(group, ground.version, ground.shop.senders.get(ground.sender), Environment.LIVE).mailing();
    }

    /// A third of all being wrong stops every campaign, as a rule.
    private void limit(boolean off) {
        db.sql("UPDATE guard_setting SET stop_percent = :percent").param("percent", off ? 100 : 10).update();
    }

    /// Recipients that will be refused, from the beginning to the end.
    private List<Long> poisoned(MailingId mailing) {
        List<Long> refused = db.sql("""
                SELECT a.id FROM mailing_recipient r JOIN address a ON a.id = r.address_id
                 WHERE r.mailing_id = :mailing AND substring(a.as_written FROM 'user([0-9]+)@')::int % :refused = 0 ORDER BY r.no
                """).param("mailing", mailing.value()).param("refused", REFUSED).query(Long.class).list();
        return random.ints(0, refused.size()).distinct().limit(POISONED).mapToObj(refused::get).toList();
    }

    /// From now on the database refuses these, and only these.
    private void refuseToSuppress(List<Long> addresses) {
        db.sql("DROP TRIGGER IF EXISTS bench_poison ON suppression").update();
        if (addresses.isEmpty()) return;
        db.sql("""
                CREATE OR REPLACE FUNCTION bench_poison() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN IF NEW.address_id = ANY ('{%s}') THEN RAISE 'poison'; END IF; RETURN NEW; END $$
                """.formatted(String.join(",", addresses.stream().map(String::valueOf).toList()))).update();
        db.sql("CREATE TRIGGER bench_poison BEFORE INSERT ON suppression FOR EACH ROW EXECUTE FUNCTION bench_poison()").update();
    }

    /// Makes the instant last, so that a kill can come in the middle of it.
    private void slow(Instant instant, boolean slowly) {
        if (instant == Instant.AT_RANDOM) return;
        String table = instant == Instant.IN_WORK ? SUPPRESSION : "follower";
        db.sql("DROP TRIGGER IF EXISTS bench_slow ON " + table).update();
        if (!slowly) return;
        db.sql("""
                CREATE OR REPLACE FUNCTION bench_slow() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$
                """).update();
        db.sql(instant == Instant.IN_WORK
                ? "CREATE TRIGGER bench_slow AFTER INSERT ON suppression FOR EACH STATEMENT EXECUTE FUNCTION bench_slow()"
                : """
                  CREATE CONSTRAINT TRIGGER bench_slow AFTER UPDATE ON follower DEFERRABLE INITIALLY DEFERRED
                  FOR EACH ROW %s EXECUTE FUNCTION bench_slow()
                  """.formatted(instant == Instant.CUT_IN_COMMIT ? "WHEN (NEW.name = 'growth')" : ""))
                .update();
    }

    /// Waits for it; false when it does not come.
    private boolean reaches(Instant instant) throws IOException {
        if (instant == Instant.AT_RANDOM) {
            Programs.rest(random.nextInt(RANDOM_MILLIS));
            return true;
        }
        long limit = System.nanoTime() + LIMIT_SECONDS * 1_000_000_000L;
        while (System.nanoTime() < limit) {
            List<Integer> there = db.sql("""
                    SELECT pid FROM pg_stat_activity WHERE state = 'active' AND wait_event = 'PgSleep' AND (query = 'COMMIT') = :commit
                    """).param("commit", instant != Instant.IN_WORK).query(Integer.class).list();
            if (!there.isEmpty() && instant == Instant.CUT_IN_COMMIT) cut(there.getFirst());
            if (!there.isEmpty()) return true;
            Programs.rest(LOOK_MILLIS);
        }
        return false;
    }

    private void cut(int backend) throws IOException {
        db.sql("SELECT pg_terminate_backend(:pid)").param("pid", backend).query(Boolean.class).single();
        Programs.rest(GOES_ON_MILLIS);
    }

    private int lines() {
        return Math.max(1, ground.size / MOVING);
    }

    /// Who has the mail, and wants no more.
    private List<Integer> readers(MailingId mailing) {
        return db.sql("SELECT no FROM recipient_result WHERE mailing_id = :mailing AND state = 'DELIVERED' AND no % :moving = 0")
                .param("mailing", mailing.value())
                .param("moving", MOVING)
                .query(Integer.class)
                .list();
    }

    /// Customers come, and readers leave.
    private void more(MailingId mailing, long group, Set<Integer> left) throws IOException {
        var memberships = new Memberships(ground.database);
        for (int no : readers(mailing)) if (left.add(no)) memberships.leave(mailing.value(), no, ground.shop.clock.instant());
        int file = files++;
        var text = new StringBuilder("会員番号,姓,名,メールアドレス\n");
        for (int i = 0; i < lines(); i++)
            text.append(String.format(Locale.ROOT, "F%03d%06d,佐藤,花子,f%03d-%06d@file.example%n", file, i, file, i));
        Path csv = Files.writeString(ground.home.resolve("followers.csv"), text, UTF_8);
        var imports = new CustomerImport(ground.database, new Addresses(db), ground.shop.clock);
        long id = imports.start(csv, new ImportChoices("followers.csv", group, false)).id();
        if (imports.run(id, csv).success() != lines()) throw new IOException("the file was not imported: " + imports.progress(id));
    }

    /// Everybody has a result, and no follower has anything left to read.
    private void awaitEnd(MailingId mailing) throws IOException {
        Followers followers = followers();
        long limit = System.nanoTime() + 2 * LIMIT_SECONDS * 1_000_000_000L;
        while (ground.shop.mailings.progress(mailing).remaining() > 0 || followers.lags().stream().anyMatch(lag -> lag.events() > 0)) {
            if (System.nanoTime() > limit) throw new IOException("it does not come to an end: " + followers.lags() + "; " + Files.readString(ground.log()));
            Programs.rest(LOOK_MILLIS);
        }
    }

    /// As the product has them.
    private Followers followers() {
        return new Followers(ground.database, ground.shop.clock, List.of(
                new SuppressionFollower(db, new Suppressions(ground.database, ground.shop.clock)), new GrowthFollower(db), new DeviceFollower(db)));
    }

    private List<Poison> asideOf(MailingId mailing) {
        Set<Long> events = new HashSet<>(db.sql("SELECT id FROM event WHERE mailing_id = :mailing AND kind = 'FAILED'")
                .param("mailing", mailing.value())
                .query(Long.class)
                .list());
        return followers().poison(ground.size).stream()
                .filter(one -> one.follower().equals(SUPPRESSION) && events.contains(one.eventId()))
                .toList();
    }

    /// Whether the log of the system has a line for each, once, and the page shows it.
    private boolean isShown(Served served, List<Poison> aside) throws IOException {
        boolean each = false;
        long limit = System.nanoTime() + LIMIT_SECONDS * 1_000_000_000L;
        while (!each && System.nanoTime() < limit) {
            Programs.rest(LOOK_MILLIS);
            each = aside.stream().allMatch(one -> sum("SELECT count(*) FROM system_event WHERE kind = 'POISON' AND severity = 'WARNING' AND subject = '"
                    + one.follower() + " " + one.eventId() + "'") == 1);
        }
        return each && served.administrator(ground.database).get("/system-log").body().contains(SHOWN);
    }

    /// Gives them to their follower again.
    private long again(List<Poison> aside) {
        Followers followers = followers();
        return aside.stream().filter(one -> followers.again(one.follower(), one.eventId())).count();
    }

    /// Of these recipients: suppressed though they were not refused, or the other way round; and refused without a result that says so.
    private long wrongSuppressions(MailingId mailing, List<Long> stillPoison) {
        return db.sql("""
                SELECT count(*) FROM mailing_recipient r JOIN address a ON a.id = r.address_id
                  LEFT JOIN recipient_result x ON x.mailing_id = r.mailing_id AND x.no = r.no
                  LEFT JOIN suppression s ON s.address_id = a.id AND s.reason = 'PERMANENT_FAILURE'
                 WHERE r.mailing_id = :mailing AND (
                       (s.address_id IS NOT NULL) <> (coalesce(x.state = 'FAILED' AND x.reason = 'USER_UNKNOWN', false) AND a.id <> ALL (:poison::bigint[]))
                       OR coalesce(x.state = 'FAILED', false) <> (substring(a.as_written FROM 'user([0-9]+)@')::int % :refused = 0))
                """)
                .param("mailing", mailing.value())
                .param("poison", stillPoison.toArray(Long[]::new))
                .param("refused", REFUSED)
                .query(Long.class)
                .single();
    }

    /// Recipients whose refusal was written, counted or made a suppression never, or more than once.
    private long wrongCounts(MailingId mailing) {
        return db.sql("""
                SELECT count(*) FROM mailing_recipient r JOIN recipient_result x ON x.mailing_id = r.mailing_id AND x.no = r.no
                 WHERE r.mailing_id = :mailing AND x.state = 'FAILED' AND NOT (
                       (SELECT count(*) FROM event WHERE mailing_id = r.mailing_id AND recipient_no = r.no AND kind = 'FAILED') = 1
                   AND (SELECT count(*) FROM address_failure WHERE address_id = r.address_id) = 1
                   AND (SELECT count(*) FROM suppression_change WHERE address_id = r.address_id AND added) = 1)
                """).param("mailing", mailing.value()).query(Long.class).single();
    }

    private long refused(MailingId mailing) {
        return sum("SELECT count(*) FROM recipient_result WHERE state = 'FAILED' AND mailing_id = " + mailing.value());
    }

    private long suppressed(MailingId mailing) {
        return sum("SELECT count(*) FROM suppression s JOIN mailing_recipient r ON r.address_id = s.address_id WHERE r.mailing_id = " + mailing.value());
    }

    private long sum(String sql) {
        return db.sql(sql).query(Long.class).single();
    }

    /// Everything followers write, without the times when they did.
    private String written() {
        return db.sql("""
                SELECT concat_ws(' ',
                    (SELECT md5(string_agg(concat_ws('|', address_id, reason), ',' ORDER BY address_id, reason)) FROM suppression WHERE operator_id IS NULL),
                    (SELECT md5(string_agg(f::text, ',' ORDER BY address_id, event_id)) FROM address_failure f),
                    (SELECT md5(string_agg(s::text, ',' ORDER BY address_id)) FROM address_success s),
                    (SELECT md5(string_agg(g::text, ',' ORDER BY hour)) FROM record_growth g),
                    (SELECT md5(string_agg(g::text, ',' ORDER BY group_id, hour, source)) FROM group_growth g))
                """).query(String.class).single();
    }

    /// The same after everything was forgotten, and read again from the beginning by somebody whom nobody disturbs.
    private String undisturbed() {
        db.sql("DELETE FROM suppression WHERE operator_id IS NULL AND reason IN ('PERMANENT_FAILURE', 'COMPLAINT')").update();
        for (String table : List.of("address_failure", "address_success", "record_growth", "group_growth")) db.sql("DELETE FROM " + table).update();
        db.sql("UPDATE follower SET epoch = 0, xid = '0', id = 0").update();
        Followers followers = followers();
        while (followers.run(1) > 0) {}
        return written();
    }
}
