package todoku.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.bench.FaultReport.Round;
import todoku.campaign.CampaignState;
import todoku.customer.Memberships;
import todoku.event.MailingId;

/// Two whole products on one database send a campaign that ends within an hour at the latest; another is reserved for
/// within the hour. The clock of one product, or of PostgreSQL, leaps by more than an hour ahead, and behind, and back:
/// nobody expires, nothing starts, nobody takes over what another still sends. And a product far from Tokyo, over the
/// midnight at the end of a month of Tokyo.
final class ClockFaults {
    private static final int LIMIT_SECONDS = 600;
    private static final int LOOK_MILLIS = 50;
    /// More than an hour: what a person has an hour for would be over.
    private static final Duration LEAP = Duration.ofMinutes(61);
    /// Longer than the product takes to look at the clock, and shorter than it takes to believe in a leap.
    private static final int STANDS_MILLIS = 15_000;
    /// What one host of ours is given by one node at most.
    private static final int CONNECTIONS = 20;
    private static final int NODES = 2;
    /// Two nodes together are not done before both leaps have come.
    private static final int CAMPAIGN_MILLIS = 150_000;
    private static final Duration BEFORE_MIDNIGHT = Duration.ofSeconds(100);
    /// A campaign that is due has begun by then.
    private static final Duration PUNCTUAL = Duration.ofSeconds(10);
    private static final Duration DOWN = Duration.ofHours(3);
    private static final int LEAVING = 5;
    private static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");
    private static final String FAR_AWAY = "America/New_York";
    private static final DateTimeFormatter TYPED = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm", Locale.ROOT);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuu/MM/dd", Locale.ROOT);
    private static final String MISSED = "配信開始日時を 1 時間以上過ぎていたため";

    private final FaultGround ground;
    private final JdbcClient db;
    private int nodes;

    ClockFaults(FaultGround ground) {
        this.ground = ground;
        this.db = ground.database.client();
    }

    /// The clock of the product that sends leaps; the one beside it has the right time.
    Round ours() throws IOException {
        FakeClock clock = clock();
        return leaping(clock, clock.environment(), served -> saysTime(served).orElse(Instant.EPOCH), 0);
    }

    /// The clock of PostgreSQL leaps. By its time every lease is over at once: another node may take over, and then says
    /// of whom it does not know.
    Round database() throws IOException {
        FakeClock clock = clock();
        ground.restartDatabase(clock.environment());
        try {
            return leaping(clock, Map.of(), _ -> now(), NODES * CONNECTIONS * 2L);
        } finally {
            rightTime();
        }
    }

    /// What time it is where the clock leaps.
    private interface There {
        Instant time(Served served) throws IOException;
    }

    private Round leaping(FakeClock clock, Map<String, String> environment, There there, long bound) throws IOException {
        long group = ground.morePeople();
        watchLeases();
        SlowKeeper keeper = new SlowKeeper(CAMPAIGN_MILLIS * CONNECTIONS / ground.size);
        try (Gate gate = Gate.before(ground.sinkPort(), 0, keeper);
                Served first = ground.served(gate.port(), environment)) {
            Visit admin = first.administrator(ground.database);
            PageCampaign later = reserved(admin, group, ZonedDateTime.ofInstant(now().plus(LEAP).minus(Duration.ofMinutes(11)), TOKYO));
            PageCampaign campaign = PageCampaign.draft(ground, admin, "時計" + group, group);
            campaign.save(admin, "time", campaign.version(admin, "time"), Map.of("when", "now", "expiry", "1"));
            var planned = campaign.start(admin);
            until(() -> keeper.taken() >= ground.size / 20);
            try (Served _ = ground.served(gate.port(), node(), Map.of())) {
                boolean hit = true;
                int leaps = 0;
                for (Duration ahead : List.of(LEAP, LEAP.negated(), Duration.ZERO)) {
                    clock.set(ahead);
                    Programs.rest(STANDS_MILLIS);
                    hit &= Duration.between(Instant.now().plus(ahead), there.time(first)).abs().compareTo(PUNCTUAL) < 0;
                    hit &= later.state() == CampaignState.SCHEDULED;
                    if (!ahead.isZero() && campaign.state() == CampaignState.SENDING) leaps++;
                }
                boolean waits = later.state() == CampaignState.SCHEDULED;
                keeper.hurry();
                until(() -> ground.shop.mailings.progress(planned.mailing()).remaining() == 0);
                long taken = db.sql("SELECT count(*) FROM bench_taken").query(Long.class).single();
                boolean kept = bound > 0 || taken == 0;
                return Tally.of(ground, planned, hit && waits && kept && leaps == 2, (_, _, _) -> false)
                        .within(bound)
                        .showing(String.format(
                                Locale.ROOT,
                                "leaps while it sent: %d of 2, each seen there: %s; batches taken over from a node that lived: %d%s; reserved for later: %s",
                                leaps, hit, taken, bound > 0 ? "" : " (none may be)", later.state()));
            }
        } finally {
            db.sql("DROP TRIGGER IF EXISTS bench_taken ON delivery_batch").update();
        }
    }

    /// A campaign is sent over midnight, the next begins at midnight, a third one would have begun while everything was down.
    Round midnight() throws IOException {
        long group = ground.morePeople();
        long next = ground.morePeople();
        FakeClock clock = clock();
        ZonedDateTime midnight = YearMonth.now(TOKYO).plusMonths(1).atDay(1).atStartOfDay(TOKYO);
        Duration ahead = Duration.between(Instant.now(), midnight.toInstant()).minus(BEFORE_MIDNIGHT);
        clock.set(ahead);
        Map<String, String> environment = new HashMap<>(clock.environment());
        environment.put("TZ", FAR_AWAY);
        ground.restartDatabase(clock.environment());
        SlowKeeper keeper = new SlowKeeper((int) BEFORE_MIDNIGHT.toMillis() * CONNECTIONS / ground.size);
        try (Gate gate = Gate.before(ground.sinkPort(), 0, keeper)) {
            Tally.Planned over;
            Tally.Planned first;
            PageCampaign missed;
            boolean stored;
            boolean punctual;
            boolean days;
            int before;
            int after;
            try (Served served = ground.served(gate.port(), environment)) {
                Visit admin = served.administrator(ground.database);
                PageCampaign atMidnight = reserved(admin, next, midnight);
                missed = reserved(admin, next, midnight.plusMinutes(30));
                stored = scheduledAt(atMidnight).equals(midnight.toInstant()) && scheduledAt(missed).equals(midnight.plusMinutes(30).toInstant());
                over = PageCampaign.draft(ground, admin, "月をまたぐ配信" + group, group).start(admin);
                until(() -> now().isAfter(midnight.toInstant().minusSeconds(10)));
                before = leave(over.mailing(), LEAVING);
                until(() -> now().isAfter(midnight.toInstant().plus(PUNCTUAL)));
                punctual = atMidnight.state() == CampaignState.SENDING && startedAt(atMidnight).isBefore(midnight.toInstant().plus(PUNCTUAL))
                        && !startedAt(atMidnight).isBefore(midnight.toInstant());
                after = leave(over.mailing(), 2 * LEAVING);
                first = Tally.Planned.of(ground.database, atMidnight.mailing());
                keeper.hurry();
                until(() -> ground.shop.mailings.progress(over.mailing()).remaining() + ground.shop.mailings.progress(first.mailing()).remaining() == 0);
                Programs.rest(STANDS_MILLIS / 5); // followers are not asked
                String csv = admin.get("/reports/records.csv?span=day&group=" + group).body();
                days = departed(csv, midnight.minusDays(1)) == before && departed(csv, midnight) == after;
                served.process().kill();
            }
            boolean across = across(over.mailing(), midnight.toInstant());
            clock.set(ahead.plus(DOWN));
            boolean held;
            try (Served served = ground.served(gate.port(), environment)) {
                held = missed.becomes(CampaignState.HELD)
                        && served.administrator(ground.database).get(missed.path()).body().contains(MISSED);
            }
            long notOnce = first.addresses().values().stream()
                    .filter(address -> keeper.times(address) != 1)
                    .count();
            boolean hit = stored && punctual && days && across && held && before > 0 && after > 0;
            return Tally.of(ground, over, hit, (_, _, _) -> false)
                    .losing(notOnce)
                    .showing(String.format(
                            Locale.ROOT,
                            "reserved as typed: %s; begun at midnight: %s; sent over midnight: %s; left before and after: %d and %d, by day: %s;"
                                    + " missed while down, waits for a person: %s",
                            stored, punctual, across, before, after, days, held));
        } finally {
            rightTime();
        }
    }

    private FakeClock clock() throws IOException {
        return new FakeClock(Programs.open(ground.mails.resolveSibling("clocks")), "clock");
    }

    private void rightTime() throws IOException {
        ground.returnDatabase();
        FaultGround.answered(ground::lastMailing);
    }

    /// Another data directory with the same key.
    private Path node() throws IOException {
        Path node = Files.createDirectories(ground.home.resolve("clock-node-" + nodes++));
        Files.copy(ground.home.resolve("key"), node.resolve("key"), StandardCopyOption.COPY_ATTRIBUTES);
        return node;
    }

    private PageCampaign reserved(Visit admin, long group, ZonedDateTime at) throws IOException {
        PageCampaign campaign = PageCampaign.draft(ground, admin, "予約" + group + " " + at.getMinute(), group);
        campaign.save(admin, "time", campaign.version(admin, "time"), Map.of("when", "at", "at", TYPED.format(at), "expiry", "24"));
        if (campaign.reserve(admin, campaign.version(admin, "confirm")).status() != PageCampaign.SEEN || campaign.state() != CampaignState.SCHEDULED)
            throw new IOException("the campaign was not reserved: it is " + campaign.state());
        return campaign;
    }

    /// Notes every batch that comes from one node to another without having been given back.
    private void watchLeases() {
        db.sql("CREATE TABLE IF NOT EXISTS bench_taken (batch bigint)").update();
        db.sql("TRUNCATE bench_taken").update();
        db.sql("""
                CREATE OR REPLACE FUNCTION bench_taken() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO bench_taken VALUES (OLD.id); RETURN NULL; END $$
                """).update();
        db.sql("""
                CREATE OR REPLACE TRIGGER bench_taken AFTER UPDATE ON delivery_batch FOR EACH ROW
                WHEN (OLD.node_id <> NEW.node_id) EXECUTE FUNCTION bench_taken()
                """).update();
    }

    private Instant now() {
        return db.sql("SELECT clock_timestamp()").query(OffsetDateTime.class).single().toInstant();
    }

    /// What a product has for the time: its own clock dates every page (RFC 9110 §6.6.1).
    private static Optional<Instant> saysTime(Served served) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), served.port())) {
            socket.getOutputStream().write("GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
            var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
                if (line.regionMatches(true, 0, "Date: ", 0, 6))
                    return Optional.of(ZonedDateTime.parse(line.substring(6), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
            }
            return Optional.empty();
        }
    }

    private static void until(BooleanSupplier there) throws IOException {
        long limit = System.nanoTime() + LIMIT_SECONDS * 1_000_000_000L;
        while (!there.getAsBoolean()) {
            if (System.nanoTime() > limit) throw new IOException("it does not come to that");
            Programs.rest(LOOK_MILLIS);
        }
    }

    private Instant scheduledAt(PageCampaign campaign) {
        return at("SELECT scheduled_at FROM campaign WHERE id = " + campaign.id());
    }

    private Instant startedAt(PageCampaign campaign) {
        return at("SELECT created_at FROM mailing WHERE id = " + campaign.mailing().value());
    }

    private Instant at(String sql) {
        return db.sql(sql).query(OffsetDateTime.class).single().toInstant();
    }

    /// Some of those who have the mail want no more, at the time it is for the database.
    private int leave(MailingId mailing, int some) {
        var memberships = new Memberships(ground.database);
        Set<Integer> readers = new HashSet<>(db.sql("""
                SELECT r.no FROM recipient_result r JOIN mailing_recipient m ON m.mailing_id = r.mailing_id AND m.no = r.no
                  JOIN membership s ON s.customer_id = m.customer_id
                 WHERE r.mailing_id = :mailing AND r.state = 'DELIVERED' AND s.state = 'SUBSCRIBED' ORDER BY r.no LIMIT :some
                """).param("mailing", mailing.value()).param("some", some).query(Integer.class).list());
        for (int no : readers) memberships.leave(mailing.value(), no, now());
        return readers.size();
    }

    private static int departed(String csv, ZonedDateTime day) {
        return csv.lines()
                .filter(line -> line.contains(DAY.format(day)))
                .map(line -> line.replace("\"", "").split(","))
                .mapToInt(cells -> Integer.parseInt(cells[cells.length - 1].strip()))
                .findFirst()
                .orElse(-1);
    }

    private boolean across(MailingId mailing, Instant midnight) {
        return db.sql("""
                SELECT count(*) FILTER (WHERE at < :midnight::timestamptz) > 0 AND count(*) FILTER (WHERE at >= :midnight::timestamptz) > 0
                  FROM recipient_result WHERE mailing_id = :mailing
                """).param("midnight", midnight.toString()).param("mailing", mailing.value()).query(Boolean.class).single();
    }
}
