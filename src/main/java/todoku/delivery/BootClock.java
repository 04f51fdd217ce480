package todoku.delivery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Counts the time since the machine started, also while it was asleep: what a lease holder must count with.
final class BootClock {
    private static final Path UPTIME = Path.of("/proc/uptime");
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private BootClock() {}

    static long millis() {
        try {
            String line = Files.readString(UPTIME);
            return Long.parseLong(line.substring(0, line.indexOf(' ')).replace(".", "")) * 10;
        } catch (IOException e) {
            return System.nanoTime() / 1_000_000; // no Linux: a sleep is not counted
        }
    }

    /// Names the run of the operating system. Where there is none, every start counts as another run: the safe side.
    static String osBoot() {
        try {
            return Files.readString(BOOT_ID).trim();
        } catch (IOException e) {
            return java.util.UUID.randomUUID().toString();
        }
    }
}
