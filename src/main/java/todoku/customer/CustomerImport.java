package todoku.customer;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Serial;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.Columns.Column;
import todoku.customer.Columns.Matching;
import todoku.customer.CsvFile.Inspection;
import todoku.customer.ImportProgress.State;
import todoku.customer.KeptLines.Kept;
import todoku.database.Database;
import todoku.mail.address.MailAddress;
import todoku.mailing.Addresses;

/// Registers the customers of a CSV file in a group.
///
/// [#start] looks at the whole file and refuses what cannot be read; [#run] registers it chunk by chunk. What a chunk
/// registers and how far the import is are one transaction, so an import cut off at any point is continued by calling
/// [#run] again, and ends as if it had never been cut. Safe for many threads; imports take turns by the chunk.
public final class CustomerImport {

    /// Lines in one transaction: well below a second, so that nobody waits long for a lock.
    static final int CHUNK_LINES = 2_000;

    /// Deleted in one transaction: everybody who registers customers waits for it.
    private static final int CHUNK_DELETED = 200;

    private static final String SELECT =
            """
            SELECT i.*, i.ended_at + (SELECT job_days FROM retention) * interval '24 hours' AS kept_until FROM customer_import i
            """;

    /// A source of consent is a sentence, not a document.
    static final int CONSENT_LIMIT_CHARS = 200;

    /// More than a chunk of anybody else's takes.
    private static final Duration LOCK_WAIT = Duration.ofSeconds(5);

    /// What is yet to come there is yet to come everywhere.
    private static final ZoneOffset EARLIEST_CLOCK = ZoneOffset.ofHours(14);

    /// Attempts at one chunk when somebody registers one of its customers by hand at the same moment.
    private static final int CHUNK_ATTEMPTS = 3;

    /// After so many the planner is told.
    private static final int MANY_LINES = 1_000;

    /// Imports that change customers who are there take turns: key of the advisory lock.
    private static final long TURN = 0x746f_646f_6b75_0001L;

    /// Every chunk holds it together with the others; whoever blanks addresses holds it alone.
    private static final long CHUNKS = 0x746f_646f_6b75_0002L;

    private final Database database;
    private final Addresses addresses;
    private final InstantSource clock;
    private final ChunkWriter writer;
    private final AddressMoves moves;
    private final SharedAddresses sharing;
    private final CustomerHistory history;
    private final KeptLines kept;
    private final ImportByKey byKey;
    private final Fields fields;
    private final ConsentKeeper consents;

    /// What [#start] has looked at and [#run] need not look at again, by import.
    private final Map<Long, CsvFile> started = new ConcurrentHashMap<>();

    /// For files that say nothing about who agreed.
    public CustomerImport(Database database, Addresses addresses, InstantSource clock) {
        this(database, addresses, clock, (importId, lines, now) -> {
            throw new IllegalStateException("nobody keeps the consents of import " + importId);
        });
    }

    public CustomerImport(Database database, Addresses addresses, InstantSource clock, ConsentKeeper consents) {
        this.consents = consents;
        this.database = database;
        this.addresses = addresses;
        this.clock = clock;
        this.writer = new ChunkWriter(database);
        this.moves = new AddressMoves(database);
        this.sharing = new SharedAddresses(database.client());
        this.history = new CustomerHistory(database.client());
        this.kept = new KeptLines(database.client(), "customer_import_block");
        this.byKey = new ImportByKey(database.client());
        this.fields = new Fields(database);
    }

    /// Waits until no chunk is being registered; none is until the caller's transaction ends.
    static void keepChunksOut(JdbcClient db) {
        db.sql("SELECT pg_advisory_xact_lock(:chunks)").param("chunks", CHUNKS).query((ResultSet row) -> { });
    }

    /// Nobody is erased until the caller's transaction ends.
    public static void keepErasersOut(JdbcClient db) {
        db.sql("SELECT pg_advisory_xact_lock_shared(:chunks)").param("chunks", CHUNKS).query((ResultSet row) -> { });
    }

    /// Whoever changes many customers takes turns with imports that do; behind [#keepErasersOut].
    static void takeTurn(JdbcClient db) {
        db.sql("SELECT pg_advisory_xact_lock(:turn)").param("turn", TURN).query((ResultSet row) -> { });
    }

