package todoku.customer.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.stereotype.Component;
import todoku.web.Uploads;

/// Runs imports of records in the background: leaving the page changes nothing, and what a restart cut off goes on at the next start.
@Component
class RecordImportJobs implements InitializingBean, DisposableBean {
    private static final Logger LOG = LoggerFactory.getLogger(RecordImportJobs.class);

    private final RecordImport imports;
    private final Uploads uploads;
    private volatile boolean closing;

    RecordImportJobs(RecordImport imports, Uploads uploads) {
        this.imports = imports;
        this.uploads = uploads;
    }

    /// The file is kept under the import's name until the import has ended.
    void run(long importId, String token) throws IOException {
        uploads.handOver(token, name(importId));
        begin(importId);
    }

    @Override
    public void afterPropertiesSet() {
        for (long importId : imports.unfinished()) if (Files.exists(uploads.named(name(importId)))) begin(importId);
    }

    private void begin(long importId) {
        Thread.ofVirtual().name("record-import-" + importId).start(() -> work(importId));
    }

    private void work(long importId) {
        Path file = uploads.named(name(importId));
        try {
            RecordProgress ended = imports.run(importId, file);
            Files.deleteIfExists(file);
            imports.settle(ended);
        } catch (IOException | RuntimeException e) {
            if (!closing) LOG.error("import {} of records stands still; it goes on at the next start", importId, e);
        }
    }

    private static String name(long importId) {
        return "record-import-" + importId;
    }

    @Override
    public void destroy() {
        closing = true;
    }
}
