package todoku.sender.doctor;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Opens an encrypted connection to a web server, as a reader's browser does.
@FunctionalInterface
public interface TlsProbe {
    Answer ask(String host, int port);

    /// @param validUntil of its certificate, when that is trusted and names the host
    /// @param trouble    what is wrong with the certificate; null when nothing is
    /// @param reached    whether anybody answered at all
    record Answer(boolean reached, @Nullable Instant validUntil, @Nullable String trouble) {}
}
