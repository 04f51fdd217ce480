package todoku.bench;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.springframework.dao.DataAccessException;
import todoku.customer.CustomerImport;
import todoku.customer.ImportChoices;
import todoku.customer.ImportProgress;
import todoku.database.Database;
import todoku.delivery.ContentSource;
import todoku.delivery.Engine;
import todoku.delivery.EngineSettings;
import todoku.delivery.Moment;
import todoku.delivery.MxCarrier;
import todoku.delivery.Prepared;
import todoku.delivery.Recipient;
import todoku.delivery.Standstill;
import todoku.event.MailingId;
import todoku.mail.dns.MailHosts;
import todoku.mail.dns.Route;
import todoku.mail.smtp.Timeouts;
import todoku.mailing.Addresses;

/// The process that is killed. It does one job, says on its output how far it is, and stands still at the instant it was
/// told to die at; the killing is done from outside, by `kill -9`.
final class Victim {
    static final String PASSWORD = "TODOKU_BENCH_DATABASE_PASSWORD";
    /// Instants of ours beside the engine's own.
    static final String PLANNING = "PLANNING";
    static final String COMPOSING = "COMPOSING";
    static final String HELD_AT_DOT = "HELD_AT_DOT";
    /// So many dialogues at least must wait for their last reply.
    static final int HELD = 10;

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    /// After the journal knows a dot, it is on the wire well within this.
    private static final Duration WIRE = Duration.ofMillis(200);

    /// How often the reason for a standstill is looked at.
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final Duration AGAIN = Duration.ofMillis(100);

    private final Options options;
    private final String dieAt;
    private final int visit;
    private final AtomicInteger visits = new AtomicInteger();
    private final AtomicInteger atDot = new AtomicInteger();
    private final AtomicInteger watched = new AtomicInteger();

    private Victim(Options options) {
        this.options = options;
        this.dieAt = options.word("die", "");
        this.visit = options.number("visit", 1);
    }

    static int run(String[] args) throws Exception {
        Options options = Options.of(
                args, "job", "home", "url", "user", "sink", "mailing", "group", "version", "sender", "die", "visit", "file", "import", "node");
        String password = System.getenv(PASSWORD);
        try (Database database = Database.open(options.word("url", ""), options.word("user", ""), password)) {
            Victim victim = new Victim(options);
            if (options.word("job", "").equals("import")) return victim.importing(database);
            return victim.campaign(database);
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private int campaign(Database database) throws Exception {
        Installation shop = Installation.over(Path.of(options.word("home", "")), database);
        int port = options.number("sink", 0);
        MailHosts hosts = domain ->
                new Route.Hosts(List.of(new Route.Host("mx." + domain, InetAddress.getLoopbackAddress(), port)));
        ContentSource composing = (mailing, recipients) -> watched(shop.source, mailing, recipients);
        Path node = options.file("node");
        EngineSettings settings = node == null ? shop.settings() : shop.settings(node);
        try (Engine engine = new Engine(
                database, composing, new MxCarrier(hosts, "todoku.example", Timeouts.STANDARD), settings, shop.clock, this::reached)) {
            engine.start();
            say("started");
            Thread.ofPlatform().daemon().start(() -> tell(engine));
            MailingId mailing = new MailingId(options.number("mailing", Integer.MAX_VALUE));
            if (mailing.value() == Integer.MAX_VALUE) {
                say("planning");
                mailing = database.inTransaction(() -> {
                    var planned = shop.plan(
                            options.number("group", 1), options.number("version", 1), shop.senders.get(options.number("sender", 1)));
                    reached(PLANNING);
                    return planned.mailing();
                });
                say("planned");
                engine.wake();
            }
            boolean ended = ends(shop, mailing);
            say(ended ? "done" : "out of patience");
            return ended ? 0 : 1;
        }
    }

    /// What the pages show: why nothing is sent.
    private static void tell(Engine engine) {
        Standstill told = null;
        while (true) {
            Standstill now = engine.standstill();
            if (now != null && told == null) say("standstill " + now.cause());
            if (now == null && told != null) say("goes on");
            told = now;
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    /// The engine goes on when its database returns, and so do we.
    private static boolean ends(Installation shop, MailingId mailing) throws InterruptedException {
        while (true) {
            try {
                return shop.awaitEnd(mailing, PATIENCE).remaining() == 0;
            } catch (DataAccessException e) {
                Thread.sleep(AGAIN);
            }
        }
    }

    private Prepared watched(ContentSource source, MailingId mailing, List<Recipient> recipients) {
        Prepared prepared = source.prepare(mailing, recipients);
        return (no, messageId, datedAt) -> {
            reached(COMPOSING);
            return prepared.compose(no, messageId, datedAt);
        };
    }

    private void reached(Moment moment) {
        if (moment == Moment.AFTER_DOT && atDot.incrementAndGet() >= HELD && dieAt.equals(HELD_AT_DOT) && watched.getAndIncrement() == 0)
            Thread.ofPlatform().daemon().start(this::watchDots);
        if (moment == Moment.AFTER_REPLY) atDot.decrementAndGet();
        reached(moment.name());
    }

    private void watchDots() {
        while (true) {
            LockSupport.parkNanos(WIRE.toNanos());
            if (atDot.get() >= HELD) reached(HELD_AT_DOT);
        }
    }

    private void reached(String instant) {
        if (!instant.equals(dieAt) || visits.incrementAndGet() != visit) return;
        say("at " + instant);
        while (true) LockSupport.park();
    }

    private int importing(Database database) throws Exception {
        Path file = Path.of(options.word("file", ""));
        CustomerImport imports = new CustomerImport(database, new Addresses(database.client()), java.time.InstantSource.system());
        int known = options.number("import", Integer.MAX_VALUE);
        long id = known == Integer.MAX_VALUE
                ? imports.start(file, new ImportChoices("customers.csv", options.number("group", 1), false)).id()
                : known;
        say("importing " + id);
        ImportProgress done = imports.run(id, file);
        say("done");
        return done.state() == ImportProgress.State.DONE ? 0 : 1;
    }
}