    /// How a file would be understood; nothing is written.
    public ImportPreview.Look look(Path file, ImportKey key, ImportReading reading) throws IOException {
        return look(file, ImportMode.ADD, key, reading);
    }

    /// As above, for an import of this kind.
    public ImportPreview.Look look(Path file, ImportMode mode, ImportKey key, ImportReading reading) throws IOException {
        return switch (CsvFile.inspect(file, reading.encoding())) {
            case Inspection.Unreadable(String why) -> new ImportPreview.Look.Unusable(why, null);
            case Inspection.Readable(CsvFile csv) -> {
                Map<String, Field> known = knownFields();
                yield switch (Columns.match(csv, known, key, mode.registers(), reading)) {
                    case Matching.Unmatched(String why, Columns columns) ->
                        new ImportPreview.Look.Unusable(why, columns == null ? null : preview(csv, columns, known, mode, key));
                    case Matching.Matched(Columns columns) -> new ImportPreview.Look.Fine(preview(csv, columns, known, mode, key));
                };
            }
        };
    }

    private static ImportPreview preview(CsvFile csv, Columns columns, Map<String, Field> known, ImportMode mode, ImportKey key) {
        @Nullable Columns automatic = Columns.match(csv, known, key, mode.registers(), ImportReading.AUTOMATIC).columns();
        List<ImportPreview.Understood> list = new ArrayList<>();
        for (int i = 0; i < columns.list().size(); i++) {
            Column column = columns.list().get(i), before = automatic == null ? column : automatic.list().get(i);
            @Nullable Field field = known.get(column.header());
            list.add(new ImportPreview.Understood(column.header(), meaning(column, key), meaning(before, key),
                    mode.registers() && column instanceof Column.Custom && field == null, field != null && field.type() != FieldType.TEXT));
        }
        return new ImportPreview(csv.encoding().charset.name(), csv.delimiter(), csv.lines(), list,
                csv.examples().stream().limit(ImportPreview.ROWS).toList());
    }

    private static ImportPreview.Meaning meaning(Column column, ImportKey key) {
        return switch (column) {
            case Column.Key address -> new ImportPreview.Meaning(key == ImportKey.ADDRESS ? "KEY" : "ADDRESS", null);
            case Column.Standard(String header, StandardField field) -> key == ImportKey.NUMBER && field == StandardField.NUMBER
                    ? new ImportPreview.Meaning("KEY_NUMBER", null)
                    : new ImportPreview.Meaning("STANDARD", field.column);
            case Column.Consent consent -> new ImportPreview.Meaning("CONSENT", null);
            case Column.Agreed(String header, ConsentColumn part) -> new ImportPreview.Meaning(part.name(), null);
            case Column.Nameless nameless -> new ImportPreview.Meaning("NAMELESS", null);
            case Column.Custom(String header, Field field) -> new ImportPreview.Meaning(field.type().name(), null);
        };
    }

    /// How many customers the lines of a file are about, by its key.
    ///
    /// @return nothing when the file cannot be used
    public Optional<Integer> known(Path file, ImportKey key, ImportReading reading) throws IOException {
        if (!(CsvFile.inspect(file, reading.encoding()) instanceof Inspection.Readable(CsvFile csv))
                || !(Columns.match(csv, knownFields(), key, false, reading) instanceof Matching.Matched(Columns columns))) return Optional.empty();
        var keys = new ImportByKey.Keys(columns, key);
        var job = new ImportByKey.Job(0, ImportMode.DELETE, key, null, List.of());
        Set<Long> known = new HashSet<>();
        chunks(csv, CHUNK_LINES, 0, keys, (lines, upto) -> known.addAll(byKey.known(job, lines)));
        return Optional.of(known.size());
    }

    /// Those that were cut off by a crash or a restart, and those whose turn had not come, in their order.
    public List<Long> unfinished() {
        return database.client().sql("SELECT id FROM customer_import WHERE state IN ('RUNNING', 'QUEUED') ORDER BY state DESC, id")
                .query(Long.class).list();
    }

    /// It begins, or goes on, when those before it have ended.
    public void enqueue(long importId) {
        database.client().sql("UPDATE customer_import SET state = 'QUEUED' WHERE id = :id AND state IN ('RUNNING', 'PAUSED')")
                .param("id", importId).update();
    }

