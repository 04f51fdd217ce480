package todoku.backup;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// What a backup takes from the data directory. Journal and node key belong to the machine and stay there.
final class DataFiles {
    static final String KEY = "key";
    static final List<String> NAMES = List.of("replies.rules");

    static final FileAttribute<Set<PosixFilePermission>> OURS_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path home;

    DataFiles(Path home) {
        this.home = home;
    }

    Path path(String name) {
        return home.resolve(name);
    }

    /// A file that is there and says something else belongs to another installation.
    void refuseOthers(String name, byte[] content) throws IOException {
        Path file = path(name);
        if (Files.exists(file) && !Arrays.equals(Files.readAllBytes(file), content))
            throw new Refused(
                    file + " は別の内容で既にあります。別の --data を指定するか、そのファイルを移してください。",
                    file + " is there and differs: choose another --data, or move the file away");
    }

    /// Safe on disk when this returns; whole or not there at all.
    void write(String name, byte[] content) throws IOException {
        Files.createDirectories(home);
        Path part = path(name + ".part");
        Files.deleteIfExists(part);
        Files.createFile(part, OURS_ALONE);
        Files.write(part, content);
        moveInto(part, path(name));
    }

    /// The content is on disk before the name is.
    static void moveInto(Path part, Path file) throws IOException {
        force(part, StandardOpenOption.WRITE);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) force(folder, StandardOpenOption.READ);
    }

    private static void force(Path path, StandardOpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(path, how)) {
            channel.force(true);
        }
    }
}
