package todoku.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/// A [Victim], or another part of this program, in a process of its own, and what it has said so far.
final class Child implements AutoCloseable {
    /// How its part of this program is called.
    static final String VICTIM = "victim";

    private final Process process;
    private final Queue<String> said = new ConcurrentLinkedQueue<>();
    private final long startedAt = System.nanoTime();

    private Child(Process process) {
        this.process = process;
        Thread.ofVirtual().name("victim's output").start(this::listen);
    }

    static Child start(Path log, String password, List<String> options) throws IOException {
        List<String> words = new ArrayList<>(List.of("bench", VICTIM));
        words.addAll(options);
        return start(log, Map.of(Victim.PASSWORD, password), words);
    }

    /// Any part of this program.
    ///
    /// @param log what it complains about is added here
    /// @param words as on the command line
    static Child start(Path log, Map<String, String> environment, List<String> words) throws IOException {
        // It dies with us, whatever happens to us, frozen or not.
        List<String> command = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
        command.addAll(Programs.ourselves("-Xmx512m", "-Dstdout.encoding=UTF-8"));
        command.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return new Child(builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start());
    }

    private void listen() {
        try (BufferedReader lines = process.inputReader(UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) said.add(line);
        } catch (IOException e) {
            said.add("its output broke off");
        }
    }

    boolean says(String beginning) {
        return said.stream().anyMatch(line -> line.startsWith(beginning));
    }

    /// False when it ended, or time went by, before it said so.
    boolean awaits(String beginning, int limitSeconds) throws IOException {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(limitSeconds);
        while (!says(beginning)) {
            if (!process.isAlive()) {
                Programs.rest(50); // its last words may still be on their way
                return says(beginning);
            }
            if (System.nanoTime() > limit) return false;
            Programs.rest(1);
        }
        return true;
    }

    /// Until it has closed everything in good order; false when that takes longer.
    boolean awaitsEnd(int limitSeconds) throws IOException {
        try {
            return process.waitFor(limitSeconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    double seconds() {
        return (System.nanoTime() - startedAt) / 1e9;
    }

    /// Stops it where it stands, as a machine does that has no time for it; [#wake] lets it go on.
    void freeze() throws IOException {
        Programs.signal("STOP", process.pid());
    }

    void wake() throws IOException {
        Programs.signal("CONT", process.pid());
    }

    /// `kill -9`.
    void kill() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() throws IOException {
        kill();
    }

    @Override
    public String toString() {
        return "process " + process.pid() + " " + said;
    }
}
