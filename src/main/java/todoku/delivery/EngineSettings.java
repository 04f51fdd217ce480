package todoku.delivery;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;

/// What an installation decides about its engine.
/// @param messageIdDomain the right side of every Message-ID
/// @param secret keys the left side of every Message-ID
/// @param providers as they come; what the installation has changed is read from its database
/// @param retryPauses after the first, second … attempt; the last one repeats until the mail expires
/// @param journalSlots how many records the journal keeps, 512 bytes each
/// @param zone decides what a day is
public record EngineSettings(
        Path dataDirectory,
        String messageIdDomain,
        byte[] secret,
        Providers providers,
        List<Duration> retryPauses,
        int journalSlots,
        ZoneId zone) {
    /// Where Japanese offices are.
    private static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");

    /// Quick at first for greylisting, patient later.
    public static final List<Duration> RETRY_PAUSES = List.of(
            Duration.ofMinutes(15),
            Duration.ofMinutes(30),
            Duration.ofHours(1),
            Duration.ofHours(2),
            Duration.ofHours(4),
            Duration.ofHours(8));
    /// 32 MB: far more than a group commit can lag behind.
    public static final int JOURNAL_SLOTS = 65_536;

    public static EngineSettings standard(Path dataDirectory, String messageIdDomain, byte[] secret) {
        return new EngineSettings(
                dataDirectory, messageIdDomain, secret, Providers.shipped(), RETRY_PAUSES, JOURNAL_SLOTS, ZONE);
    }

    Duration pauseAfter(int attempts) {
        return retryPauses.get(Math.clamp(attempts - 1L, 0, retryPauses.size() - 1));
    }
}
