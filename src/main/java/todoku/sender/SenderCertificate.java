package todoku.sender;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import todoku.mail.smime.SmimeIdentity.Problem;

/// What a profile signs with besides DKIM, without its secret.
///
/// @param problem why it does not sign now; its mails go out without it
public record SenderCertificate(
        String subject, String issuer, Set<String> addresses, Instant notBefore, Instant notAfter, @Nullable Problem problem) {
    /// How long before the end somebody should fetch a new one.
    static final Duration NOTICE = Duration.ofDays(30);

    public boolean endsSoon(Instant now) {
        return problem == null && now.plus(NOTICE).isAfter(notAfter);
    }
}