    /// It ends after the chunk at hand, until [#enqueue]. False when there was nothing to pause.
    public boolean pause(long importId) {
        return database.client().sql("UPDATE customer_import SET state = 'PAUSED' WHERE id = :id AND state IN ('RUNNING', 'QUEUED')")
                .param("id", importId).update() == 1;
    }

    /// It ends after the chunk at hand for good; what was done stands. False when it had ended.
    public boolean stop(long importId) {
        return database.client().sql("""
                UPDATE customer_import SET state = 'STOPPED', ended_at = :now WHERE id = :id AND state IN ('RUNNING', 'QUEUED', 'PAUSED')
                """)
            .param("id", importId).param("now", now()).update() == 1;
    }

    /// How many are before this one.
    public int before(long importId) {
        return database.client().sql("SELECT count(*) FROM customer_import WHERE state IN ('RUNNING', 'QUEUED') AND id < :id")
                .param("id", importId).query(Integer.class).single();
    }

    /// The file of an import that was under way is not in a backup: what was registered stays, the rest is for a person.
    public static int endWithoutFile(JdbcClient db, Instant now) {
        return db.sql("""
                UPDATE customer_import SET state = 'FAILED', ended_at = :now,
                       why = 'バックアップからの復元で途中までになりました。ファイルをもう一度読み込んでください。'
                 WHERE state IN ('RUNNING', 'QUEUED', 'PAUSED')
                """).param("now", now.atOffset(ZoneOffset.UTC)).update();
    }

    /// Opens an import: `RUNNING` when [#run] can begin, `FAILED` with the reason when the file cannot be used.
    public ImportProgress start(Path file, ImportChoices choices) throws IOException {
        return switch (CsvFile.inspect(file, choices.reading().encoding())) {
            case Inspection.Unreadable(String why) -> opened(choices, null, why);
            case Inspection.Readable(CsvFile csv) -> switch (Columns.match(csv, knownFields(), choices.key(), choices.mode().registers(), choices.reading())) {
                case Matching.Unmatched(String why, Columns columns) -> opened(choices, csv, why);
                case Matching.Matched matched -> {
                    ImportProgress opened = opened(choices, csv, null);
                    started.put(opened.id(), csv);
                    yield opened;
                }
            };
        };
    }

    /// Registers what is still to be registered, and returns when the file is done, or somebody paused or stopped it. `file` is
    /// the one that was started.
    public ImportProgress run(long importId, Path file) throws IOException {
        database.client().sql("""
                UPDATE customer_import SET state = 'RUNNING', started_at = CASE WHEN lines_done = 0 THEN :now ELSE started_at END
                 WHERE id = :id AND state = 'QUEUED'
                """)
            .param("id", importId).param("now", now()).update();
        ImportProgress progress = settled(importId);
        if (progress.state() != State.RUNNING) return progress;
        ImportReading reading = readingOf(importId);
        if (!(inspected(importId, file, reading.encoding()) instanceof Inspection.Readable(CsvFile csv)) || csv.lines() != progress.linesTotal())
            throw new IllegalStateException("import " + importId + " was started with another file");
        boolean registers = progress.mode().registers();
        if (!(Columns.match(csv, knownFields(), progress.key(), registers, reading) instanceof Matching.Matched(Columns found)))
            throw new IllegalStateException("import " + importId + " was started with another file");
        if (registers) addFields(found);
        if (!(Columns.match(csv, knownFields(), progress.key(), registers, reading) instanceof Matching.Matched(Columns columns)))
            throw new IllegalStateException("the fields of import " + importId + " changed");
        ImportByKey.Job job = job(progress);
        try {
            if (registers) new Run(importId, progress, csv, columns, job.groupOf()).register();
            else chunks(csv, progress.mode() == ImportMode.DELETE ? CHUNK_DELETED : CHUNK_LINES, progress.linesDone(),
                    new ImportByKey.Keys(columns, progress.key()), (lines, upto) -> takenByKey(job, lines, upto));
        } catch (Halted e) {
            return progress(importId);
        }
        database.client().sql("UPDATE customer_import SET state = 'DONE', ended_at = :now WHERE id = :id AND state = 'RUNNING'")
                .param("now", now()).param("id", importId).update();
        return progress(importId);
    }

