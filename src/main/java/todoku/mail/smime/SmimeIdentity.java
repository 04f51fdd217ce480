package todoku.mail.smime;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.CertPath;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A certificate for mail with its chain and its private key.
///
/// @param chain the certificate itself first, then who vouches for it; a root at the end is left out
public record SmimeIdentity(List<X509Certificate> chain, PrivateKey key) {
    private static final int CHAIN_MOST = 10;
    /// RFC 8551 §4.2.
    private static final int RSA_BITS_LEAST = 2_048;

    private static final String EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4";
    private static final String ANY_USAGE = "2.5.29.37.0";
    private static final int RFC822_NAME = 1;
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int NON_REPUDIATION = 1;
    private static final Pattern SUBJECT_EMAIL =
            Pattern.compile("(?:EMAILADDRESS|1\\.2\\.840\\.113549\\.1\\.9\\.1)=([^,+]+)", Pattern.CASE_INSENSITIVE);

    public SmimeIdentity {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) throw new IllegalArgumentException("no certificate");
    }

    /// Why a certificate is of no use for a sender.
    public enum Problem {
        /// The file is no PKCS#12 file, or broken.
        NOT_PKCS12,
        WRONG_PASSWORD,
        /// No private key with its certificate in it.
        NO_KEY,
        /// More than one: we do not guess.
        SEVERAL_KEYS,
        /// RSA below 2048 bits, or neither RSA nor a curve.
        WEAK_KEY,
        /// Made for servers, for code or for encryption only.
        NOT_FOR_MAIL,
        NOT_YET_VALID,
        EXPIRED,
        /// It names other addresses.
        OTHER_ADDRESS
    }

    /// What came of reading a file.
    public sealed interface Reading {
        record Read(SmimeIdentity identity) implements Reading {}

        record Refused(Problem problem) implements Reading {}
    }

    /// Reads what a person uploads.
    public static Reading read(byte[] pkcs12, char[] password) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(pkcs12), password);
            SmimeIdentity found = null;
            for (String alias : Collections.list(store.aliases())) {
                if (!(store.getKey(alias, password) instanceof PrivateKey key)) continue;
                List<X509Certificate> chain = chain(store.getCertificateChain(alias));
                if (chain.isEmpty()) continue;
                if (found != null) return new Reading.Refused(Problem.SEVERAL_KEYS);
                found = new SmimeIdentity(chain, key);
            }
            return found == null ? new Reading.Refused(Problem.NO_KEY) : new Reading.Read(found);
        } catch (UnrecoverableKeyException e) {
            return new Reading.Refused(Problem.WRONG_PASSWORD);
        } catch (IOException e) {
            boolean password12 = e.getCause() instanceof UnrecoverableKeyException;
            return new Reading.Refused(password12 ? Problem.WRONG_PASSWORD : Problem.NOT_PKCS12);
        } catch (GeneralSecurityException | RuntimeException e) {
            return new Reading.Refused(Problem.NOT_PKCS12);
        }
    }

    private static List<X509Certificate> chain(Certificate @Nullable [] certificates) {
        List<X509Certificate> chain = new ArrayList<>();
        if (certificates == null) return chain;
        for (Certificate one : certificates) {
            if (!(one instanceof X509Certificate certificate) || chain.size() == CHAIN_MOST) break;
            boolean root = certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
            if (root && !chain.isEmpty()) break;
            chain.add(certificate);
        }
        return chain;
    }

    /// What was stored: the chain by [#encodedChain], the key in PKCS#8.
    public static SmimeIdentity stored(byte[] chain, byte[] pkcs8) {
        try {
            CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(new ByteArrayInputStream(chain), "PkiPath");
            List<X509Certificate> certificates = new ArrayList<>();
            for (Certificate one : path.getCertificates()) certificates.add((X509Certificate) one);
            String algorithm = certificates.getFirst().getPublicKey().getAlgorithm();
            return new SmimeIdentity(
                    certificates, KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a stored certificate", e);
        }
    }

    public byte[] encodedChain() {
        try {
            return CertificateFactory.getInstance("X.509").generateCertPath(chain).getEncoded("PkiPath");
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    public X509Certificate certificate() {
        return chain.getFirst();
    }

    public Instant notBefore() {
        return certificate().getNotBefore().toInstant();
    }

    public Instant notAfter() {
        return certificate().getNotAfter().toInstant();
    }

    /// The mail addresses it speaks for, in lower case (RFC 8550 §3).
    public Set<String> addresses() {
        Set<String> addresses = new LinkedHashSet<>();
        try {
            Collection<List<?>> names = certificate().getSubjectAlternativeNames();
            if (names != null)
                for (List<?> name : names)
                    if (name.size() > 1 && Integer.valueOf(RFC822_NAME).equals(name.get(0)) && name.get(1) instanceof String address)
                        addresses.add(address.toLowerCase(Locale.ROOT));
        } catch (CertificateException e) {
            return addresses;
        }
        Matcher old = SUBJECT_EMAIL.matcher(certificate().getSubjectX500Principal().toString());
        while (old.find()) addresses.add(old.group(1).strip().toLowerCase(Locale.ROOT));
        return addresses;
    }

    /// Why it cannot sign mails from this address now; nothing when it can.
    public @Nullable Problem problem(String from, Instant now) {
        if (!isStrong()) return Problem.WEAK_KEY;
        if (!isForMail()) return Problem.NOT_FOR_MAIL;
        if (now.isBefore(notBefore())) return Problem.NOT_YET_VALID;
        if (now.isAfter(notAfter())) return Problem.EXPIRED;
        return addresses().contains(from.toLowerCase(Locale.ROOT)) ? null : Problem.OTHER_ADDRESS;
    }

    private boolean isStrong() {
        return switch (certificate().getPublicKey()) {
            case RSAKey rsa -> rsa.getModulus().bitLength() >= RSA_BITS_LEAST;
            case ECKey curve -> curve.getParams().getOrder().bitLength() >= 256;
            default -> false;
        };
    }

    /// RFC 8550 §4.4.2 and §4.4.4: where the certificate says what it is for, that must be this.
    private boolean isForMail() {
        boolean[] usage = certificate().getKeyUsage();
        if (usage != null && !usage[DIGITAL_SIGNATURE] && !usage[NON_REPUDIATION]) return false;
        try {
            List<String> extended = certificate().getExtendedKeyUsage();
            return extended == null || extended.contains(EMAIL_PROTECTION) || extended.contains(ANY_USAGE);
        } catch (CertificateException e) {
            return false;
        }
    }

    /// Never shows the key.
    @Override
    public String toString() {
        return "SmimeIdentity[" + certificate().getSubjectX500Principal() + ']';
    }
}
