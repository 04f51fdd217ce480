package todoku.mail.smtp;

import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Says whether certificates are good enough. Asked after every handshake, resumed ones too. Safe for many threads.
@FunctionalInterface
public interface CertificateCheck {
    /// Encrypts against listeners only.
    CertificateCheck ANY = (_, _) -> null;

    /// What is wrong; null when nothing is.
    /// @param chain as they sent it, their own first; never empty
    /// @param host the name of the server
    @Nullable TlsTrouble troubleWith(List<X509Certificate> chain, String host);
}