    /// What follows an import that has ended, while nobody waits: whoever counts next finds good plans.
    public void settle(ImportProgress ended) {
        if (ended.linesTotal() >= MANY_LINES) database.analyze("address", "customer", "membership");
    }

    /// What to do with some lines; `upto` is the number of the last one.
    private interface ByKey {
        void take(List<ImportByKey.Keyed> lines, int upto);
    }

    private static void chunks(CsvFile csv, int size, int done, ImportByKey.Keys keys, ByKey to) throws IOException {
        List<ImportByKey.Keyed> chunk = new ArrayList<>(size);
        int[] read = {0};
        csv.read(row -> {
            if (++read[0] <= done) return;
            chunk.add(keys.of(row));
            if (chunk.size() < size) return;
            to.take(chunk, read[0]);
            chunk.clear();
        });
        if (!chunk.isEmpty()) to.take(chunk, read[0]);
    }

    private void takenByKey(ImportByKey.Job job, List<ImportByKey.Keyed> lines, int upto) {
        haltWhenAsked(job.importId());
        database.inTransaction(() -> {
            byKey.begin(job);
            List<ChunkDecision.Ending> endings = byKey.take(job, lines, clock.instant());
            kept.keep(job.importId(), KeptLines.blocks(endings));
            advance(job.importId(), endings, upto - lines.size(), upto);
        });
    }

    private void haltWhenAsked(long importId) {
        if (!database.client().sql("SELECT state FROM customer_import WHERE id = :id").param("id", importId).query(String.class).single().equals("RUNNING"))
            throw new Halted();
    }

    /// Fails when another run has advanced the same import meanwhile: its lines would be counted twice.
    private void advance(long importId, List<ChunkDecision.Ending> endings, int from, int upto) {
        Map<LineClass, Long> counts = endings.stream().collect(Collectors.groupingBy(ChunkDecision.Ending::lineClass, Collectors.counting()));
        int updated = database.client().sql("""
                UPDATE customer_import SET lines_done = :upto, success = success + :success, unsubscribed = unsubscribed + :unsubscribed,
                       failure = failure + :failure, other = other + :other
                 WHERE id = :id AND state NOT IN ('DONE', 'FAILED') AND lines_done = :from
                """)
            .param("upto", upto).param("from", from).param("id", importId)
            .param("success", counts.getOrDefault(LineClass.SUCCESS, 0L)).param("unsubscribed", counts.getOrDefault(LineClass.UNSUBSCRIBED, 0L))
            .param("failure", counts.getOrDefault(LineClass.FAILURE, 0L)).param("other", counts.getOrDefault(LineClass.OTHER, 0L)).update();
        if (updated != 1) throw new IllegalStateException("import " + importId + " is run twice at the same time");
    }

    private Inspection inspected(long importId, Path file, @Nullable ImportEncoding encoding) throws IOException {
        @Nullable CsvFile csv = started.remove(importId);
        return csv != null && csv.stamp().equals(CsvFile.Stamp.of(file)) ? new Inspection.Readable(csv.at(file)) : CsvFile.inspect(file, encoding);
    }

    /// A process that was killed may have sent the end of a chunk that the database is still at.
    private ImportProgress settled(long importId) {
        return database.inTransaction((Supplier<ImportProgress>) () -> {
            keepChunksOut(database.client());
            return progress(importId);
        });
    }

    /// Ends one that will not go on; what was registered stays.
    public void giveUp(long importId) {
        database.client().sql("""
                UPDATE customer_import SET state = 'FAILED', ended_at = :now, why = '途中で終わりました。' WHERE id = :id AND ended_at IS NULL
                """).param("id", importId).param("now", now()).update();
    }

    public ImportProgress progress(long importId) {
        return database.client().sql(SELECT + " WHERE id = :id")
                .param("id", importId).query(CustomerImport::progress).single();
    }

    /// The newest imports first.
    public List<ImportProgress> latest(int limit) {
        return database.client().sql(SELECT + " ORDER BY id DESC LIMIT :limit")
                .param("limit", limit).query(CustomerImport::progress).list();
    }

    /// The lines of one class as CP932 with CRLF, each as it was in the file and what became of it in the right-most column.
    public void resultCsv(long importId, LineClass lineClass, OutputStream to) throws IOException {
        new ResultCsv(kept).write(importId, progress(importId).header(), lineClass, to);
    }

