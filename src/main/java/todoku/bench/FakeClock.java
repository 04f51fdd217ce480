package todoku.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The time of day of programs that are told so, by libfaketime: it goes on as everybody's does, and leaps when it is set.
/// What they wait by, the monotonic clock, is the true one.
final class FakeClock {
    private static final String LIBRARY = "libfaketimeMT.so.1";
    private static final List<Path> PLACES = List.of(Path.of("/usr/lib"), Path.of("/usr/lib64"));

    private final Path file;

    /// @param folder that every program may enter
    FakeClock(Path folder, String name) throws IOException {
        file = folder.resolve(name);
        set(Duration.ZERO);
    }

    /// Why there is none on this machine; null when there is one.
    static @Nullable String whyNot() throws IOException {
        return library().isPresent() ? null : "libfaketime is not installed (Debian: libfaketime)";
    }

    private static Optional<Path> library() throws IOException {
        for (Path place : PLACES) {
            if (!Files.isDirectory(place)) continue;
            try (Stream<Path> folders = Files.list(place)) {
                Optional<Path> found = Stream.concat(Stream.of(place), folders)
                        .map(folder -> folder.resolve("faketime").resolve(LIBRARY))
                        .filter(Files::isRegularFile)
                        .findFirst();
                if (found.isPresent()) return found;
            }
        }
        return Optional.empty();
    }

    /// A leap: from now on, within a second, they are so far ahead of everybody, or behind.
    void set(Duration ahead) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, String.format("%+d\n", ahead.toSeconds()));
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /// What makes a program live by it. It would also bend how long threads wait, if it were not told twice not to.
    Map<String, String> environment() throws IOException {
        return Map.of(
                "LD_PRELOAD", library().orElseThrow().toString(),
                "FAKETIME_TIMESTAMP_FILE", file.toString(),
                "FAKETIME_CACHE_DURATION", "1",
                "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                "FAKETIME_FORCE_MONOTONIC_FIX", "0",
                "NO_FAKE_STAT", "1");
    }
}
