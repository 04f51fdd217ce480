package todoku.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Who we are: a data directory held under a lock of the operating system, and the number of this start.
/// As long as we hold the lock, every other lease of this node belongs to a dead process.
final class Node implements AutoCloseable {
    private final FileChannel channel;
    private final FileLock lock;
    final long id;
    final long boot;
    final String osBoot;

    private Node(FileChannel channel, FileLock lock, long id, long boot, String osBoot) {
        this.channel = channel;
        this.lock = lock;
        this.id = id;
        this.boot = boot;
        this.osBoot = osBoot;
    }

    private record Started(long id, long boot) {}

    static Node open(Path directory, JdbcClient db, String osBoot) {
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(
                    directory.resolve("node.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = lock(channel);
            if (lock == null) {
                channel.close();
                throw new IllegalStateException("another engine is running in " + directory);
            }
            try {
                Started started = start(key(directory), db, osBoot);
                return new Node(channel, lock, started.id(), started.boot(), osBoot);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by another engine of this very process
        }
    }

    /// Made at the first start, whole or not at all: a full disk must not leave a node without a name.
    private static String key(Path directory) throws IOException {
        Path file = directory.resolve("node.key");
        if (!Files.exists(file)) {
            Path part = directory.resolve("node.key.part");
            try (FileChannel channel = FileChannel.open(
                    part, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                ByteBuffer key = ByteBuffer.wrap(UUID.randomUUID().toString().getBytes(US_ASCII));
                while (key.hasRemaining()) channel.write(key);
                channel.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        }
        String key = Files.readString(file).trim();
        if (key.isEmpty())
            throw new IllegalStateException(file + " is empty: put it back from the node's own copy, or delete it, and this node"
                    + " begins as a new one");
        return key;
    }

    private static Started start(String key, JdbcClient db, String osBoot) {
        return db.sql("""
                WITH started AS (
                    INSERT INTO node AS n (key, boot, os_boot, seen_at) VALUES (:key, 1, :os, clock_timestamp())
                    ON CONFLICT (key) DO UPDATE SET boot = n.boot + 1, os_boot = EXCLUDED.os_boot, seen_at = EXCLUDED.seen_at
                    RETURNING id, boot),
                noted AS (INSERT INTO node_boot (node_id, boot, os_boot) SELECT id, boot, :os FROM started)
                SELECT id, boot FROM started
                """)
                .param("key", key)
                .param("os", osBoot)
                .query((row, _) -> new Started(row.getLong("id"), row.getLong("boot")))
                .single();
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
