package todoku.delivery;

import static java.time.ZoneOffset.UTC;

import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import todoku.database.Database;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mail.dkim.DkimSigner;
import todoku.mail.mime.MailBytes;
import todoku.mail.smtp.Reply;
import todoku.mail.smtp.SmtpConnection;
import todoku.mailing.Mailings;
import todoku.mailing.Partitions;
import todoku.mailing.Result;
import todoku.mailing.Results;

/// The engine: started once per data directory, it delivers every mailing that is SENDING and marks it SENT.
///
/// Starting settles what an earlier process left behind, before the first dialogue. One thread looks for work, pauses
/// and expiry; one renews the leases; one commits; each destination with work has its [Lane].
public final class Engine implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Engine.class.getName());
    /// A pause reaches every lane well within a second.
    private static final Duration LOOK = Duration.ofMillis(100);
    /// How often expiry and ends are looked for.
    private static final int LOOKS_PER_SWEEP = 2;
    /// On a page.
    private static final int MOST_WARMUPS = 200;
    /// A start does not wait long for DNS.
    private static final Duration FIRST_RESOLVING = Duration.ofSeconds(1);
    /// The question for work takes at most a tenth of the time.
    private static final int LOOKS_BETWEEN_SLOW_ANSWERS = 10;
    /// A changed rule counts after two seconds.
    private static final int LOOKS_PER_RULES = 20;
    /// While our network is away, this long between two attempts to find it back.
    private static final Duration PROBE = Duration.ofSeconds(2);
    /// Every half minute or so.
    private static final int LOOKS_PER_PARTITION = 300;
    /// A transactional mail whose end is unknown is awaited by somebody.
    private static final Duration AGAIN_SOON = Duration.ofMinutes(1);
    /// A reset after the dot that means "enough for now".
    private static final Duration AGAIN_AFTER_RESET = Duration.ofHours(1);
    /// Dialogues still open then are cut; the next start finds them in the journal.
    private static final Duration CLOSING = Duration.ofSeconds(30);

    private final Database database;
    private final ContentSource source;
    private final Carrier carrier;
    private final ProviderBook book;
    private volatile ReplyClassifier classifier;
    private final EngineSettings settings;
    private final InstantSource clock;
    private final BootClock bootClock;
    private final Consumer<Moment> moments;
    private final MessageIds messageIds;
    private final Mailings mailings;
    private final Results results;
    private final Partitions partitions;
    private final Registry registry = new Registry();
    private final Turns turns = new Turns();
    /// One lane for all there is, and beside it one for the first priority alone.
    private final Map<LaneKey, Lane> all = new ConcurrentHashMap<>();
    private final Map<LaneKey, Lane> first = new ConcurrentHashMap<>();
    /// Lanes from addresses that are not used any more, until their last dialogue has ended.
    private final Set<Lane> leaving = ConcurrentHashMap.newKeySet();
    private final Map<LaneKey, Pace> paces = new ConcurrentHashMap<>();
    private final Map<Shared, Pace> shared = new ConcurrentHashMap<>();
    private final Egress egress;
    private final WorkFinder finder;
    private long nextWaking = System.nanoTime();
    private final List<Thread> threads = new ArrayList<>();
    private final Watch watch;
    private final Reach reach = new Reach(System::nanoTime);
    private final Refusals refusals = new Refusals();
    private final Transcripts transcripts;
    private final Blocks blocks = new Blocks();
    private final Map<Long, SendingIp.Out> toTakeOut = new ConcurrentHashMap<>();
    private volatile BiConsumer<SendingIp, SendingIp.Out> takenOut = (_, _) -> {};
    private volatile Consumer<SendingIp> lost = _ -> {};
    private final Counts counts = new Counts();
    private volatile BiConsumer<String, String> alarms = (_, _) -> {};
    private volatile BiConsumer<String, String> refusedAddresses = (_, _) -> {};
    private final Node node;
    private final Journal journal;
    private final Queue queue;
    private final Tallies tallies;
    private final Whys whys;
    private final Ramps ramps;
    /// What slowed us down when this node stopped, until its lane has work again.
    private final Map<LaneKey, Why> remembered = new ConcurrentHashMap<>();
    private final Committer committer;
    private final Recovery recovery;
    private final Expiry expiry;
    private final Destinations destinations;
    private final Resolver resolver;
    private final Overlook overlook;
    private volatile Set<Long> halted = Set.of();
    /// Destinations whose mail waits for an address of its pool.
    private volatile Map<Long, Why> stranded = Map.of();
    private volatile boolean alive = true;
    private volatile boolean looking = true;
    private volatile boolean woken;

    /// What all destinations of a provider share, from one of our addresses.
    private record Shared(long ip, String provider) {}

    /// Takes the lock of the data directory; throws when another engine has it.
    public Engine(
            Database database, ContentSource source, Carrier carrier, EngineSettings settings, InstantSource clock) {
        this(database, source, carrier, settings, clock, BootClock.osBoot(), BootClock.SYSTEM, database.isOurs(), _ -> {});
    }

    /// As above, telling somebody who wants to die there when it comes to an instant that matters.
    public Engine(
            Database database,
            ContentSource source,
            Carrier carrier,
            EngineSettings settings,
            InstantSource clock,
            Consumer<Moment> moments) {
        this(database, source, carrier, settings, clock, BootClock.osBoot(), BootClock.SYSTEM, database.isOurs(), moments);
    }

    /// @param alone whether no other node can reach this database
    Engine(
            Database database,
            ContentSource source,
            Carrier carrier,
            EngineSettings settings,
            InstantSource clock,
            String osBoot,
            BootClock bootClock,
            boolean alone,
            Consumer<Moment> moments) {
        this.book = new ProviderBook(database.client(), settings.providers());
        this.classifier = new ReplyClassifier(ReplyRules.of(settings.dataDirectory(), settings.providers()));
        this.database = database;
        this.source = source;
        this.carrier = carrier;
        this.settings = settings;
        this.clock = clock;
        this.bootClock = bootClock;
        this.moments = moments;
        this.messageIds = new MessageIds(settings.secret(), settings.messageIdDomain());
        this.mailings = new Mailings(database.client(), clock);
        this.partitions = new Partitions(database);
        this.finder = new WorkFinder(database.client());
        this.egress = new Egress(database.client(), alone, ip -> lost.accept(ip), clock);
        this.results = new Results(database.client());
        this.watch = new Watch(clock);
        this.node = Node.open(settings.dataDirectory(), database.client(), osBoot);
        this.journal = journal(settings, node);
        var settlement = new Settlement(database.client(), results, node.id);
        this.queue = new Queue(database, node, journal, registry, settlement, bootClock);
        this.tallies = new Tallies(database.client(), node.id, settings.zone());
        this.whys = new Whys(database.client(), node.id);
        this.ramps = new Ramps(database.client(), WarmupPlan.shipped(), settings.zone());
        this.committer = new Committer(
                database, results, mailings, node, journal, registry, queue, watch, counts, () -> alive, () -> at(Moment.BEFORE_COMMIT));
        this.recovery = new Recovery(
                database, node, alone, journal, registry, committer, settlement, mailings, () -> at(Moment.RECOVERED));
        this.destinations = new Destinations(database, carrier);
        this.resolver = new Resolver(database, queue, registry, node, results, destinations, this);
        this.expiry = new Expiry(database, results, settlement, node.id);
        this.transcripts = new Transcripts(new TranscriptTable(database.client(), clock), clock);
        this.overlook = new Overlook(database.client(), book, egress, paces, () -> stranded, watch, clock);
    }

    /// What is wrong with the own reply rules in this directory, with the line; null when nothing is.
    public static @Nullable String complaintAboutRules(Path dataDirectory) {
        try {
            ReplyRules.of(dataDirectory, Providers.shipped());
            return null;
        } catch (ReplyRuleFile.Broken broken) {
            return broken.getMessage();
        } catch (UncheckedIOException e) {
            return dataDirectory.resolve(ReplyRules.OWN_FILE) + ": " + e.getMessage();
        }
    }

    /// A directory in which no journal can be made, because its disk is full, is let go again.
    private static Journal journal(EngineSettings settings, Node node) {
        try {
            return Journal.open(settings.dataDirectory().resolve("journal"), settings.journalSlots());
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
    }

    /// Settles the past, then begins to deliver.
    public void start() {
        recovery.run(now());
        tallies.restore(now());
        remembered.putAll(whys.load(now()));
        egress.refresh();
        ramps.restore(egress.all(), now());
        meetAgain();
        destinations.refresh(now(), FIRST_RESOLVING);
        start("committer", committer::run);
        start("leases", this::renewLeases);
        start("engine", this::look);
        start("resolver", resolver::run);
    }

    private void start(String name, Runnable work) {
        threads.add(Thread.ofVirtual().name(name).start(work));
    }

    /// There may be work: saves the tenth of a second until the engine looks by itself.
    public void wake() {
        woken = true;
        threads.forEach(LockSupport::unpark);
    }

    /// Whether nothing of this mailing is held here or due now.
    public boolean idle(MailingId mailing) {
        if (registry.mailings().contains(mailing.value())) return false;
        return database.client().sql("""
                SELECT m.state <> 'SENDING' OR m.held
                       OR (NOT EXISTS (SELECT FROM delivery_batch b WHERE b.mailing_id = m.id AND b.state = 'WAITING')
                           AND EXISTS (SELECT FROM waiting_message w WHERE w.mailing_id = m.id)
                           AND NOT EXISTS (SELECT FROM waiting_message w
                                WHERE w.mailing_id = m.id AND (w.due_at <= :now OR w.node_id IS NOT NULL)))
                  FROM mailing m WHERE m.id = :mailing
                """)
                .param("now", now().atOffset(UTC))
                .param("mailing", mailing.value())
                .query(Boolean.class)
                .single();
    }

    /// 応答待ち: how many of this mailing are open, on all nodes: handed to a connection or about to be, and not judged yet.
    public int awaiting(MailingId mailing) {
        return finder.open(mailing.value());
    }

    /// Lets open dialogues finish, commits their verdicts and gives everything back.
    @Override
    public void close() {
        if (!alive) return;
        looking = false;
        lanes().forEach(Lane::close);
        long patience = System.nanoTime() + CLOSING.toNanos();
        while (System.nanoTime() < patience && !isQuiet()) LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        committer.close();
        threads.forEach(LockSupport::unpark);
        for (Thread thread : threads) join(thread);
        die();
    }

    /// How many recipients are in a dialogue now.
    int dialogues() {
        return lanes().mapToInt(Lane::dialogues).sum();
    }

    private boolean isQuiet() {
        return registry.mailings().isEmpty() && lanes().allMatch(Lane::isQuiet);
    }

    private static void join(Thread thread) {
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// From here on nothing is written any more, as after a kill.
    void die() {
        alive = false;
        looking = false;
        journal.close();
        node.close();
        lanes().forEach(Lane::close);
    }

    // ── looking ──

    private void look() {
        for (int looks = 0; looking; looks++) {
            boolean hurried = woken;
            woken = false; // a question that fails is not asked again without a pause
            try {
                noticeHalts();
                if (!toTakeOut.isEmpty()) takeOut();
                if (egress.isDoubted()) noticeAddresses();
                if (looks % LOOKS_PER_RULES == 0) noticePace(looks % LOOKS_PER_PARTITION == 0);
                wakeLanes(hurried);
                watch.databaseAnswered();
                if (looks % LOOKS_PER_SWEEP == 0) {
                    expiry.run(now());
                    database.inTransaction(() -> results.settleBounces());
                    if (looks % LOOKS_PER_PARTITION == 0) partitions.prepare();
                    noticeEnds();
                }
                if (looks % LOOKS_PER_RULES == 0) {
                    recovery.leftBehind(now());
                    expiry.stopped(now());
                }
            } catch (RuntimeException e) {
                watch.databaseRefused(e);
                if (alive && watch.allowsSending())
                    LOG.log(Level.WARNING, "the engine cannot look for work and tries again", e);
            }
            if (!woken) LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    private void noticeHalts() {
        Long[] held = registry.mailings().toArray(Long[]::new);
        halted = held.length == 0
                ? Set.of()
                : Set.copyOf(database.client()
                        .sql("SELECT id FROM mailing WHERE id = ANY(:held::bigint[]) AND (state <> 'SENDING' OR held)")
                        .param("held", held)
                        .query(Long.class)
                        .list());
        if (!halted.isEmpty()) lanes().forEach(Lane::withdraw);
    }

    /// A question that is slow, because very many destinations have work, is asked less often.
    private void wakeLanes(boolean hurried) {
        if (!hurried && System.nanoTime() < nextWaking) return;
        long asked = System.nanoTime();
        List<WorkFinder.Busy> busy = finder.busy(now());
        meet(busy.stream().filter(this::isStrange).toList());
        Map<Long, Why> without = new HashMap<>();
        for (WorkFinder.Busy work : busy) {
            if (work.id() == Destinations.UNRESOLVED) resolver.wake(work.pool());
            else if (egress.of(work.pool()).isEmpty()) without.putIfAbsent(work.id(), egress.without(work.pool()));
            else for (SendingIp ip : egress.of(work.pool())) wakeLanes(ip, work);
        }
        stranded = Map.copyOf(without);
        long answered = System.nanoTime();
        nextWaking = answered + (answered - asked) * LOOKS_BETWEEN_SLOW_ANSWERS;
    }

    /// Whoever has work takes it: an address that rests gives back what it holds, and the others of its pool go on.
    private void wakeLanes(SendingIp ip, WorkFinder.Busy work) {
        var key = new LaneKey(ip.id(), work.id());
        Pace pace = paces.get(key);
        if (pace == null) throw new IllegalStateException("nobody has met destination " + work.id());
        if (work.priority() > Mailings.LAST_URGENT_PRIORITY && pace.isQuiet()) return;
        all.computeIfAbsent(key, _ -> open(Lane.forAll(ip, work.id(), work.name(), pace, this))).wake();
        if (work.priority() <= Mailings.FIRST_PRIORITY && pace.shaping().connections() > 1)
            first.computeIfAbsent(key, _ -> open(Lane.forFirst(ip, work.id(), work.name(), pace, this))).wake();
    }

    private boolean isStrange(WorkFinder.Busy work) {
        if (work.id() == Destinations.UNRESOLVED) return false;
        for (SendingIp ip : egress.of(work.pool())) if (!paces.containsKey(new LaneKey(ip.id(), work.id()))) return true;
        return false;
    }

    /// Destinations that are new here get the rule of their provider, each address its share of it.
    private void meet(List<WorkFinder.Busy> strangers) {
        Map<Long, Provider> whose = book.of(strangers);
        for (WorkFinder.Busy stranger : strangers) {
            Provider provider = whose.get(stranger.id());
            if (provider == null) continue;
            for (SendingIp ip : egress.of(stranger.pool()))
                paces.computeIfAbsent(new LaneKey(ip.id(), stranger.id()), key -> begin(key, provider, ip));
        }
    }

    /// Whom mails were counted for, or who had complained, when this node stopped: their provider counts it from the first
    /// mail on, whichever of its destinations that is for.
    private void meetAgain() {
        Set<LaneKey> known = new HashSet<>(tallies.lanes());
        known.addAll(remembered.keySet());
        Map<Long, Provider> whose =
                book.of(finder.named(known.stream().map(LaneKey::destination).distinct().toList()));
        for (LaneKey key : known) {
            Provider provider = whose.get(key.destination());
            SendingIp ip = egress.find(key.ip());
            if (provider != null && ip != null) paces.computeIfAbsent(key, _ -> begin(key, provider, ip));
        }
    }

    private Pace begin(LaneKey key, Provider provider, SendingIp ip) {
        var pace = new Pace(key, provider, shaping(provider, ip), tallies.of(key), clock, System::nanoTime);
        shape(pace, provider, ip);
        Why before = remembered.remove(key);
        if (before != null) pace.restore(before);
        return pace;
    }

    private Shaping shaping(Provider provider, SendingIp ip) {
        return book.providers().shapingOf(provider).weighing(ip.weight());
    }

    /// Gives a lane the rule of its provider, and what all its destinations share.
    private void shape(Pace pace, Provider provider, SendingIp ip) {
        long destination = pace.lane().destination();
        Ramp ramp = ramps.of(ip, provider, destination, now());
        Shaping shaping = shaping(provider, ip);
        pace.shape(provider, shaping);
        if (provider.isDefault()) {
            pace.share(null);
            pace.warm(ramp);
            return;
        }
        Pace all = shared.computeIfAbsent(new Shared(ip.id(), provider.key()), key -> {
            var lane = new LaneKey(key.ip(), Destinations.UNRESOLVED);
            return new Pace(lane, provider, shaping, new Tally(lane, settings.zone()), clock, System::nanoTime);
        });
        all.shape(provider, shaping);
        all.warm(ramp);
        pace.warm(null);
        pace.share(all);
    }

    private Lane open(Lane lane) {
        Thread.ofVirtual().name("feeder " + lane.name()).start(lane::feed);
        return lane;
    }

    private void noticePace(boolean all) {
        boolean moved = noticeAddresses();
        noticeRules(all || moved);
        paces.values().forEach(Pace::look);
        shared.values().forEach(Pace::look);
        ramps.store(now());
        whys.store(paces.values());
    }

    /// Lanes from addresses that are gone, or are another's now, end; what they held goes to the others of its pool.
    /// @return whether anything is different
    private boolean noticeAddresses() {
        leaving.removeIf(Lane::isQuiet);
        if (!egress.refresh()) return false;
        for (Map<LaneKey, Lane> lanes : List.of(all, first)) {
            lanes.values().removeIf(lane -> {
                SendingIp now = egress.find(lane.ip().id());
                if (now != null && lane.ip().goesOnAs(now)) return false;
                leaving.add(lane);
                lane.close();
                return true;
            });
        }
        return true;
    }

    /// What an operator has changed counts from here on, also for lanes that are open.
    /// @param all also what DNS has told since: a destination may have become another provider's
    private void noticeRules(boolean all) {
        boolean changed = book.refresh();
        if (changed) noticeReplyRules();
        if (!changed && !all) return;
        Map<Long, Provider> whose =
                book.of(finder.named(paces.keySet().stream().map(LaneKey::destination).distinct().toList()));
        paces.forEach((key, pace) -> {
            Provider provider = whose.get(key.destination());
            SendingIp ip = egress.find(key.ip());
            if (provider == null) return;
            if (ip != null) shape(pace, provider, ip);
            else pace.shape(provider, book.providers().shapingOf(provider));
        });
        lanes().forEach(Lane::wake);
    }

    private void noticeReplyRules() {
        try {
            classifier = new ReplyClassifier(ReplyRules.of(settings.dataDirectory(), book.providers()));
        } catch (ReplyRuleFile.Broken | UncheckedIOException e) {
            LOG.log(Level.WARNING, "the reply rules stay as they are", e);
        }
    }

    /// Our settings are refused: nothing more goes to anybody of that provider until one mail has tried again.
    void alarm(Pace where, Why why, String name) {
        String reply = why.reply();
        alarms.accept(name, reply == null ? "" : reply);
        for (Pace each : paces.values()) if (each != where && isSameProvider(each, where)) each.alarmed(why);
    }

    /// Whoever is nobody's is alone.
    private static boolean isSameProvider(Pace one, Pace other) {
        return one.lane().destination() == other.lane().destination()
                || !one.provider().isDefault() && one.provider().key().equals(other.provider().key());
    }

    private Stream<Lane> lanes() {
        return Stream.of(all.values(), first.values(), leaving).flatMap(Collection::stream);
    }

    private void noticeEnds() {
        database.client().sql("""
                SELECT m.id, EXISTS (SELECT FROM waiting_message w WHERE w.mailing_id = m.id) AS waiting FROM mailing m
                 WHERE m.state = 'SENDING' AND NOT m.held
                   AND NOT EXISTS (SELECT FROM delivery_batch b WHERE b.mailing_id = m.id AND b.state = 'WAITING')
                """).query(row -> {
            var mailing = new MailingId(row.getLong("id"));
            mailings.firstPassEnded(mailing);
            if (!row.getBoolean("waiting")) database.inTransaction(() -> mailings.sent(mailing));
        });
    }

    private void renewLeases() {
        while (alive && (looking || !registry.mailings().isEmpty())) {
            LockSupport.parkNanos(Lease.RENEWAL.toNanos());
            try {
                if (alive) queue.renew();
                if (alive) queue.signOfLife();
            } catch (RuntimeException e) {
                watch.databaseRefused(e);
                if (alive && watch.allowsSending())
                    LOG.log(Level.WARNING, "leases could not be renewed", e);
            }
        }
    }

    /// 自動停止中: why nothing is sent at present, or null.
    public @Nullable Standstill standstill() {
        return watch.standstill();
    }

    /// How every destination is doing that has work or had some since the start.
    public EngineView view() {
        return overlook.all();
    }

    /// The same in short: for a page that looks every two seconds.
    public EngineNow overlook() {
        return overlook.now();
    }

    /// Somebody does not want to wait any longer for this destination: one mail tries now.
    public void tryNow(long destination) {
        for (Pace pace : paces.values()) if (pace.lane().destination() == destination) pace.tryNow();
        wake();
    }

    /// The providers in force here.
    public Providers providers() {
        return book.providers();
    }

    /// Tells somebody that a destination refuses one of our network addresses, with its reply: once, and again for each mail
    /// that tries later and is refused too.
    public void onRefusedAddress(BiConsumer<String, String> listener) {
        refusedAddresses = listener;
    }

    /// Tells somebody when a destination refuses our settings: its name and its words.
    public void onAlarm(BiConsumer<String, String> told) {
        alarms = told;
    }

    /// Tells somebody when the engine takes one of our addresses out by itself.
    public void onTakenOut(BiConsumer<SendingIp, SendingIp.Out> told) {
        takenOut = told;
    }

    /// Tells somebody when an address that is in use is not on this machine any more.
    public void onLost(Consumer<SendingIp> told) {
        lost = told;
    }

    /// How far the addresses of this node have come that are being warmed up: those with something to tell, providers with a
    /// name first.
    public List<Warmup> warmups() {
        Instant now = now();
        List<Ramp> known = ramps.all().stream().filter(ramp -> egress.find(ramp.ip()) != null).toList();
        Map<Long, String> names = finder.named(known.stream().map(Ramp::destination).filter(id -> id != 0).toList()).stream()
                .collect(Collectors.toMap(WorkFinder.Busy::id, WorkFinder.Busy::name));
        return known.stream()
                .map(ramp -> ramp.shown(book.providers().find(ramp.provider()).orElse(null), names.get(ramp.destination()), now))
                .filter(shown -> shown.provider() != null || shown.destination() != null && shown.mails() > 0)
                .sorted(Comparator.comparing((Warmup shown) -> shown.provider() == null)
                        .thenComparing(Warmup::mails, Comparator.reverseOrder()))
                .limit(MOST_WARMUPS)
                .toList();
    }

    /// The way of one address at the providers that [#warmups] tells of and where it is still held back.
    List<WarmupCourse> courses(SendingIp ip) {
        return warmups().stream()
                .filter(warmup -> warmup.ip() == ip.id() && warmup.provider() != null && !warmup.isDone())
                .map(warmup -> ramps.course(ip, Objects.requireNonNull(warmup.provider()).key(), warmup))
                .toList();
    }

    /// Whether an address in use is not on this machine.
    boolean isMissing(SendingIp ip) {
        return egress.isMissing(ip.id());
    }

    /// Mailings that most of their destinations refuse because of us, by the latest attempts of this node.
    public List<RefusedMailing> refused() {
        return refusals.most(now());
    }

    /// It is paused: its attempts so far count no more.
    public void forgetRefusals(MailingId mailing) {
        refusals.forget(mailing);
    }

    // ── what lanes ask ──

    /// A destination cannot be reached. When it is our own network that is away, nothing is begun until it is back.
    Reach.Failure unreached(long destination, String domain) {
        Reach.Failure failure = reach.failed(destination, domain);
        if (failure == Reach.Failure.OURS && watch.networkAway())
            Thread.ofVirtual().name("probe").start(this::probe);
        return failure;
    }

    /// A connection was made, or refused with words.
    void reached(String domain) {
        if (reach.spoke(domain)) watch.networkBack();
    }

    /// Somebody said something on a connection.
    void spoke() {
        if (reach.spoke()) watch.networkBack();
    }

    private void probe() {
        while (looking && watch.isNetworkAway()) {
            LockSupport.parkNanos(PROBE.toNanos());
            for (String domain : reach.probes()) {
                if (!looking || isThere(domain)) break;
            }
            if (reach.isLongClosed()) watch.networkTried();
        }
    }

    private boolean isThere(String domain) {
        return switch (carrier.connect(domain)) {
            case Carrier.Connecting.Ready(SmtpConnection connection, _) -> {
                connection.quit();
                reached(domain);
                yield true;
            }
            case Carrier.Connecting.Refused _, Carrier.Connecting.NotSafe _ -> {
                reached(domain);
                yield true;
            }
            case Carrier.Connecting.Nowhere _, Carrier.Connecting.Failed _, Carrier.Connecting.NoAddress _ -> false;
        };
    }

    /// For metrics; asks nobody.
    public EngineMeasures measures() {
        Map<String, EngineMeasures.Lanes> lanes = new TreeMap<>();
        for (Pace pace : paces.values())
            lanes.merge(pace.provider().key(), new EngineMeasures.Lanes(0, 0, 0, 0).with(pace), (sum, _) -> sum.with(pace));
        return new EngineMeasures(
                counts.attempts(),
                lanes,
                dialogues(),
                journal.used(),
                journal.slots(),
                counts.commits(),
                transcripts.dropped(),
                watch.standstill() != null);
    }

    Counts counts() {
        return counts;
    }

    Transcripts transcripts() {
        return transcripts;
    }

    /// Stores some of the dialogues that were kept: once a second.
    public void writeTranscripts() {
        transcripts.write();
    }

    /// Whether another address of the same pool sends there now.
    boolean goesOnElsewhere(SendingIp ip, long destination) {
        for (SendingIp other : egress.of(ip.pool())) {
            if (other.id() == ip.id()) continue;
            Pace pace = paces.get(new LaneKey(other.id(), destination));
            if (pace == null || !pace.isResting() && !pace.isSpent()) return true;
        }
        return false;
    }

    /// This lane finds nothing more; those from other addresses of its pool may hold much.
    void hasNothing(Lane lane) {
        for (SendingIp other : egress.of(lane.ip().pool())) {
            Lane busy = other.id() == lane.ip().id() ? null : all.get(new LaneKey(other.id(), lane.destination()));
            if (busy != null) busy.yieldTo(lane);
        }
    }

    /// Somebody refuses one of our addresses. When it is bad enough, nothing goes out from it any more.
    /// @param news the name of the destination, when it has not refused it before
    void blocked(SendingIp ip, Pace where, Reply reply, @Nullable String news) {
        if (news != null) refusedAddresses.accept(news, ReplyClassifier.stored(reply));
        String provider = where.provider().isDefault() ? "destination " + where.lane().destination() : where.provider().key();
        SendingIp.Cause cause = blocks.add(ip.id(), provider, reply, now());
        if (cause != null) toTakeOut.put(ip.id(), new SendingIp.Out(cause, ReplyClassifier.stored(reply), now()));
    }

    private void takeOut() {
        for (long id : Set.copyOf(toTakeOut.keySet())) {
            SendingIp.Out out = toTakeOut.remove(id);
            SendingIp ip = egress.find(id);
            if (out == null || ip == null) continue;
            List<Long> here = egress.of(ip.pool()).stream().map(SendingIp::id).toList();
            boolean done = database.inTransaction(() -> egress.stored().takeOut(id, out, here));
            if (done) takenOut.accept(ip, out);
        }
        egress.doubt();
    }

    /// One of our addresses may have gone: it is looked at within a tenth of a second.
    void doubt() {
        egress.doubt();
    }

    Refusals refusals() {
        return refusals;
    }

    /// Exactly one thing happens to a recipient after an attempt.
    /// @param wait how long one waits who was refused because of us
    void settle(Opened opened, Verdict verdict, Shaping shaping, Duration wait) {
        Instant now = now();
        Outcome outcome = opened.isDoubtful() ? doubtful(opened, verdict, wait, now) : plain(opened, verdict, shaping, wait, now);
        journal.outcome(outcome, entry -> committer.add(entry, opened));
        at(Moment.AFTER_REPLY);
    }

    private Outcome plain(Opened opened, Verdict verdict, Shaping shaping, Duration wait, Instant now) {
        int before = opened.attemptsBefore();
        return switch (verdict) {
            case Verdict.Delivered(Reply reply) -> end(opened, Result.State.DELIVERED, null, reply, now);
            case Verdict.Refused(Reply reply, Reason reason) -> end(opened, Result.State.FAILED, reason, reply, now);
            case Verdict.Unroutable _ -> end(opened, Result.State.FAILED, Reason.HOST_UNKNOWN, null, now);
            case Verdict.Skipped(Reason reason) -> end(opened, Result.State.SKIPPED, reason, null, now);
            case Verdict.Unknown _ when opened.held().sendsAgain() ->
                wait(opened, before + 1, null, now, now.plus(AGAIN_SOON), true);
            case Verdict.Unknown(_, boolean reset) when reset && shaping.resetMeansLater() ->
                wait(opened, before + 1, null, now, now.plus(AGAIN_AFTER_RESET), true);
            case Verdict.Unknown(Reason why, _) -> end(opened, Result.State.UNKNOWN, why, null, now);
            case Verdict.Deferred _, Verdict.NotSafe _, Verdict.LaneBlocked _, Verdict.HandedBack _ ->
                later(opened, verdict, wait, now, false);
        };
    }

    /// One who may have the mail already ends only as delivered or unknown.
    private Outcome doubtful(Opened opened, Verdict verdict, Duration wait, Instant now) {
        return switch (verdict) {
            case Verdict.Delivered(Reply reply) -> end(opened, Result.State.DELIVERED, null, reply, now);
            case Verdict.Refused(Reply reply, _) -> end(opened, Result.State.UNKNOWN, Reason.CUT_AFTER_DOT, reply, now);
            case Verdict.Unroutable _, Verdict.Skipped _, Verdict.Unknown _ ->
                end(opened, Result.State.UNKNOWN, Reason.CUT_AFTER_DOT, null, now);
            case Verdict.Deferred _, Verdict.NotSafe _, Verdict.LaneBlocked _, Verdict.HandedBack _ ->
                later(opened, verdict, wait, now, true);
        };
    }

    private Outcome later(Opened opened, Verdict verdict, Duration wait, Instant now, boolean doubtful) {
        int before = opened.attemptsBefore();
        return switch (verdict) {
            case Verdict.Deferred(_, var reply) ->
                wait(opened, before + 1, said(reply), now, now.plus(settings.pauseAfter(before + 1)), doubtful);
            case Verdict.NotSafe(var trouble) ->
                wait(opened, before + 1, trouble.toString(), now, now.plus(settings.pauseAfter(before + 1)), doubtful);
            case Verdict.LaneBlocked(Reply reply, _, _, _) -> wait(opened, before, said(reply), now, now.plus(wait), doubtful);
            case Verdict.HandedBack _ -> wait(opened, before, null, now, now, doubtful);
            case Verdict.Delivered _, Verdict.Refused _, Verdict.Unroutable _, Verdict.Skipped _, Verdict.Unknown _ ->
                throw new IllegalArgumentException("this is an end: " + verdict);
        };
    }

    private static Outcome end(
            Opened opened, Result.State state, @Nullable Reason reason, @Nullable Reply reply, Instant now) {
        return new Outcome(
                opened.held().mailing(),
                opened.recipient().no(),
                opened.batch(),
                opened.held().fence(),
                opened.attemptsBefore() + 1,
                state,
                reason,
                reply == null ? null : ReplyClassifier.stored(reply),
                now,
                now,
                false);
    }

    private static Outcome wait(
            Opened opened, int attempts, @Nullable String said, Instant now, Instant due, boolean doubtful) {
        return new Outcome(
                opened.held().mailing(),
                opened.recipient().no(),
                opened.batch(),
                opened.held().fence(),
                attempts,
                null,
                null,
                said,
                now,
                due,
                doubtful);
    }

    private static @Nullable String said(@Nullable Reply reply) {
        return reply == null ? null : ReplyClassifier.stored(reply);
    }

    byte[] signed(Composition.Mail mail, Instant datedAt) {
        if (mail.signers().isEmpty()) return mail.header();
        return DkimSigner.signed(mail.signers(), new MailBytes(mail.header(), mail.body()), datedAt)
                .header();
    }

    boolean isAlive() {
        return alive;
    }

    boolean isLooking() {
        return looking;
    }

    Duration pauseAfter(int attempts) {
        return settings.pauseAfter(attempts);
    }

    boolean isHalted(MailingId mailing) {
        return halted.contains(mailing.value());
    }

    Instant now() {
        return clock.instant();
    }

    void at(Moment moment) {
        moments.accept(moment);
    }

    /// A lane has come to a stop until verdicts are committed.
    void hurry() {
        committer.hurry();
    }

    BootClock bootClock() {
        return bootClock;
    }

    Turns turns() {
        return turns;
    }

    Watch watch() {
        return watch;
    }

    Queue queue() {
        return queue;
    }

    Registry registry() {
        return registry;
    }

    Journal journal() {
        return journal;
    }

    ContentSource source() {
        return source;
    }

    ReplyClassifier classifier() {
        return classifier;
    }

    Carrier carrier() {
        return carrier;
    }

    MessageIds messageIds() {
        return messageIds;
    }
}
