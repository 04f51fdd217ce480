package todoku.customer.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import todoku.customer.CustomerImport;
import todoku.customer.ImportChoices;
import todoku.customer.ImportEncoding;
import todoku.customer.ImportKey;
import todoku.customer.ImportMode;
import todoku.customer.ImportProgress;
import todoku.customer.ImportReading;
import todoku.customer.LineClass;
import todoku.customer.SharedAddresses;
import todoku.customer.source.Trouble.Kind;
import todoku.database.Database;
import todoku.database.Secrets;

/// Reads outside databases and registers what was read.
///
/// A run reads the whole result into a file, has it registered like every other file, and then looks who vanished. It is begun
/// once at a time; cut off at any point it is taken up again by [#runDue], on this node or another, and ends as if it had never
/// been cut. How far the source was read is written down when everything of it stands.
public final class Synchronisation implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Synchronisation.class.getName());

    /// Runs that ended without a word are begun so often.
    private static final int MOST_ATTEMPTS = 5;

    /// At the same time: the database has other work.
    private static final int MOST_AT_ONCE = 2;

    /// First part of the key of the lock a run holds as long as it is at work.
    private static final int LOCK = 0x746f6475;

    private final Database database;
    private final CustomerImport imports;
    private final InstantSource clock;
    private final ZoneId zone;
    private final Path folder;
    private final OutsideReader reader;
    final Sources sources;
    final Runs runs;
    private final Members members;
    private final SharedAddresses sharing;
    private final Set<Long> atWork = ConcurrentHashMap.newKeySet();
    private final Semaphore turns = new Semaphore(MOST_AT_ONCE);
    private volatile boolean closing;

    /// @param home the data directory: results lie in `sources` while they are registered, drivers in `drivers`
    public Synchronisation(
            Database database, CustomerImport imports, Secrets secrets, OutsideHosts hosts, Path home, InstantSource clock, ZoneId zone) {
        this.database = database;
        this.imports = imports;
        this.clock = clock;
        this.zone = zone;
        this.folder = home.resolve("sources");
        this.reader = new OutsideReader(new Drivers(home), hosts, new OwnDatabase(database), clock, zone);
        this.sources = new Sources(database.client(), secrets, clock);
        this.runs = new Runs(database.client());
        this.members = new Members(database.client());
        this.sharing = new SharedAddresses(database.client());
    }

    /// What the server calls itself; nothing is read.
    String test(Source source) throws Trouble {
        return reader.test(source, sources.password(source.id()));
    }

    Preview preview(Source source, List<String> fields) throws Trouble {
        return reader.preview(source, sources.password(source.id()), fields);
    }

    /// Opens a run, which [#runDue] or [#begin] works off. Empty when one is under way.
    Optional<Long> open(Source source, boolean all, @Nullable Long operator) {
        return runs.open(source.id(), all || Timetable.readsAll(source, clock.instant()) && source.mark() == null, operator, clock.instant());
    }

    /// Opens the runs that are due, and takes up every one nobody is at work on.
    public void runDue() {
        Map<Long, Run> last = new HashMap<>();
        runs.last().forEach(run -> last.put(run.source(), run));
        for (Source source : sources.all()) {
            @Nullable Run before = last.get(source.id());
            if (before != null && before.state() == Run.State.RUNNING || !source.isMapped()) continue;
            if (Timetable.isDue(source, before == null ? null : before.startedAt(), clock.instant(), zone))
                runs.open(source.id(), Timetable.readsAll(source, clock.instant()), null, clock.instant());
        }
        runs.unfinished().forEach(run -> begin(run.id()));
    }

    /// Works in the background.
    void begin(long runId) {
        if (closing || !atWork.add(runId)) return;
        Thread.ofVirtual().name("outside-" + runId).start(() -> {
            try {
                turns.acquire();
                try {
                    if (!closing) work(runId);
                } finally {
                    turns.release();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                if (!closing) LOG.log(System.Logger.Level.ERROR, "run " + runId + " of an outside database stands still, and is begun again", e);
            } finally {
                atWork.remove(runId);
            }
        });
    }

    /// Works a run off and returns when it has ended, or another node is at work on it.
    void work(long runId) {
        Run run = runs.find(runId).orElseThrow();
        try (Connection lock = database.dataSource().getConnection()) {
            if (!locked(lock, run.source())) return;
            try {
                runs.find(runId).filter(each -> each.state() == Run.State.RUNNING).ifPresent(this::settle);
            } finally {
                unlock(lock, run.source());
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the lock of outside database " + run.source() + " was lost", e);
        }
    }

    private void settle(Run run) {
        if (run.attempts() >= MOST_ATTEMPTS) {
            fail(run.id(), new Trouble(Kind.CUT_OFF, ""));
            return;
        }
        runs.attempted(run.id());
        try {
            synchronise(run);
        } catch (Trouble e) {
            fail(run.id(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fail(long run, Trouble trouble) {
        runs.fail(run, trouble.kind(), trouble.detail(), clock.instant());
        forget(run);
    }

    private void synchronise(Run opened) throws Trouble, IOException {
        Source source = sources.find(opened.source()).orElseThrow();
        if (!source.isMapped()) throw new Trouble(Kind.NOT_MAPPED, "");
        if (opened.approved()) {
            takeOut(opened, source);
            runs.end(opened.id(), Run.State.DONE, clock.instant());
            return;
        }
        Run run = isRegistering(opened) ? opened : read(opened, source);
        register(run, source);
        remember(run, source);
        Members.Missing missing = run.all() ? members.missing(source, run.id()) : new Members.Missing(0, 0);
        runs.missing(run.id(), missing.vanished(), missing.brought());
        boolean asks = source.vanished() != Source.Vanished.KEEP && missing.isMany();
        if (!asks && missing.vanished() > 0) takeOut(run, source);
        database.inTransaction(() -> {
            if (run.all()) runs.overtaken(source.id(), run.id());
            sources.read(source, run.mark(), run.all());
            runs.end(run.id(), asks ? Run.State.ASKING : Run.State.DONE, clock.instant());
        });
        forget(run.id());
    }

    /// Whether the file it was registering from is here.
    private boolean isRegistering(Run run) {
        return run.importId() != null && Files.exists(file(run.id()));
    }

    private Run read(Run run, Source source) throws Trouble, IOException {
        giveUp(run);
        @Nullable Mark since = run.all() ? null : Mark.of(source.mark());
        OutsideReader.Result result = reader.read(source, sources.password(source.id()), since, file(run.id()));
        ImportProgress started = imports.start(file(run.id()), choices(source));
        if (started.state() == ImportProgress.State.FAILED) throw new Trouble(Kind.NOT_REGISTERED, String.valueOf(started.why()));
        runs.registering(run.id(), started.id(), result.rows(), result.mark());
        return runs.find(run.id()).orElseThrow();
    }

    /// What an earlier attempt was registering from was on another node, or is gone.
    private void giveUp(Run run) {
        if (run.importId() != null) imports.giveUp(run.importId());
    }

    ImportChoices choices(Source source) {
        Map<Integer, String> columns = new HashMap<>();
        int place = 0;
        for (String meaning : source.mapping().values()) columns.put(place++, Meanings.reading(meaning));
        var reading = new ImportReading(ImportEncoding.UTF_8, columns);
        ImportMode mode = source.overwrite() ? ImportMode.ADD_AND_OVERWRITE : ImportMode.ADD;
        return new ImportChoices(source.name(), source.group(), mode, source.key(), null, reading, List.of());
    }

    private void register(Run run, Source source) throws Trouble, IOException {
        long importId = importOf(run);
        ImportProgress progress = imports.run(importId, file(run.id()));
        if (progress.state() != ImportProgress.State.DONE) {
            imports.giveUp(importId);
            throw new Trouble(Kind.NOT_REGISTERED, progress.why() == null ? source.name() : progress.why());
        }
        runs.registered(run.id(), progress);
        imports.settle(progress);
    }

    private static long importOf(Run run) {
        if (run.importId() == null) throw new IllegalStateException("run " + run.id() + " registers nothing");
        return run.importId();
    }

    /// Rows that were refused, or were not to be overwritten, are there all the same.
    private void remember(Run run, Source source) {
        String meaning = source.key() == ImportKey.ADDRESS ? Meanings.ADDRESS : Meanings.NUMBER;
        int place = new ArrayList<>(source.mapping().values()).indexOf(meaning);
        for (LineClass each : LineClass.values())
            imports.lines(importOf(run), each, lines -> {
                List<String> keys = lines.stream().map(cells -> cells.get(place)).toList();
                if (each == LineClass.SUCCESS || each == LineClass.UNSUBSCRIBED) members.brought(source, run.id(), keys);
                else members.seen(source, run.id(), keys);
            });
    }

    /// Those whose rows are gone leave as if a file had named them.
    private void takeOut(Run run, Source source) throws Trouble, IOException {
        if (source.vanished() == Source.Vanished.KEEP) return;
        ImportMode mode = source.vanished() == Source.Vanished.UNSUBSCRIBE ? ImportMode.STOP : ImportMode.LEAVE;
        Path file = folder.resolve("run-" + run.id() + "-gone.csv");
        // Where addresses may be shared, one who is still in the source may have that of one who vanished.
        ImportKey key = source.key() == ImportKey.NUMBER && sharing.allowed() ? ImportKey.NUMBER : ImportKey.ADDRESS;
        try (var spool = new Spool(file, List.of(key == ImportKey.NUMBER ? "会員番号" : "メールアドレス"))) {
            members.vanished(source, run.id(), key, keys -> keys.forEach(each -> spool.add(List.of(each))));
            spool.finish();
        }
        if (run.vanishingId() != null) imports.giveUp(run.vanishingId());
        var reading = new ImportReading(ImportEncoding.UTF_8, key == ImportKey.NUMBER ? Map.of() : Map.of(0, ImportReading.ADDRESS));
        ImportProgress started = imports.start(file, new ImportChoices(source.name(), source.group(), mode, key, null, reading, List.of()));
        runs.vanishing(run.id(), started.id());
        ImportProgress done = imports.run(started.id(), file);
        if (done.state() != ImportProgress.State.DONE) {
            imports.giveUp(started.id());
            throw new Trouble(Kind.NOT_REGISTERED, done.why() == null ? source.name() : done.why());
        }
        members.forgetVanished(source.id(), run.id());
        Files.deleteIfExists(file);
    }

    /// Somebody looked at those who vanished: now they leave. False when that was decided, or something else is under way.
    boolean approve(Source source, long run) {
        return runs.approve(source.id(), run);
    }

    private Path file(long run) {
        return folder.resolve("run-" + run + ".csv");
    }

    private void forget(long run) {
        try {
            Files.deleteIfExists(file(run));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean locked(Connection connection, long source) throws SQLException {
        try (var ask = connection.prepareStatement("SELECT pg_try_advisory_lock(?, ?)")) {
            ask.setInt(1, LOCK);
            ask.setInt(2, (int) source);
            try (var answer = ask.executeQuery()) {
                return answer.next() && answer.getBoolean(1);
            }
        }
    }

    private static void unlock(Connection connection, long source) throws SQLException {
        try (var ask = connection.prepareStatement("SELECT pg_advisory_unlock(?, ?)")) {
            ask.setInt(1, LOCK);
            ask.setInt(2, (int) source);
            ask.execute();
        }
    }

    /// Nothing new is begun; what is under way is taken up at the next start.
    @Override
    public void close() {
        closing = true;
    }
}
