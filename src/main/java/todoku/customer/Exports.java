package todoku.customer;

import static java.time.ZoneOffset.UTC;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.customer.ExportProgress.State;
import todoku.database.Database;
import todoku.suppression.Suppressions;
import todoku.web.Texts;
import todoku.web.Uploads;

/// Writes customers into CSV files, one file after the other in the background, a chunk at a time. What a restart cut off
/// is written again from its beginning at the next start.
@Component
public class Exports implements InitializingBean, DisposableBean {
    private static final String SELECT =
            """
            SELECT x.*, o.display_name, x.ended_at + (SELECT job_days FROM retention) * interval '24 hours' AS kept_until
              FROM customer_export x JOIN operator o ON o.id = x.operator_id
            """;

    /// Customers between two looks at whether it was stopped.
    private static final int CHUNK = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(Exports.class);

    private final Database database;
    private final JdbcClient db;
    private final Picks picks;
    private final Memberships memberships;
    private final Suppressions suppressions;
    private final Fields fields;
    private final Groups groups;
    private final Uploads uploads;
    private final Audit audit;
    private final Texts texts;
    private final InstantSource clock;
    private final ZoneId zone;
    private final Turns turns = new Turns("export", this::work);

    Exports(Database database, Memberships memberships, Suppressions suppressions, Fields fields, Groups groups, Uploads uploads,
            Audit audit, Texts texts, InstantSource clock, ZoneId zone) {
        this.database = database;
        this.db = database.client();
        this.picks = new Picks(db);
        this.memberships = memberships;
        this.suppressions = suppressions;
        this.fields = fields;
        this.groups = groups;
        this.uploads = uploads;
        this.audit = audit;
        this.texts = texts;
        this.clock = clock;
        this.zone = zone;
    }

    /// The columns a file of these customers can have, for this operator.
    List<ExportColumn> columns(Operator by, Selection selection) {
        return columns(selection, by.departments(Function.CUSTOMER_VIEW).stream().toList());
    }

    private List<ExportColumn> columns(Selection selection, List<Long> departments) {
        List<Group> seen = groups.all().stream().filter(group -> departments.contains(group.departmentId())).toList();
        return ExportColumn.of(selection, fields.all(), seen);
    }

    /// Begins a file; its number.
    long start(Operator by, Selection selection, List<ExportColumn> columns, ExportFormat format) {
        List<String> ids = columns.stream().map(ExportColumn::id).toList();
        boolean masked = !by.may(Function.PERSONAL_DATA);
        long id = database.inTransaction(() -> {
            long opened = db.sql("""
                    INSERT INTO customer_export (operator_id, selection, columns, departments, format, masked, state, started_at)
                    VALUES (:operator, :selection::jsonb, :columns, :departments, :format, :masked, 'RUNNING', :now) RETURNING id
                    """)
                .param("operator", by.id()).param("selection", selection.json()).param("columns", ids.toArray(String[]::new))
                .param("departments", by.departments(Function.CUSTOMER_VIEW).toArray(Long[]::new)).param("format", format.name())
                .param("masked", masked).param("now", clock.instant().atOffset(UTC)).query(Long.class).single();
            audit.write(by, "customer.export", "export:" + opened, null,
                    Map.of("selection", selection, "columns", ids, "format", format, "masked", masked));
            return opened;
        });
        turns.take(id);
        return id;
    }

    /// False when it had ended.
    boolean stop(Operator by, long id) {
        return database.inTransaction(() -> {
            int stopped = db.sql("UPDATE customer_export SET state = 'STOPPED', ended_at = :now WHERE id = :id AND state = 'RUNNING'")
                    .param("id", id).param("now", clock.instant().atOffset(UTC)).update();
            if (stopped == 1) audit.write(by, "customer.export-stop", "export:" + id, null, null);
            return stopped == 1;
        });
    }

    Optional<ExportProgress> find(long id) {
        return db.sql(SELECT + " WHERE x.id = :id")
                .param("id", id).query(Exports::progress).optional();
    }

    /// The newest first.
    List<ExportProgress> latest(int limit) {
        return db.sql(SELECT + " ORDER BY x.id DESC LIMIT :limit")
                .param("limit", limit).query(Exports::progress).list();
    }

    /// The file, as long as it is kept.
    Optional<Path> file(ExportProgress export) {
        Path file = uploads.named(name(export.id()));
        return export.state() == State.DONE && Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
    }

    /// How many customers it would be: up to one more than `most`.
    int countUpTo(Selection selection, int most) {
        return picks.countUpTo(selection, most);
    }

