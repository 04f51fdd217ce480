package todoku.delivery;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Counts the time since the machine started, also while it was asleep: what a lease holder must count with.
@FunctionalInterface
interface BootClock {
    /// Asked before every final dot: a call into the C library costs a fiftieth of a read of `/proc/uptime`.
    BootClock SYSTEM = new Linux();

    long millis();

    /// Names the run of the operating system. Where there is none, every start counts as another run: the safe side.
    static String osBoot() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).trim();
        } catch (IOException e) {
            return java.util.UUID.randomUUID().toString();
        }
    }

    /// `clock_gettime(CLOCK_BOOTTIME)` of Linux; elsewhere the clock of the JVM, which does not count a sleep.
    final class Linux implements BootClock {
        private static final int CLOCK_BOOTTIME = 7;
        private final @Nullable MethodHandle clock = find();

        @SuppressWarnings("restricted") // The program is started with --enable-native-access.
        private static @Nullable MethodHandle find() {
            if (!"Linux".equals(System.getProperty("os.name"))) return null;
            Linker linker = Linker.nativeLinker();
            return linker.defaultLookup()
                    .find("clock_gettime")
                    .map(function -> linker.downcallHandle(
                            function,
                            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS),
                            Linker.Option.critical(true)))
                    .orElse(null);
        }

        @Override
        public long millis() {
            if (clock == null) return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
            long[] time = new long[2];
            try {
                int failed = (int) clock.invokeExact(CLOCK_BOOTTIME, MemorySegment.ofArray(time));
                if (failed != 0) throw new IllegalStateException("clock_gettime failed");
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
            return TimeUnit.SECONDS.toMillis(time[0]) + TimeUnit.NANOSECONDS.toMillis(time[1]);
        }
    }
}
