package todoku.delivery;


import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.database.TestDatabase;
import todoku.event.Event.Environment;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mail.smtp.Answer;
import todoku.mail.smtp.Incoming;
import todoku.mail.smtp.Opening;
import todoku.mail.smtp.Pause;
import todoku.mail.smtp.Session;
import todoku.mail.smtp.SmtpConnection;
import todoku.mail.smtp.SmtpServer;
import todoku.mail.smtp.Timeouts;
import todoku.mail.smtp.Tls;
import todoku.mailing.Mailings;
import todoku.mailing.Recipients.Range;
import todoku.mailing.Result;
import todoku.mailing.Results;

/// A house for the tests of the engine: a real database, a real receiving server that does what a test says, and a clock
/// that only a test moves.
abstract class EngineWorld {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    @TempDir
    Path directory;

    final AtomicReference<Instant> time = new AtomicReference<>(Instant.parse("2026-04-01T01:00:00Z"));
    final InstantSource clock = time::get;
    final Mailings mailings = new Mailings(database.client(), clock);
    final Map<String, Integer> received = new ConcurrentHashMap<>();
    final Map<String, Integer> asked = new ConcurrentHashMap<>();
    final AtomicInteger sessions = new AtomicInteger();
    /// At this moment.
    final AtomicInteger connected = new AtomicInteger();
    Carrier carrier = this::connect;
    final AtomicLong slept = new AtomicLong();
    int journalSlots = 4096;
    boolean resetMeansLater;
    /// In whose name the next mailing goes out.
    @Nullable Long sender;
    boolean alone;
    boolean resolved = true;
    /// How many of a mailing go first.
    int first = Integer.MAX_VALUE;
    /// Other rules than one for everybody.
    @Nullable Providers providers;
    Duration rest = Duration.ofMillis(100);
    IntFunction<Answer> mail = _ -> Answer.say(250, "2.1.0 Ok");
    Function<String, Answer> rcpt = _ -> Answer.say(250, "2.1.5 Ok");
    Function<String, Answer> dot = _ -> Answer.say(250, "2.0.0 Ok");
    /// What they say to whom; by our address.
    Function<String, Answer> greets = _ -> Answer.say(220, "mx.example.jp ESMTP");
    /// From which of our addresses each recipient was sent to.
    final Map<String, String> cameFrom = new ConcurrentHashMap<>();
    SmtpServer receiver;
    IntSupplier port = () -> receiver.port();