    /// Deletes the files that ended longer ago than results are kept, with what is known of them. The log keeps who made them.
    public void forgetOld() {
        List<Long> old = db.sql("SELECT id FROM customer_export WHERE ended_at < :now - (SELECT job_days FROM retention) * interval '24 hours'")
                .param("now", clock.instant().atOffset(UTC)).query(Long.class).list();
        for (long id : old) {
            discard(id);
            db.sql("DELETE FROM customer_export WHERE id = :id").param("id", id).update();
        }
    }

    @Override
    public void afterPropertiesSet() {
        turns.take(db.sql("SELECT id FROM customer_export WHERE state = 'RUNNING' ORDER BY id").query(Long.class).list());
    }

    @Override
    public void destroy() {
        turns.close();
    }

    private void work(long id) {
        Optional<ExportProgress> export = find(id).filter(ExportProgress::running);
        if (export.isEmpty()) return;
        try {
            if (!write(export.get())) discard(id);
        } catch (IOException | RuntimeException e) {
            if (turns.closing()) return;
            LOG.error("export {} could not be written", id, e);
            discard(id);
            db.sql("UPDATE customer_export SET state = 'FAILED', ended_at = :now WHERE id = :id AND state = 'RUNNING'")
                    .param("id", id).param("now", clock.instant().atOffset(UTC)).update();
        }
    }

    /// False when it was stopped.
    private boolean write(ExportProgress export) throws IOException {
        long end = picks.end();
        int total = picks.count(export.selection(), end);
        if (!tell(export.id(), 0, total, 0)) return false;
        List<ExportColumn> columns = columns(export.selection(), export.departments()).stream()
                .filter(column -> export.columns().contains(column.id())).toList();
        var rows = new ExportRows(db, memberships, suppressions, reason -> texts.get(Locale.JAPANESE, "report.reason." + reason),
                zone, columns, export.departments(), export.masked());
        int done = 0, misspelled = 0;
        try (ExportTarget lines = ExportTarget.of(Files.newOutputStream(empty(export.id())), export.format())) {
            lines.write(columns.stream().map(ExportColumn::header).map(Spreadsheet::harmless).toList());
            long after = 0;
            List<Long> window = picks.window(export.selection(), after, end);
            while (!window.isEmpty()) {
                for (int from = 0; from < window.size(); from += CHUNK) {
                    for (List<String> row : rows.of(window.subList(from, Math.min(from + CHUNK, window.size())))) {
                        if (!lines.write(row)) misspelled++;
                        done++;
                    }
                    if (turns.closing() || !tell(export.id(), done, Math.max(done, total), misspelled)) return false;
                }
                after = window.getLast();
                window = picks.window(export.selection(), after, end);
            }
        }
        db.sql("UPDATE customer_export SET state = 'DONE', rows_total = rows_done, ended_at = :now WHERE id = :id AND state = 'RUNNING'")
                .param("id", export.id()).param("now", clock.instant().atOffset(UTC)).update();
        return true;
    }

    private boolean tell(long id, int done, int total, int misspelled) {
        return db.sql("""
                UPDATE customer_export SET rows_done = :done, rows_total = :total, misspelled = :misspelled WHERE id = :id AND state = 'RUNNING'
                """)
            .param("id", id).param("done", done).param("total", total).param("misspelled", misspelled).update() == 1;
    }

    /// Nobody else on the machine reads it.
    private Path empty(long id) throws IOException {
        Path file = uploads.named(name(id));
        Files.createDirectories(file.getParent());
        Files.deleteIfExists(file);
        boolean posix = Files.getFileStore(file.getParent()).supportsFileAttributeView("posix");
        return posix
                ? Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                : Files.createFile(file);
    }

    private void discard(long id) {
        try {
            Files.deleteIfExists(uploads.named(name(id)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(long id) {
        return "export-" + id + ".csv";
    }

    private static ExportProgress progress(ResultSet row, int n) throws SQLException {
        @Nullable Timestamp ended = row.getTimestamp("ended_at");
        @Nullable Timestamp kept = row.getTimestamp("kept_until");
        return new ExportProgress(row.getLong("id"), row.getLong("operator_id"), row.getString("display_name"),
                Selection.of(row.getString("selection")), List.of((String[]) row.getArray("columns").getArray()),
                List.of((Long[]) row.getArray("departments").getArray()), ExportFormat.valueOf(row.getString("format")),
                row.getBoolean("masked"), State.valueOf(row.getString("state")), row.getInt("rows_done"), row.getInt("rows_total"),
                row.getInt("misspelled"), row.getTimestamp("started_at").toInstant(), ended == null ? null : ended.toInstant(),
                kept == null ? null : kept.toInstant());
    }
}
