package todoku.delivery;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Counts the time since the machine started, also while it was asleep: what a lease holder must count with.
/// Asked several times for every mail, so it asks the C library; the file that says the same costs a hundred times more.
final class BootClock {
    private static final Path UPTIME = Path.of("/proc/uptime");
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int CLOCK_BOOTTIME = 7;
    private static final @Nullable MethodHandle CLOCK = clock();
    private static final ThreadLocal<MemorySegment> TIME =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(ValueLayout.JAVA_LONG, 2));

    private BootClock() {}

    static long millis() {
        MethodHandle clock = CLOCK;
        if (clock == null) return uptime();
        try {
            MemorySegment time = TIME.get();
            if ((int) clock.invokeExact(CLOCK_BOOTTIME, time) != 0) return uptime();
            return time.getAtIndex(ValueLayout.JAVA_LONG, 0) * 1_000 + time.getAtIndex(ValueLayout.JAVA_LONG, 1) / 1_000_000;
        } catch (Throwable e) {
            throw new IllegalStateException("clock_gettime cannot be called", e);
        }
    }

    /// Null where there is no Linux with 64 bits.
    @SuppressWarnings("restricted") // the launcher allows native access
    private static @Nullable MethodHandle clock() {
        if (!Files.exists(UPTIME) || ValueLayout.ADDRESS.byteSize() != 8) return null;
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("clock_gettime")
                .map(function -> linker.downcallHandle(
                        function,
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS)))
                .orElse(null);
    }

    private static long uptime() {
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