    /// Hands the lines of one class on, in the order of the file, some thousands at a time, each with its cells.
    public void lines(long importId, LineClass lineClass, Consumer<List<List<String>>> to) {
        List<Kept> block = kept.after(0, importId, lineClass);
        while (!block.isEmpty()) {
            to.accept(block.stream().map(Kept::cells).toList());
            block = kept.after(block.getLast().line(), importId, lineClass);
        }
    }

    /// Forgets the lines of the imports that ended longer ago than results are kept; their figures stay.
    public void forgetOld() {
        database.client().sql("""
                DELETE FROM customer_import_block b USING customer_import i
                 WHERE i.id = b.import_id AND i.ended_at < :now - (SELECT job_days FROM retention) * interval '24 hours'
                """)
            .param("now", now()).update();
    }

    private ImportProgress opened(ImportChoices choices, @Nullable CsvFile csv, @Nullable String why) {
        OffsetDateTime now = now();
        long id = database.client().sql("""
                INSERT INTO customer_import (group_id, file_name, state, mode, departments, key_field, reading, consent_source, charset, lines_total, header, why, started_at, ended_at)
                VALUES (:group, :file, :state, :mode, :departments, :key, :reading::jsonb, :consent, :charset, :lines, :header::text[], :why, :now, CASE WHEN :state = 'FAILED' THEN :now::timestamptz END)
                RETURNING id
                """)
            .param("group", choices.group()).param("file", choices.fileName()).param("mode", choices.mode().name()).param("departments", choices.departments().toArray(Long[]::new))
            .param("key", choices.key().name()).param("reading", choices.reading().json()).param("consent", choices.consentSource())
            .param("state", (why == null ? State.RUNNING : State.FAILED).name())
            .param("charset", csv == null ? "" : csv.encoding().charset.name())
            .param("lines", csv == null ? 0 : csv.lines())
            .param("header", csv == null ? new String[0] : csv.header().toArray(String[]::new))
            .param("why", why).param("now", now).query(Long.class).single();
        return progress(id);
    }

    /// By their keys, which stay, and by their labels of today.
    private Map<String, Field> knownFields() {
        Map<String, Field> known = new HashMap<>();
        List<Field> all = fields.withRetired();
        all.forEach(field -> known.put(field.key(), field));
        all.forEach(field -> known.putIfAbsent(field.label(), field));
        return known;
    }

    private void addFields(Columns columns) {
        List<Column.Custom> custom = columns.list().stream()
                .filter(Column.Custom.class::isInstance).map(Column.Custom.class::cast).toList();
        database.client().sql("""
                INSERT INTO customer_field (key, label, type, position)
                SELECT w.key, w.key, w.type, (SELECT coalesce(max(position), 0) FROM customer_field) + w.n
                  FROM unnest(:keys::text[], :types::text[]) WITH ORDINALITY w(key, type, n)
                 WHERE NOT EXISTS (SELECT FROM customer_field f WHERE f.key = w.key)
                ON CONFLICT (key) DO NOTHING
                """)
            .param("keys", custom.stream().map(column -> column.field().key()).toArray(String[]::new))
            .param("types", custom.stream().map(column -> column.field().type().name()).toArray(String[]::new)).update();
    }

    private ImportByKey.Job job(ImportProgress progress) {
        return database.client().sql("SELECT group_id, departments FROM customer_import WHERE id = :id")
                .param("id", progress.id())
                .query((ResultSet row, int n) -> new ImportByKey.Job(progress.id(), progress.mode(), progress.key(),
                        row.getObject(1, Long.class), List.of((Long[]) row.getArray(2).getArray())))
                .single();
    }

