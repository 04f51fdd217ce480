package todoku.customer.record;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.CsvFile;
import todoku.customer.CsvFile.Inspection;
import todoku.customer.CustomerImport;
import todoku.customer.ImportKey;
import todoku.customer.ImportReading;
import todoku.customer.KeptLines;
import todoku.customer.LineClass;
import todoku.customer.ResultCsv;
import todoku.customer.record.RecordProgress.State;
import todoku.database.Database;

/// Registers the records of a CSV file.
///
/// [#start] looks at the whole file and refuses what cannot be read; [#run] registers it chunk by chunk. What a chunk registers
/// and how far the import is are one transaction, so an import cut off at any point is continued by calling [#run] again. The
/// same file again changes nothing. Safe for many threads; imports of one kind take turns by the chunk.
public final class RecordImport {
    /// Lines in one transaction: well below a second.
    static final int CHUNK_LINES = 2_000;

    /// Attempts at one chunk when somebody else writes a record of it at the same moment.
    private static final int CHUNK_ATTEMPTS = 3;

    /// After so many the planner is told.
    private static final int MANY_LINES = 1_000;

    /// Imports of one kind take turns: first key of the advisory lock, the second is the kind.
    static final int TURN = 0x7265_636f;

    private static final String SELECT =
            """
            SELECT i.*, k.label AS kind_label, i.ended_at + (SELECT job_days FROM retention) * interval '24 hours' AS kept_until
              FROM record_import i JOIN record_kind k ON k.id = i.kind_id
            """;

    private final Database database;
    private final JdbcClient db;
    private final RecordKinds kinds;
    private final InstantSource clock;
    private final ZoneId zone;
    private final KeptLines kept;

    /// @param zone of moments that do not say where
    public RecordImport(Database database, RecordKinds kinds, InstantSource clock, ZoneId zone) {
        this.database = database;
        this.db = database.client();
        this.kinds = kinds;
        this.clock = clock;
        this.zone = zone;
        this.kept = new KeptLines(db, "record_import_block");
    }

    /// How a file would be understood; nothing is written. Without a preview not even its columns can be shown.
    public record Look(@Nullable String why, @Nullable RecordPreview preview) {}

    public Look look(Path file, RecordChoices choices) throws IOException {
        RecordKind kind = kind(choices.kind());
        return switch (CsvFile.inspect(file, choices.reading().encoding())) {
            case Inspection.Unreadable(String why) -> new Look(why, null);
            case Inspection.Readable(CsvFile csv) -> {
                RecordColumns.Matching found = RecordColumns.match(csv, kind, choices.customerBy(), choices.reading());
                yield new Look(found.why(), preview(csv, found, kind, choices.customerBy()));
            }
        };
    }

    private static RecordPreview preview(CsvFile csv, RecordColumns.Matching found, RecordKind kind, ImportKey by) {
        List<RecordPreview.Meaning> meanings = new ArrayList<>();
        meanings.add(new RecordPreview.Meaning(ImportReading.IGNORED, ""));
        meanings.add(meaning(RecordColumns.CUSTOMER, kind, by));
        if (kind.numberLabel() != null) meanings.add(meaning(RecordColumns.NUMBER, kind, by));
        meanings.add(meaning(RecordColumns.AT, kind, by));
        kind.fields().forEach(field -> meanings.add(meaning(RecordColumns.FIELD + field.key(), kind, by)));
        List<RecordPreview.Understood> columns = new ArrayList<>();
        for (int i = 0; i < csv.header().size(); i++) {
            String name = found.columns().meanings().get(i);
            boolean plain = name.equals(RecordColumns.NUMBER) || name.equals(RecordColumns.AT)
                    || kind.fields().stream().anyMatch(field -> name.equals(RecordColumns.FIELD + field.key()) && !field.personal());
            columns.add(new RecordPreview.Understood(csv.header().get(i), meaning(name, kind, by), !plain));
        }
        return new RecordPreview(csv.charset(), csv.delimiter(), csv.lines(), columns, meanings,
                csv.examples().stream().limit(RecordPreview.ROWS).toList(), found.why());
    }

    private static RecordPreview.Meaning meaning(String name, RecordKind kind, ImportKey by) {
        return new RecordPreview.Meaning(name, name.equals(ImportReading.IGNORED) ? "" : RecordColumns.label(name, kind, by));
    }

