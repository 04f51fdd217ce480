package todoku.mail.tls;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import todoku.mail.dns.SignedDns.Announced;
import todoku.mail.smtp.CertificateCheck;
import todoku.mail.smtp.TlsTrouble;
import todoku.mail.smtp.TlsTrouble.Kind;

/// One of the certificates that DNS announces (RFC 7672 §3.1): the server's own (usage 3; its names and dates do not matter),
/// or an issuer of one that is for the server's name and valid now (usage 2).
/// @param names the server's, and the domain's it serves
record AnnouncedCertificates(List<Announced> announced, Set<String> names) implements CertificateCheck {
    private static final int ISSUER = 2;
    private static final int OWN = 3;
    private static final int WHOLE = 0;
    private static final int KEY = 1;
    private static final int SHA_256 = 1;
    private static final int SHA_512 = 2;

    AnnouncedCertificates {
        announced = List.copyOf(announced);
        names = Set.copyOf(names);
    }

    /// Whether a mail server can be told by it (RFC 7672 §3.1.3).
    static boolean isUsable(Announced each) {
        boolean known = (each.usage() == ISSUER || each.usage() == OWN) && (each.selector() == WHOLE || each.selector() == KEY);
        return known && switch (each.matching()) {
            case 0 -> true;
            case SHA_256 -> each.data().length == 32;
            case SHA_512 -> each.data().length == 64;
            default -> false;
        };
    }

    @Override
    public @Nullable TlsTrouble troubleWith(List<X509Certificate> chain, String host) {
        TlsTrouble trouble = null;
        for (Announced each : announced) {
            try {
                if (each.usage() == OWN && matches(each, chain.getFirst())) return null;
                if (each.usage() != ISSUER || !isIssued(each, chain)) continue;
                if (CertificateNames.areFor(chain.getFirst(), names)) return null;
                trouble = new TlsTrouble(Kind.WRONG_NAME, host, String.join(" ", CertificateNames.of(chain.getFirst())));
            } catch (GeneralSecurityException e) {
                trouble = new TlsTrouble(Kind.NOT_ANNOUNCED, host, String.valueOf(e.getMessage()));
            }
        }
        return trouble != null ? trouble : new TlsTrouble(Kind.NOT_ANNOUNCED, host, wanted());
    }

    private String wanted() {
        return announced.stream()
                .map(each -> each.usage() + " " + each.selector() + " " + each.matching() + " " + HexFormat.of().formatHex(each.data(), 0, Math.min(8, each.data().length)) + "…")
                .collect(Collectors.joining(", "));
    }

    private static boolean matches(Announced each, X509Certificate certificate) throws GeneralSecurityException {
        byte[] part = each.selector() == WHOLE ? certificate.getEncoded() : certificate.getPublicKey().getEncoded();
        byte[] shown = switch (each.matching()) {
            case SHA_256 -> MessageDigest.getInstance("SHA-256").digest(part);
            case SHA_512 -> MessageDigest.getInstance("SHA-512").digest(part);
            default -> part;
        };
        return Arrays.equals(shown, each.data());
    }

    /// From the announced issuer down to the server every signature and date must be good.
    private static boolean isIssued(Announced each, List<X509Certificate> chain) throws GeneralSecurityException {
        for (int i = 1; i < chain.size(); i++) if (matches(each, chain.get(i))) return isValid(chain.subList(0, i), chain.get(i));
        X509Certificate announced = each.matching() == 0 && each.selector() == WHOLE ? certificate(each.data()) : null;
        return announced != null && isValid(chain, announced);
    }

    private static @Nullable X509Certificate certificate(byte[] data) throws CertificateException {
        return CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(data))
                        instanceof X509Certificate known
                ? known
                : null;
    }

    private static boolean isValid(List<X509Certificate> path, X509Certificate issuer) throws GeneralSecurityException {
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(issuer, null)));
        parameters.setRevocationEnabled(false);
        CertPathValidator.getInstance("PKIX")
                .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
        return true;
    }
}