    @BeforeEach
    void startReceiver() throws Exception {
        receiver = SmtpServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                "mx.example.jp",
                SmtpServer.Limits.STANDARD,
                Pause.REAL,
                Receiver::new);
    }

    @AfterEach
    void leaveNothingBehind() {
        receiver.close();
        database.client().sql("UPDATE mailing SET state = 'STOPPED', held = false WHERE state IN ('SENDING', 'PAUSED')").update();
    }

    final class Receiver implements Session {
        private int begun;
        private String peer = "";

        @Override
        public Answer connected(InetAddress peer) {
            connected.incrementAndGet();
            sessions.incrementAndGet();
            this.peer = peer.getHostAddress();
            return greets.apply(this.peer);
        }

        @Override
        public void ended() {
            connected.decrementAndGet();
        }

        @Override
        public Answer mail(String from) {
            return mail.apply(++begun);
        }

        @Override
        public Answer rcpt(String to) {
            asked.merge(to, 1, Integer::sum);
            return rcpt.apply(to);
        }

        @Override
        public Answer message(Incoming mail) {
            cameFrom.put(mail.recipients().getFirst(), peer);
            received.merge(mail.recipients().getFirst(), 1, Integer::sum);
            return dot.apply(mail.recipients().getFirst());
        }
    }

    // ── the house around the engine ──

    static final int CONNECTIONS = 4;
    /// What is left for a campaign.
    static final int BULK = CONNECTIONS - 1;

    EngineSettings settings() {
        return new EngineSettings(
                directory,
                "todoku.example",
                "secret".getBytes(StandardCharsets.US_ASCII),
                providers == null ? Providers.allAlike(new Shaping(CONNECTIONS, 100, 0, rest, resetMeansLater)) : providers,
                List.of(Duration.ofMinutes(15)),
                journalSlots,
                ZoneId.of("Asia/Tokyo"));
    }

    Engine engine(Consumer<Moment> moments) {
        return engine("boot", moments);
    }

    Engine engine(String osBoot, Consumer<Moment> moments) {
        return new Engine(
                database.database(),
                this::prepare,
                carrier,
                settings(),
                clock,
                osBoot,
                () -> BootClock.SYSTEM.millis() + slept.get(),
                alone,
                moments);
    }

    /// So often contents cannot be had.
    final AtomicInteger contentsFail = new AtomicInteger();

    /// The numbers of those who want no mail any more.
    final Set<Integer> left = ConcurrentHashMap.newKeySet();

    Prepared prepare(MailingId mailing, List<Recipient> recipients) {
        if (contentsFail.get() > 0 && contentsFail.decrementAndGet() >= 0) throw new IllegalStateException("no contents now");
        Set<Integer> unwanted = Set.copyOf(left);
        return (no, messageId, datedAt) -> unwanted.contains(no) ? new Composition.Skip(Reason.SUPPRESSED) : new Composition.Mail(
                "return@todoku.example",
                names.getOrDefault(mailing.value(), "r%d@unknown.example").formatted(no),
                ("Message-ID: <" + messageId + ">\r\nSubject: test\r\n").getBytes(StandardCharsets.US_ASCII),
                "Hello\r\n".getBytes(StandardCharsets.US_ASCII),
                List.of());
    }

    final Map<Long, String> names = new ConcurrentHashMap<>();

    Carrier.Connecting connect(String destination) {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port.getAsInt());
        return switch (SmtpConnection.connect(address, "todoku.example", Timeouts.STANDARD, Tls.NEVER)) {
            case Opening.Opened(SmtpConnection connection) -> new Carrier.Connecting.Ready(connection, "");
            case Opening.RefusedAt refused -> new Carrier.Connecting.Refused(refused.reply());
            case Opening.FailedAt failed -> new Carrier.Connecting.Failed(failed.why());
            case Opening.NotSafe(var trouble) -> new Carrier.Connecting.NotSafe(trouble, true);
        };
    }

    /// Proves that the engine has looked at this destination since.
    void deliverAnother(String domain, String prefix) {
        MailingId another = planned(domain, 1, prefix);
        await(() -> mailings.state(another) == Mailings.State.SENT);
    }

    MailingId planned(String domain, int recipients) {
        return planned(domain, recipients, "r");
    }

    MailingId planned(String domain, int recipients, String prefix) {
        return planned(Mailings.Kind.GROUP, domain, recipients, prefix);
    }

    MailingId planned(long category, String domain, int recipients) {
        return planned(Mailings.Kind.GROUP, category, domain, recipients, "c");
    }

    MailingId planned(Mailings.Kind kind, String domain, int recipients, String prefix) {
        return planned(kind, null, domain, recipients, prefix);
    }

    private MailingId planned(Mailings.Kind kind, @Nullable Long category, String domain, int recipients, String prefix) {
        int priority = kind.isTransactional() ? Mailings.FIRST_PRIORITY : 50;
        MailingId mailing = mailings.create(new Mailings.NewMailing(
                kind,
                Environment.LIVE,
                1,
                category,
                priority,
                null,
                sender,
                clock.instant().plus(Duration.ofDays(3))));
        names.put(mailing.value(), prefix + "%d@" + domain);
        var db = database.client();
        long domainId = db.sql("INSERT INTO domain (name) VALUES (:name) ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name RETURNING id")
                .param("name", domain)
                .query(Long.class)
                .single();
        db.sql("""
                WITH a AS (INSERT INTO address (canonical, as_written, domain_id)
                           SELECT :prefix || n || '@' || :domain, :prefix || n || '@' || :domain, :id
                             FROM generate_series(1, :count) n RETURNING id)
                INSERT INTO mailing_recipient (mailing_id, no, address_id)
                SELECT :mailing, row_number() OVER (ORDER BY id), id FROM a
                """)
                .param("domain", domain)
                .param("prefix", prefix)
                .param("id", domainId)
                .param("count", recipients)
                .param("mailing", mailing.value())
                .update();
        if (resolved) resolve(domain);
        new Batches(db).cut(mailing, List.of(new Range(destination(domain), 1, recipients)), first);
        mailings.planned(mailing, recipients);
        mailings.start(mailing);
        return mailing;
    }

    private long destination(String domain) {
        return database.client().sql("SELECT coalesce(destination_id, 0) FROM domain WHERE name = :name")
                .param("name", domain).query(Long.class).single();
    }

    /// As if this domain had been sent to before.
    void resolve(String domain) {
        var destinations = new Destinations(database.database(), carrier);
        database.database()
                .inTransaction(() -> destinations.store(Map.of(domain, carrier.served(domain)), clock.instant()));
    }

    int record(Results results, Result result) {
        return database.database().inTransaction(() -> results.record(1, List.of(result)));
    }

    int waiting(MailingId mailing) {
        return mailings.progress(mailing).waiting();
    }

    /// Those that have not ended.
    int batchesOf(MailingId mailing) {
        return numbers("SELECT count(*) FROM delivery_batch WHERE mailing_id = :id AND state = 'WAITING'", mailing).getFirst();
    }

    long events(MailingId mailing) {
        return database.client()
                .sql("SELECT count(*) FROM event WHERE mailing_id = :id")
                .param("id", mailing.value())
                .query(Long.class)
                .single();
    }

    List<Integer> attempts(MailingId mailing) {
        return numbers("SELECT attempts FROM recipient_result WHERE mailing_id = :id", mailing);
    }

    List<Integer> waitingAttempts(MailingId mailing) {
        return numbers("SELECT attempts FROM waiting_message WHERE mailing_id = :id", mailing);
    }

    static List<Integer> numbers(String sql, MailingId mailing) {
        return database.client().sql(sql).param("id", mailing.value()).query(Integer.class).list();
    }

    List<String> results(MailingId mailing) {
        return database.client()
                .sql("""
                        SELECT r.state || ' ' || r.reason || ' ' || t.text FROM recipient_result r
                          JOIN reply_text t ON t.id = r.reply_id WHERE r.mailing_id = :id
                        """)
                .param("id", mailing.value())
                .query(String.class)
                .list();
    }

    static boolean somebodyWaitsForARow() {
        return database.client()
                .sql("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')")
                .query(Boolean.class)
                .single();
    }

    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) throw new AssertionError("it did not happen in 30 s");
            LockSupport.parkNanos(5_000_000);
        }
    }
}