    /// Opens an import: `RUNNING` when [#run] can begin, `FAILED` with the reason when the file cannot be used.
    public RecordProgress start(Path file, RecordChoices choices) throws IOException {
        RecordKind kind = kind(choices.kind());
        return switch (CsvFile.inspect(file, choices.reading().encoding())) {
            case Inspection.Unreadable(String why) -> opened(choices, null, why);
            case Inspection.Readable(CsvFile csv) ->
                opened(choices, csv, RecordColumns.match(csv, kind, choices.customerBy(), choices.reading()).why());
        };
    }

    /// Registers what is still to be registered, and returns when the file is done. `file` is the one that was started.
    public RecordProgress run(long importId, Path file) throws IOException {
        RecordProgress progress = progress(importId).orElseThrow();
        if (progress.state() != State.RUNNING) return progress;
        RecordKind kind = kind(progress.kind());
        ImportReading reading = ImportReading.of(
                db.sql("SELECT reading FROM record_import WHERE id = :id").param("id", importId).query(String.class).single());
        if (!(CsvFile.inspect(file, reading.encoding()) instanceof Inspection.Readable(CsvFile csv)) || csv.lines() != progress.linesTotal())
            throw new IllegalStateException("import " + importId + " was started with another file");
        RecordColumns.Matching found = RecordColumns.match(csv, kind, progress.customerBy(), reading);
        if (found.why() != null) return ended(importId, "取引データの種類が途中で変更されました。ファイルをもう一度読み込んでください。");
        var reader = new RecordReader(found.columns(), kind, progress.customerBy(), zone);
        var chunk = new RecordChunk(database, kind, progress.customerBy(), found.columns(), progress.overwrite());
        List<RecordLine> lines = new ArrayList<>(CHUNK_LINES);
        int[] read = {0};
        csv.read(row -> {
            if (++read[0] <= progress.linesDone()) return;
            lines.add(reader.read(row));
            if (lines.size() == CHUNK_LINES) register(importId, chunk, lines, read[0]);
        });
        if (!lines.isEmpty()) register(importId, chunk, lines, read[0]);
        return ended(importId, null);
    }

    private void register(long importId, RecordChunk chunk, List<RecordLine> lines, int upto) {
        for (int attempt = 1; ; attempt++) {
            try {
                database.inTransaction(() -> {
                    CustomerImport.keepErasersOut(db);
                    takeTurn(importId);
                    List<RecordChunk.Ending> endings = chunk.write(lines);
                    kept.keep(importId, KeptLines.blocks(endings));
                    advance(importId, endings, upto);
                });
                lines.clear();
                return;
            } catch (DuplicateKeyException | PessimisticLockingFailureException e) {
                if (attempt == CHUNK_ATTEMPTS) throw e;
            }
        }
    }

    private void takeTurn(long importId) {
        db.sql("SELECT pg_advisory_xact_lock(:turn, (SELECT kind_id FROM record_import WHERE id = :id)::int)")
                .param("turn", TURN)
                .param("id", importId)
                .query((ResultSet row) -> { });
    }

    /// Fails when another run has advanced the same import meanwhile: its lines would be counted twice.
    private void advance(long importId, List<RecordChunk.Ending> endings, int upto) {
        int updated = db.sql("""
                UPDATE record_import SET lines_done = :upto, success = success + :success, failure = failure + :failure, other = other + :other
                 WHERE id = :id AND state = 'RUNNING' AND lines_done = :from
                """)
                .param("upto", upto)
                .param("from", upto - endings.size())
                .param("id", importId)
                .param("success", count(endings, LineClass.SUCCESS))
                .param("failure", count(endings, LineClass.FAILURE))
                .param("other", count(endings, LineClass.OTHER))
                .update();
        if (updated != 1) throw new IllegalStateException("import " + importId + " is run twice at the same time");
    }

    private static long count(List<RecordChunk.Ending> endings, LineClass lineClass) {
        return endings.stream().filter(ending -> ending.lineClass() == lineClass).count();
    }

    private RecordProgress ended(long importId, @Nullable String why) {
        db.sql("UPDATE record_import SET state = :state, why = :why, ended_at = :now WHERE id = :id AND state = 'RUNNING'")
                .param("state", (why == null ? State.DONE : State.FAILED).name())
                .param("why", why)
                .param("now", now())
                .param("id", importId)
                .update();
        return progress(importId).orElseThrow();
    }

