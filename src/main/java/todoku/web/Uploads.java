package todoku.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.web.multipart.MultipartFile;

/// Files on their way in, in a folder of the data directory until somebody has decided about them.
public final class Uploads {
    /// Nobody decides about a file that was sent longer ago.
    private static final Duration KEPT = Duration.ofDays(1);
    private static final Pattern TOKEN = Pattern.compile("[0-9a-f-]{36}");

    private final Path folder;
    private final InstantSource clock;

    public Uploads(Path folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /// Takes a file in.
    ///
    /// @return the name by which it is found again; it says nothing about the file
    public String keep(MultipartFile file) throws IOException {
        Files.createDirectories(folder);
        String token = UUID.randomUUID().toString();
        file.transferTo(folder.resolve(token).toAbsolutePath());
        return token;
    }

    /// Takes a copy of a file of this machine in, as [#keep].
    public String keepCopy(Path file) throws IOException {
        Files.createDirectories(folder);
        String token = UUID.randomUUID().toString();
        Files.copy(file, folder.resolve(token));
        return token;
    }

    /// The file of a name given out; nothing for any other name.
    public Optional<Path> find(String token) {
        if (!TOKEN.matcher(token).matches()) return Optional.empty();
        Path file = folder.resolve(token);
        return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
    }

    /// Hands a file over to whoever uses it, under a name of theirs in the same folder.
    public Path handOver(String token, String name) throws IOException {
        return Files.move(find(token).orElseThrow(NotFound::new), folder.resolve(name));
    }

    public Path named(String name) {
        return folder.resolve(name);
    }

    /// Files nobody has decided about.
    public void forgetOld() {
        if (!Files.isDirectory(folder)) return;
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> TOKEN.matcher(file.getFileName().toString()).matches()).forEach(this::forgetIfOld);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void forgetIfOld(Path file) {
        try {
            if (Files.getLastModifiedTime(file).toInstant().isBefore(clock.instant().minus(KEPT))) Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
