package todoku.delivery;

import todoku.mail.smtp.CertificateCheck;
import todoku.mail.smtp.Tls;

/// How safe the way to a provider must be, whatever its domains say themselves.
public enum TlsRule {
    /// Encrypted when they offer it.
    WHEN_OFFERED,
    /// Never in the clear.
    REQUIRED,
    /// Never in the clear, and only with a certificate of a known issuer for the name of the host.
    VERIFIED;

    /// This, unless the domain asks for more.
    Tls with(Tls demanded, CertificateCheck knownIssuers) {
        if (demanded.isAlways() && demanded.check() != CertificateCheck.ANY) return demanded;
        return switch (this) {
            case WHEN_OFFERED -> demanded;
            case REQUIRED -> Tls.ALWAYS;
            case VERIFIED -> Tls.checked(knownIssuers);
        };
    }
}
