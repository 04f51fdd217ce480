package todoku.mail.tls;

import java.time.Instant;
import java.util.Optional;

/// Keeps policies beyond a restart: whoever keeps us from asking for one must not make us forget it. Safe for many threads.
public interface StsMemory {
    /// @param id the name DNS had for it
    /// @param text as the web server gave it
    record Kept(String id, String text, Instant fetchedAt) {}

    Optional<Kept> find(String domain);

    void keep(String domain, Kept policy, Instant until);
}
