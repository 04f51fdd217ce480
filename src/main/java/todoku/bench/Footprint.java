package todoku.bench;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import todoku.database.Database;

/// What the tables of mailings take on the disk, with their indexes.
record Footprint(long recipients, long results, long events) {
    /// One customer with address and membership, one recipient of three campaigns, its result and event, with indexes.
    private static final long BYTES_EACH = 2_000;
    /// What PostgreSQL keeps besides: its log and an empty database.
    private static final long BYTES_BESIDES = 4L << 30;
    private static final int SHOWN_EVERY_SECONDS = 5;

    /// Why so many customers do not fit here; null when they do.
    static @Nullable String whyTooSmall(int customers) throws IOException {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        FileStore store = Files.getFileStore(folder);
        long needed = customers * BYTES_EACH + (customers < 100_000 ? 0 : BYTES_BESIDES);
        long free = store.getUsableSpace();
        return free >= needed
                ? null
                : String.format(
                        Locale.ROOT,
                        "%,d customers need about %d GB of disk in %s, and %d GB are free: take fewer (--size N), or another folder"
                                + " (TODOKU_JAVA_OPTS=-Djava.io.tmpdir=FOLDER)",
                        customers, gigabytes(needed), folder, gigabytes(free));
    }

    private static long gigabytes(long bytes) {
        return (bytes + (1L << 30) - 1) >> 30;
    }

    static Footprint of(Database database) {
        return new Footprint(
                size(database, "mailing_recipient"), size(database, "recipient_result"), size(database, "event"));
    }

    private static long size(Database database, String table) {
        return database.client()
                .sql("""
                        SELECT pg_total_relation_size(:table::regclass) + coalesce(sum(pg_total_relation_size(relid)), 0)
                          FROM pg_partition_tree(:table::regclass) WHERE isleaf AND relid <> :table::regclass
                        """)
                .param("table", table)
                .query((row, _) -> row.getLong(1))
                .single();
    }

    /// What so many recipients have added, of whom so many were delivered to.
    void since(Footprint before, int planned, long delivered, Table table) {
        double recipient = (recipients - before.recipients) / (double) planned;
        double result = (results - before.results) / (double) delivered;
        double event = (events - before.events) / (double) delivered;
        table.add(new Table.Row("P14", "disk: recipient and result", "bytes", List.of(recipient + result))
                .goal(260)
                .with("bytes_recipient", recipient)
                .with("bytes_result", result)
                .with("delivered", delivered));
        table.add(new Table.Row("P14_event", "disk: with its event", "bytes", List.of(recipient + result + event))
                .goal(420)
                .with("bytes_event", event));
    }

    /// Says every few seconds how far a plan has come, which nobody else can see before it is committed.
    static Shown shown(Database database, long began) {
        var over = new CountDownLatch(1);
        long before = size(database, "mailing_recipient");
        Thread.ofVirtual().name("progress").start(() -> {
            try {
                while (!over.await(SHOWN_EVERY_SECONDS, TimeUnit.SECONDS)) {
                    System.err.printf(
                            Locale.ROOT, "planning: %.0f s, recipients %d MB%n",
                            LaunchBench.seconds(began), (size(database, "mailing_recipient") - before) >> 20);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return over::countDown;
    }

    /// Closed when there is nothing more to say.
    interface Shown extends AutoCloseable {
        @Override
        void close();
    }
}