    private ImportReading readingOf(long importId) {
        return ImportReading.of(database.client().sql("SELECT reading FROM customer_import WHERE id = :id")
                .param("id", importId).query(String.class).single());
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    private static ImportProgress progress(ResultSet row, int n) throws SQLException {
        @Nullable Timestamp ended = row.getTimestamp("ended_at");
        return new ImportProgress(row.getLong("id"), row.getString("file_name"), State.valueOf(row.getString("state")),
                ImportMode.valueOf(row.getString("mode")), ImportKey.valueOf(row.getString("key_field")), row.getString("consent_source"), row.getString("charset"),
                ImportReading.of(row.getString("reading")), List.of((String[]) row.getArray("header").getArray()), row.getInt("lines_done"), row.getInt("lines_total"),
                row.getInt("success"), row.getInt("unsubscribed"), row.getInt("failure"), row.getInt("other"),
                row.getString("why"), row.getTimestamp("started_at").toInstant(), ended == null ? null : ended.toInstant(), instant(row, "kept_until"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        @Nullable Timestamp at = row.getTimestamp(column);
        return at == null ? null : at.toInstant();
    }

    /// Somebody paused or stopped it.
    private static final class Halted extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1;
    }

    /// An address was added whose line is not taken.
    private static final class Surplus extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1;
    }

    /// The chunk before must begin again: whoever waits for it in a transaction lets go of what it may need.
    private static final class Disturbed extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1;
    }

    /// A chunk on its way into the tables.
    private static final class Handed {
        final List<Line> lines;
        final int upto;
        final Set<String> names;
        final Set<String> numbers;

        /// As decided last; only its own thread looks.
        List<Line.Good> taken = List.of();

        /// Its transaction has added the addresses it brings, or has ended.
        final CompletableFuture<Void> named = new CompletableFuture<>();

        /// What it does, as soon as that is decided, when it only adds customers; otherwise null.
        final CompletableFuture<@Nullable ChunkDecision> adds = new CompletableFuture<>();

        /// Its transaction begins again, and what was decided counts no longer.
        final CompletableFuture<Void> disturbed = new CompletableFuture<>();

        final CompletableFuture<ChunkDecision> done = new CompletableFuture<>();

        Handed(List<Line> lines, int upto) {
            this.lines = lines;
            this.upto = upto;
            this.names = good().map(Line.Good::canonical).collect(Collectors.toSet());
            this.numbers = good().map(Line.Good::customerNumber).filter(Objects::nonNull).collect(Collectors.toSet());
        }

        static Handed nothing() {
            Handed nothing = new Handed(List.of(), 0);
            nothing.named.complete(null);
            nothing.adds.complete(null);
            nothing.done.complete(new ChunkDecision(List.of(), List.of(), List.of(), List.of(), Set.of(), List.of(), List.of()));
            return nothing;
        }

        Stream<MailAddress> addresses() {
            return good().map(Line.Good::address);
        }

        private Stream<Line.Good> good() {
            return lines.stream().filter(Line.Good.class::isInstance).map(Line.Good.class::cast);
        }

        /// Nobody is in both of them.
        boolean isApartFrom(Handed other) {
            return Collections.disjoint(names, other.names) && Collections.disjoint(numbers, other.numbers);
        }
    }

    /// One import while it runs in this program.
    private final class Run {
        private final long importId;
        private final CsvFile csv;
        private final LineReader reader;
        private final @Nullable String consentSource;
        private final ImportKey key;
        private final ChunkDecision.Rules rules;
        private final FieldRules fieldRules;
        private final long groupId;
        private final int linesBefore;
        private final Set<Integer> leftBefore;

        /// The line that first brought somebody, by the key.
        private final Map<String, Integer> firstLine = new ConcurrentHashMap<>();
        private List<Line> chunk = new ArrayList<>(CHUNK_LINES);

        /// They are known to everybody.
        private final Set<String> domains = new HashSet<>();
        private int linesRead;
        private Handed beforeLast = Handed.nothing();
        private Handed last = beforeLast;

        /// Not in a file with lines that are refused though their address is good: such an address must not stay behind.
        private volatile boolean addsAhead;

        private final boolean hasConsent;

        /// The chunk before brought more who are new than others.
        private volatile boolean mostlyNew = true;

        Run(long importId, ImportProgress progress, CsvFile csv, Columns columns, long groupId) {
            this.importId = importId;
            this.csv = csv;
            this.reader = new LineReader(columns, LocalDateTime.ofInstant(clock.instant(), EARLIEST_CLOCK));
            this.hasConsent = columns.says(ConsentColumn.values());
            this.consentSource = progress.consentSource();
            this.key = progress.key();
            this.fieldRules = FieldRules.of(columns, fields.all());
            this.rules = new ChunkDecision.Rules(progress.mode().adds(), progress.mode().overwrites(), consentSource != null && columns.askConsent(),
                    fieldRules.missing());
            this.addsAhead = rules.add();
            this.groupId = groupId;
            this.linesBefore = progress.linesDone();
            this.leftBefore = linesBefore == 0 ? Set.of() : left(importId);
        }

