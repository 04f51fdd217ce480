package todoku.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Programs of this machine. Debian keeps mail programs where an ordinary PATH does not look.
final class Programs {
    private static final List<String> BESIDES_PATH = List.of("/usr/sbin", "/sbin", "/usr/lib/postfix/sbin");

    private static final String MAIN = "todoku.Todoku";

    /// Who programs run as that refuse to be root.
    static final int NOBODY = 65534;

    private Programs() {}

    static Optional<String> find(String name) {
        String path = System.getenv("PATH");
        return Stream.concat(Stream.of((path == null ? "" : path).split(":")), BESIDES_PATH.stream())
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    static boolean weAreRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    /// What it says; an error when it does not end well within the limit.
    static String run(int limitSeconds, String... command) throws IOException {
        Path said = Files.createTempFile("todoku-bench", ".txt");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(command[0] + " does not end");
            }
            String text = Files.readString(said, StandardCharsets.ISO_8859_1);
            if (process.exitValue() != 0) throw new IOException(String.join(" ", command) + ": " + text.strip());
            return text;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            Files.deleteIfExists(said);
        }
    }

    /// How this program is started once more, as the launcher does it, with these options more for the Java machine; its own words are added.
    static List<String> ourselves(String... javaOptions) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector", "-XX:+ExitOnOutOfMemoryError"));
        command.addAll(List.of(javaOptions));
        String classes = System.getProperty("java.class.path");
        if (classes.endsWith(".jar") && !classes.contains(":")) command.addAll(List.of("-jar", classes));
        else command.addAll(List.of("-cp", classes, MAIN));
        return command;
    }

    /// Sends a signal to one process.
    static void signal(String name, long pid) throws IOException {
        run(10, "/bin/sh", "-c", "kill -" + name + " " + pid);
    }

    /// Between two looks at something another program does.
    static void rest(int millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /// What the machine was busy with besides: runnable processes over the last minute.
    static double load() throws IOException {
        return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
    }

    /// Takes a folder away with all that is in it; none is well too.
    static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) return;
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(path);
        }
    }

    /// A folder that programs of other users may enter.
    static Path open(Path folder) throws IOException {
        return Files.setPosixFilePermissions(Files.createDirectories(folder), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /// A folder in which `smtp-sink`, which does not run as root, may write.
    static Path handedToNobody(Path folder) throws IOException {
        open(folder);
        if (weAreRoot()) Files.setAttribute(folder, "unix:uid", NOBODY);
        return folder;
    }
}
