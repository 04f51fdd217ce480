package todoku.customer;

import static java.time.ZoneOffset.UTC;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.access.Operators;
import todoku.customer.CsvFile.Stamp;
import todoku.database.Database;
import todoku.web.Uploads;

/// Files that another program puts down in `DIR/PROFILE/` are imported by the choices of that profile, in the name of whoever
/// saved it, and moved to `done` or `failed` there.
///
/// A file stays where it is until its import has ended, and the database knows which import that is: whatever a restart cuts
/// off is gone on with, or done again, which changes nothing. A file that changes meanwhile is a new one.
@Component
public class DropDirectory {
    /// The directory, by this variable of the environment.
    public static final String SETTING = "TODOKU_DROP";

    /// A file that is still being written changes sooner.
    static final Duration QUIET = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(DropDirectory.class);
    private static final int FILES_AT_ONCE = 20;

    private final Database database;
    private final JdbcClient db;
    private final ImportProfiles profiles;
    private final CustomerImport imports;
    private final ImportJobs jobs;
    private final Uploads uploads;
    private final Operators operators;
    private final Audit audit;
    private Map<Path, Seen> seen = new HashMap<>();

    DropDirectory(Database database, ImportProfiles profiles, CustomerImport imports, ImportJobs jobs, Uploads uploads, Operators operators, Audit audit) {
        this.database = database;
        this.db = database.client();
        this.profiles = profiles;
        this.imports = imports;
        this.jobs = jobs;
        this.uploads = uploads;
        this.operators = operators;
        this.audit = audit;
    }

    private record Seen(Stamp stamp, Instant since) {}

    /// A file whose import has begun.
    private record Taken(long importId, String folder, String file, long bytes, Instant at) {
        boolean is(Path path) throws IOException {
            return bytes == Files.size(path) && at.equals(changed(path));
        }
    }

    /// One look: ends what has been imported, begins what has come to rest.
    public synchronized void look(Path directory, Instant now) {
        if (!Files.isDirectory(directory)) throw new UncheckedIOException(new NoSuchFileException(directory.toString()));
        for (Taken taken : taken()) trying(directory.resolve(taken.folder()).resolve(taken.file()), file -> settle(taken, file));
        Map<Path, Seen> still = new HashMap<>();
        for (ImportProfile profile : profiles.all()) {
            trying(directory.resolve(profile.name()), folder -> {
                Files.createDirectories(folder);
                for (Path file : files(folder)) trying(file, each -> regard(profile, each, now, still));
            });
        }
        seen = still;
    }

    private interface Step {
        void on(Path path) throws IOException;
    }

    /// What one file has must not keep the others.
    private static void trying(Path path, Step step) {
        try {
            step.on(path);
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} waits in the drop directory", path, e);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && !file.getFileName().toString().startsWith("."))
                    .sorted().limit(FILES_AT_ONCE).toList();
        }
    }

    private void regard(ImportProfile profile, Path file, Instant now, Map<Path, Seen> still) throws IOException {
        String name = file.getFileName().toString();
        if (taken().stream().anyMatch(taken -> taken.folder().equals(profile.name()) && taken.file().equals(name))) return;
        Stamp stamp = Stamp.of(file);
        @Nullable Seen before = seen.get(file);
        Instant since = before != null && before.stamp().equals(stamp) ? before.since() : now;
        if (since.plus(QUIET).isAfter(now)) still.put(file, new Seen(stamp, since));
        else take(profile, file, stamp, now);
    }

    private void take(ImportProfile profile, Path file, Stamp stamp, Instant now) throws IOException {
        Optional<Operator> by = operators.acting(profile.operator()).filter(operator -> profiles.mayUse(operator, profile));
        if (by.isEmpty()) {
            fail(file, now, "この設定を保存した担当者（" + profile.operatorName() + "）に、一括登録の権限がありません。権限のある担当者が設定を保存し直してください。");
            return;
        }
        String token = uploads.keepCopy(file);
        Path kept = uploads.find(token).orElseThrow();
        if (!Stamp.of(file).equals(stamp)) {
            Files.delete(kept);
            return;
        }
        if (SheetFile.asCsv(kept) instanceof SheetFile.Outcome.Refused(String why)) {
            Files.delete(kept);
            fail(file, now, why);
            return;
        }
        String name = file.getFileName().toString();
        List<Long> departments = by.get().departments(Function.CUSTOMER_EDIT).stream().sorted().toList();
        ImportProgress started = imports.start(kept, new ImportChoices(
                name, profile.group(), profile.mode(), profile.key(), profile.consentSource(), profile.reading(), departments));
        database.inTransaction(() -> {
            db.sql("INSERT INTO import_drop (import_id, folder, file, bytes, changed_at) VALUES (:id, :folder, :file, :bytes, :changed)")
                    .param("id", started.id()).param("folder", profile.name()).param("file", name).param("bytes", stamp.bytes())
                    .param("changed", milliseconds(stamp.changed().toInstant()).atOffset(UTC)).update();
            audit.write(by.get(), "customer.import", "import:" + started.id(), null,
                    Map.of("file", name, "profile", profile.name(), "lines", started.linesTotal(), "mode", profile.mode()));
        });
        if (started.state() == ImportProgress.State.RUNNING) jobs.run(started.id(), token);
        else Files.delete(kept);
    }

    private List<Taken> taken() {
        return db.sql("SELECT import_id, folder, file, bytes, changed_at FROM import_drop ORDER BY import_id")
                .query((row, n) -> new Taken(row.getLong(1), row.getString(2), row.getString(3), row.getLong(4),
                        Objects.requireNonNull(row.getTimestamp(5)).toInstant()))
                .list();
    }

    private void settle(Taken taken, Path file) throws IOException {
        if (imports.progress(taken.importId()).open()) {
            // Cut off between the beginning and the copy: nothing was registered, the file is taken again.
            if (!jobs.holds(taken.importId()) && imports.progress(taken.importId()).open()) {
                imports.stop(taken.importId());
                forget(taken);
            }
            return;
        }
        ImportProgress ended = imports.progress(taken.importId());
        boolean done = ended.state() == ImportProgress.State.DONE;
        Path folder = Files.createDirectories(file.resolveSibling(done ? "done" : "failed"));
        String name = taken.importId() + "-" + taken.file();
        if (ended.failure() > 0) {
            try (OutputStream out = Files.newOutputStream(folder.resolve(name + ".refused.csv"))) {
                imports.resultCsv(taken.importId(), LineClass.FAILURE, out);
            }
        }
        if (ended.why() != null) Files.writeString(folder.resolve(name + ".txt"), ended.why() + "\n");
        if (Files.exists(file) && taken.is(file)) Files.move(file, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        forget(taken);
    }

    private void forget(Taken taken) {
        db.sql("DELETE FROM import_drop WHERE import_id = :id").param("id", taken.importId()).update();
    }

    /// One that did not come to an import.
    private static void fail(Path file, Instant now, String why) throws IOException {
        Path folder = Files.createDirectories(file.resolveSibling("failed"));
        String name = now.getEpochSecond() + "-" + file.getFileName();
        Files.writeString(folder.resolve(name + ".txt"), why + "\n");
        Files.move(file, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private static Instant changed(Path file) throws IOException {
        return milliseconds(Files.getLastModifiedTime(file).toInstant());
    }

    /// What the database keeps of a time.
    private static Instant milliseconds(Instant time) {
        return time.truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
    }
}