        /// Ends early with [Halted] when somebody asked for it.
        /// One chunk is registered while the addresses of the next are added and the one behind it is read.
        void register() throws IOException {
            try (var registrar = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("import").factory())) {
                csv.read(row -> {
                    linesRead++;
                    Line line = reader.read(row);
                    if (linesRead <= linesBefore) remember(line);
                    else chunk.add(line);
                    if (chunk.size() == CHUNK_LINES) hand(registrar);
                });
                if (!chunk.isEmpty()) hand(registrar);
            } finally {
                await(last.done);
            }
        }

        private void hand(ExecutorService registrar) {
            await(beforeLast.done);
            haltWhenAsked(importId);
            beforeLast = last;
            last = new Handed(chunk, linesRead);
            Set<String> newDomains = last.addresses().map(MailAddress::domain).filter(domains::add).collect(Collectors.toSet());
            if (!newDomains.isEmpty()) addresses.addDomains(newDomains);
            Handed next = last, before = beforeLast;
            next.done.completeAsync(() -> registered(next, before), registrar);
            chunk = new ArrayList<>(CHUNK_LINES);
        }

        /// Whatever the chunk threw is thrown here.
        private static void await(Future<?> chunk) {
            try {
                chunk.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException trouble) throw trouble;
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }

        /// A line an earlier run has registered, for the reasons given to later ones.
        private void remember(Line line) {
            if (line instanceof Line.Good good && !leftBefore.contains(good.number()))
                firstLine.putIfAbsent(key.of(good), good.number());
        }

        private ChunkDecision registered(Handed chunk, Handed before) {
            try {
                return again(chunk, first -> {
                    if (!first) await(before.done);
                    return database.inTransaction((Supplier<ChunkDecision>) () -> registered(chunk, before, first));
                });
            } finally {
                chunk.named.complete(null);
                chunk.adds.complete(null);
            }
        }

        /// New customers are written while those of the chunk before still are. A chunk that changes somebody who is there waits
        /// for it, and takes turns with other imports; so does one with values that nobody else may have, or whose customers may share
        /// addresses.
        private ChunkDecision registered(Handed chunk, Handed before, boolean first) {
            waitNotForEver();
            planByIndex();
            await(before.named);
            keepErasersOut(database.client());
            Map<String, Long> added = added(chunk, before);
            if (first) {
                boolean apart = mostlyNew && fieldRules.unique().isEmpty() && !(key == ImportKey.NUMBER && sharing.allowed());
                @Nullable ChunkDecision ahead = apart ? decidedAhead(chunk, before, added.keySet()) : null;
                chunk.adds.complete(ahead);
                if (ahead != null) {
                    write(ahead, added);
                    awaitCalmly(before);
                    advance(ahead, chunk);
                    return ahead;
                }
                awaitCalmly(before);
            }
            takeTurn(database.client());
            ChunkDecision decision = decided(chunk, null, added.keySet(), key == ImportKey.NUMBER && sharing.begin());
            mostlyNew = decision.isMostlyNew();
            write(decision, added);
            advance(decision, chunk);
            return decision;
        }

        /// Null when it cannot be known yet what happens to this chunk, or when it does more than to add customers.
        private @Nullable ChunkDecision decidedAhead(Handed chunk, Handed before, Set<String> added) {
            @Nullable ChunkDecision adds = before.adds.join();
            if (adds == null && !before.done.isDone() && !chunk.isApartFrom(before)) return null;
            ChunkDecision decision = decided(chunk, adds, added, false);
            return decision.onlyAdds() ? decision : null;
        }

        /// The addresses that are new, but for those of the chunk before: two transactions that add the same wait for each other.
        private Map<String, Long> added(Handed chunk, Handed before) {
            Map<String, Long> added = addsAhead
                    ? addresses.addNew(database, chunk.addresses().filter(address -> !before.names.contains(address.canonical())).toList())
                    : Map.of();
            chunk.named.complete(null);
            return added;
        }