    /// As `CustomerImport` does: whoever counts next finds good plans.
    void settle(RecordProgress ended) {
        if (ended.linesTotal() >= MANY_LINES) database.analyze("related_record");
    }

    private RecordProgress opened(RecordChoices choices, @Nullable CsvFile csv, @Nullable String why) {
        long id = db.sql("""
                INSERT INTO record_import (kind_id, file_name, state, customer_by, overwrite, reading, charset, header, lines_total, why, started_at, ended_at)
                VALUES (:kind, :file, :state, :by, :overwrite, :reading::jsonb, :charset, :header::text[], :lines, :why, :now,
                        CASE WHEN :state = 'FAILED' THEN :now::timestamptz END)
                RETURNING id
                """)
                .param("kind", choices.kind())
                .param("file", choices.fileName())
                .param("state", (why == null ? State.RUNNING : State.FAILED).name())
                .param("by", choices.customerBy().name())
                .param("overwrite", choices.overwrite())
                .param("reading", choices.reading().json())
                .param("charset", csv == null ? "" : csv.charset())
                .param("header", csv == null ? new String[0] : csv.header().toArray(String[]::new))
                .param("lines", csv == null ? 0 : csv.lines())
                .param("why", why)
                .param("now", now())
                .query(Long.class)
                .single();
        return progress(id).orElseThrow();
    }

    public Optional<RecordProgress> progress(long importId) {
        return db.sql(SELECT + "WHERE i.id = :id").param("id", importId).query(RecordImport::progress).optional();
    }

    /// The newest imports first.
    public List<RecordProgress> latest(int limit) {
        return db.sql(SELECT + "ORDER BY i.id DESC LIMIT :limit").param("limit", limit).query(RecordImport::progress).list();
    }

    /// When records of the kind were last imported.
    Optional<Instant> last(long kind) {
        return db.sql("SELECT started_at FROM record_import WHERE kind_id = :kind AND state <> 'FAILED' ORDER BY id DESC LIMIT 1")
                .param("kind", kind)
                .query(Timestamp.class)
                .optional()
                .map(Timestamp::toInstant);
    }

    /// Those that were cut off, by a crash or a restart.
    List<Long> unfinished() {
        return db.sql("SELECT id FROM record_import WHERE state = 'RUNNING' ORDER BY id").query(Long.class).list();
    }

    /// The lines of one class as CP932 with CRLF, each as it was in the file and what became of it in the right-most column.
    public void resultCsv(RecordProgress of, LineClass lineClass, OutputStream to) throws IOException {
        new ResultCsv(kept).write(of.id(), of.header(), lineClass, to);
    }

    /// Forgets the lines of imports that ended longer ago than results are kept; their figures stay.
    public void forgetOld() {
        db.sql("""
                DELETE FROM record_import_block b USING record_import i
                 WHERE i.id = b.import_id AND i.ended_at < :now - (SELECT job_days FROM retention) * interval '24 hours'
                """)
                .param("now", now())
                .update();
    }

    /// The file of an import that was under way is not in a backup: what was registered stays, the rest is for a person.
    public static void endWithoutFile(JdbcClient db, Instant now) {
        db.sql("""
                UPDATE record_import SET state = 'FAILED', ended_at = :now,
                       why = 'バックアップからの復元で途中までになりました。ファイルをもう一度読み込んでください。'
                 WHERE state = 'RUNNING'
                """).param("now", now.atOffset(ZoneOffset.UTC)).update();
    }

    private RecordKind kind(long id) {
        return kinds.find(id).orElseThrow(() -> new IllegalArgumentException("there is no kind " + id));
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    private static RecordProgress progress(ResultSet row, int n) throws SQLException {
        @Nullable Timestamp ended = row.getTimestamp("ended_at");
        @Nullable Timestamp kept = row.getTimestamp("kept_until");
        return new RecordProgress(row.getLong("id"), row.getLong("kind_id"), row.getString("kind_label"), row.getString("file_name"),
                State.valueOf(row.getString("state")), ImportKey.valueOf(row.getString("customer_by")), row.getBoolean("overwrite"),
                row.getString("charset"), List.of((String[]) row.getArray("header").getArray()), row.getInt("lines_done"), row.getInt("lines_total"),
                row.getInt("success"), row.getInt("failure"), row.getInt("other"), row.getString("why"),
                row.getTimestamp("started_at").toInstant(), ended == null ? null : ended.toInstant(),
                kept == null ? null : kept.toInstant());
    }
}
