package todoku.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The most memory our objects took, garbage included.
final class Heap {
    private static final long MEGABYTE = 1 << 20;
    private static final List<MemoryPoolMXBean> POOLS = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .toList();

    private Heap() {}

    static void reset() {
        POOLS.forEach(MemoryPoolMXBean::resetPeakUsage);
    }

    static long peakMegabytes() {
        return POOLS.stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum() / MEGABYTE;
    }

    /// What is in use without garbage.
    static double liveMegabytes() {
        System.gc();
        return POOLS.stream().mapToLong(pool -> pool.getUsage().getUsed()).sum() / (double) MEGABYTE;
    }

    /// The most memory this process had, whatever for.
    static double peakProcessMegabytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum() / 1024.0;
        }
    }
}