        /// @param before what the chunk before adds, when the database does not show it yet
        /// @param added  addresses that were new
        /// @param shares whether several customers may have one address
        private ChunkDecision decided(Handed chunk, @Nullable ChunkDecision before, Set<String> added, boolean shares) {
            forget(chunk);
            List<Line> lines = chunk.lines;
            Uniques uniques = writer.uniques(fieldRules.unique(), lines);
            ChunkDecision decision = switch (key) {
                case ADDRESS -> ChunkDecision.of(lines, writer.known(groupId, lines, added).after(before), firstLine, rules, uniques);
                case NUMBER -> NumberDecision.of(lines, writer.knownByNumber(groupId, lines, shares).after(before), firstLine, rules, uniques);
            };
            decision.taken().forEach(good -> firstLine.merge(key.of(good), good.number(), Math::min));
            chunk.taken = decision.taken();
            return decision;
        }

        private void forget(Handed chunk) {
            chunk.taken.forEach(good -> firstLine.remove(key.of(good), good.number()));
            chunk.taken = List.of();
        }

        private void write(ChunkDecision decision, Map<String, Long> added) {
            if (!decision.brings(added.keySet())) throw new Surplus();
            // The database is busy with the customers meanwhile.
            var blocks = CompletableFuture.supplyAsync(() -> KeptLines.blocks(decision.endings()));
            Cause cause = new Cause.Import(importId, consentSource);
            moves.move(decision.moves(), decision.shares(), cause, clock.instant());
            List<Long> ids = addresses.idsOfMany(database, decision.writes().stream().map(Line.Good::address).toList(), added);
            List<Change> changes = writer.write(groupId, decision, ids, rules, fieldRules, now());
            history.write(changes, cause, clock.instant());
            if (hasConsent) keepConsents(decision.taken());
            kept.keep(importId, blocks.join());
        }

        private void keepConsents(List<Line.Good> taken) {
            List<ConsentKeeper.Stated> stated = new ArrayList<>();
            for (Line.Good line : taken) if (line.agreed() != null)
                stated.add(new ConsentKeeper.Stated(line.address(), key == ImportKey.NUMBER ? line.customerNumber() : null, line.agreed()));
            if (!stated.isEmpty()) consents.keep(importId, stated, clock.instant());
        }

        private void awaitCalmly(Handed before) {
            CompletableFuture.anyOf(before.done, before.disturbed).handle((_, _) -> null).join();
            if (before.disturbed.isDone()) throw new Disturbed();
            await(before.done);
        }

        /// This transaction waits for another one of this program: a lock that one cannot get because of this one must not be
        /// waited for without end.
        private void waitNotForEver() {
            database.client().sql("SELECT set_config('lock_timeout', :limit, true)").param("limit", LOCK_WAIT.toMillis() + "ms")
                    .query((ResultSet row) -> { });
        }

        /// A chunk's thousands are looked up by index: when PostgreSQL sees how many they are it reads the whole grown table instead,
        /// for every chunk; and a plan it made while the tables were empty would stay.
        private void planByIndex() {
            database.client().sql("""
                    SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)
                    """)
                    .query((ResultSet row) -> { });
        }

        private void advance(ChunkDecision decision, Handed chunk) {
            CustomerImport.this.advance(importId, decision.endings(), chunk.upto - chunk.lines.size(), chunk.upto);
        }

        private ChunkDecision again(Handed chunk, Function<Boolean, ChunkDecision> attempt) {
            boolean first = true;
            int conflicts = 0;
            while (true) {
                try {
                    return attempt.apply(first);
                } catch (Surplus e) {
                    addsAhead = false;
                } catch (Disturbed e) {
                    // the chunk before has ended when this one begins again
                } catch (DuplicateKeyException | PessimisticLockingFailureException e) {
                    if (++conflicts == CHUNK_ATTEMPTS) throw e;
                }
                first = false;
                forget(chunk);
                chunk.adds.complete(null);
                chunk.disturbed.complete(null);
            }
        }

        /// The lines of which nothing was taken.
        private Set<Integer> left(long importId) {
            Set<Integer> lines = new HashSet<>();
            for (LineClass lineClass : List.of(LineClass.FAILURE, LineClass.OTHER)) {
                List<Kept> block = kept.after(0, importId, lineClass);
                while (!block.isEmpty()) {
                    block.forEach(line -> lines.add(line.line()));
                    block = kept.after(block.getLast().line(), importId, lineClass);
                }
            }
            return lines;
        }
    }
}
