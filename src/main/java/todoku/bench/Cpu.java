package todoku.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Predicate;

/// Processor time, as the kernel counts it in `/proc`.
final class Cpu {
    /// USER_HZ is 100 on every Linux that Java runs on.
    private static final long MICROS_PER_TICK = 10_000;
    /// Of `/proc/PID/stat` behind the name: utime, stime, and the same of ended children.
    private static final int UTIME = 11;

    private Cpu() {}

    /// What this process has used, with all its threads, in microseconds.
    static long ofUs() {
        return micros(ProcessHandle.current().pid(), 2);
    }

    /// What this process and everybody it started and has collected have used, in microseconds.
    static long ofFamily(ProcessHandle head) {
        return micros(head.pid(), 4)
                + head.descendants().mapToLong(p -> micros(p.pid(), 4)).sum();
    }

    /// The same for those of our children who are called so.
    static long ofChildren(Predicate<String> command) {
        return ProcessHandle.current()
                .children()
                .filter(child -> command.test(child.info().command().orElse("")))
                .mapToLong(Cpu::ofFamily)
                .sum();
    }

    private static long micros(long pid, int fields) {
        String stat;
        try {
            stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            if (!Files.exists(Path.of("/proc/" + pid))) return 0; // it ended while we read
            throw new UncheckedIOException(e);
        }
        // The name in brackets may hold anything, spaces too.
        String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = 0;
        for (int i = UTIME; i < UTIME + fields; i++) ticks += Long.parseLong(words[i]);
        return ticks * MICROS_PER_TICK;
    }
}
