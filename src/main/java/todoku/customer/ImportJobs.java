package todoku.customer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.stereotype.Component;
import todoku.web.Uploads;

/// Runs imports in the background, one after the other: leaving the page changes nothing, and what a restart cut off goes on at the next start.
@Component
class ImportJobs implements InitializingBean, DisposableBean {
    private static final Logger LOG = LoggerFactory.getLogger(ImportJobs.class);

    private final CustomerImport imports;
    private final Uploads uploads;
    private final ExecutorService turns = Executors.newSingleThreadExecutor(Thread.ofVirtual().name("imports").factory());
    private volatile boolean closing;

    ImportJobs(CustomerImport imports, Uploads uploads) {
        this.imports = imports;
        this.uploads = uploads;
    }

    /// The file is kept under the import's name until the import has ended; it waits for those before it.
    void run(long importId, String token) throws IOException {
        uploads.handOver(token, name(importId));
        imports.enqueue(importId);
        begin(importId);
    }

    /// Whether the file of an import is here.
    boolean holds(long importId) {
        return Files.exists(uploads.named(name(importId)));
    }

    /// Lets a paused one go on behind those that wait. False when its file is gone.
    boolean resume(long importId) {
        if (!Files.exists(uploads.named(name(importId)))) return false;
        imports.enqueue(importId);
        begin(importId);
        return true;
    }

    /// Ends one for good. False when it had ended.
    boolean stop(long importId) throws IOException {
        if (!imports.stop(importId)) return false;
        Files.deleteIfExists(uploads.named(name(importId)));
        return true;
    }

    @Override
    public void afterPropertiesSet() {
        for (long importId : imports.unfinished()) if (Files.exists(uploads.named(name(importId)))) begin(importId);
    }

    private void begin(long importId) {
        turns.execute(() -> work(importId));
    }

    private void work(long importId) {
        Path file = uploads.named(name(importId));
        if (closing || !Files.exists(file)) return;
        try {
            ImportProgress progress = imports.run(importId, file);
            if (progress.open()) return;
            Files.deleteIfExists(file);
            imports.settle(progress);
        } catch (IOException | RuntimeException e) {
            if (!closing) LOG.error("import {} stands still; it goes on at the next start", importId, e);
        }
    }

    private static String name(long importId) {
        return "import-" + importId;
    }

    @Override
    public void destroy() {
        closing = true;
        turns.shutdown();
    }
}
