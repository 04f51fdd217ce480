package todoku.mail.tls;

import java.io.IOException;

/// Brings the policy of a domain from its web server. Safe for many threads; blocks, within limits.
@FunctionalInterface
public interface StsSource {
    /// @throws IOException when there is none that counts: another status than 200, a redirect, a bad certificate, another
    ///     type than text/plain, or more than 64 KB
    String fetch(String domain) throws IOException;
}
