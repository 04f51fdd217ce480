package todoku.mail.tls;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import todoku.mail.smtp.CertificateCheck;
import todoku.mail.smtp.TlsTrouble;
import todoku.mail.smtp.TlsTrouble.Kind;

/// A certificate of an issuer this machine trusts, valid now, for the name of the server (RFC 5280, RFC 6125).
public final class TrustedIssuers implements CertificateCheck {
    /// Those Java comes with; read when they are first needed.
    public static final CertificateCheck OF_JAVA = (chain, host) -> OfJava.CHECK.troubleWith(chain, host);

    private static final class OfJava {
        private static final TrustedIssuers CHECK = new TrustedIssuers(null);
    }

    private final X509TrustManager trust;

    /// @param issuers null for those Java comes with
    public TrustedIssuers(@Nullable KeyStore issuers) {
        this.trust = trust(issuers);
    }

    private static X509TrustManager trust(@Nullable KeyStore issuers) {
        try {
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(issuers);
            for (TrustManager each : factory.getTrustManagers()) if (each instanceof X509TrustManager known) return known;
            throw new IllegalStateException("no trust manager");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no trusted issuers in this Java", e);
        }
    }

    @Override
    public @Nullable TlsTrouble troubleWith(List<X509Certificate> chain, String host) {
        X509Certificate own = chain.getFirst();
        try {
            trust.checkServerTrusted(chain.toArray(X509Certificate[]::new), "UNKNOWN");
        } catch (CertificateException e) {
            return trouble(e, own, host);
        }
        if (CertificateNames.areFor(own, List.of(host))) return null;
        return new TlsTrouble(Kind.WRONG_NAME, host, String.join(" ", CertificateNames.of(own)));
    }

    private static TlsTrouble trouble(CertificateException e, X509Certificate own, String host) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            boolean path = cause instanceof CertPathValidatorException;
            Object reason = cause instanceof CertPathValidatorException broken ? broken.getReason() : "";
            if (cause instanceof CertificateExpiredException || path && reason == BasicReason.EXPIRED)
                return new TlsTrouble(Kind.EXPIRED, host, own.getNotAfter().toInstant().toString());
            if (cause instanceof CertificateNotYetValidException || path && reason == BasicReason.NOT_YET_VALID)
                return new TlsTrouble(Kind.NOT_YET_VALID, host, own.getNotBefore().toInstant().toString());
        }
        return new TlsTrouble(Kind.UNKNOWN_ISSUER, host, own.getIssuerX500Principal().getName());
    }
}
