package todoku.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A file system of its own, in memory, small enough to be filled.
final class SmallDisk implements AutoCloseable {
    private static final int LIMIT_SECONDS = 10;
    private static final int CHUNK_BYTES = 4_096;

    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /// Null when this machine lets us mount one.
    static @Nullable String whyNot(Path home) throws IOException {
        if (!Programs.weAreRoot()) return "only root may mount a small file system (tmpfs)";
        try (SmallDisk disk = at(home.resolve("trial"), 1)) {
            return disk.folder.toFile().getTotalSpace() > 0 ? null : "a small file system (tmpfs) has no size here";
        } catch (IOException e) {
            return "a small file system (tmpfs) cannot be mounted: " + e.getMessage();
        }
    }

    static SmallDisk at(Path folder, int megabytes) throws IOException {
        Files.createDirectories(folder);
        Programs.run(LIMIT_SECONDS, "mount", "-t", "tmpfs", "-o", "mode=0755,size=" + megabytes + "m", "todoku-bench", folder.toString());
        return new SmallDisk(folder);
    }

    void resize(int megabytes) throws IOException {
        Programs.run(LIMIT_SECONDS, "mount", "-o", "remount,size=" + megabytes + "m", folder.toString());
    }

    /// To the last byte.
    void fill() throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        try (OutputStream ballast = Files.newOutputStream(ballast())) {
            while (true) ballast.write(chunk);
        } catch (IOException e) {
            if (folder.toFile().getUsableSpace() >= CHUNK_BYTES) throw e;
        }
    }

    /// Throws the ballast away.
    void empty() throws IOException {
        Files.deleteIfExists(ballast());
    }

    private Path ballast() {
        return folder.resolve("ballast");
    }

    @Override
    public void close() throws IOException {
        Programs.run(LIMIT_SECONDS, "umount", "-l", folder.toString());
        Files.deleteIfExists(folder);
    }
}
