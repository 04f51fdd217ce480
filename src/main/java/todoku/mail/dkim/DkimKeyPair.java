package todoku.mail.dkim;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// A key for signing and what its domain must publish.
public record DkimKeyPair(DkimKey key, PublicKey publicKey) {

    /// Octets of one character-string in a TXT record, RFC 1035 §3.3.14.
    private static final int DNS_STRING_OCTETS = 255;

    /// A new RSA key of 2048 bits.
    public static DkimKeyPair generate(String domain, String selector) {
        return generate(domain, selector, DkimAlgorithm.RSA);
    }

    /// A new key.
    public static DkimKeyPair generate(String domain, String selector, DkimAlgorithm algorithm) {
        try {
            KeyPair pair = algorithm.generate();
            return new DkimKeyPair(new DkimKey(domain, selector, pair.getPrivate()), pair.getPublic());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot make keys of " + algorithm, e);
        }
    }

    /// A stored key with its public half.
    ///
    /// @param x509 the public half; an RSA key tells it by itself
    public static DkimKeyPair of(DkimKey key, byte @Nullable [] x509) {
        try {
            PublicKey half =
                    x509 == null ? DkimAlgorithm.publicHalf(key.key()) : key.algorithm().publicKey(x509);
            if (half == null) throw new IllegalArgumentException("no public half: " + key);
            return new DkimKeyPair(key, half);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not the public half of " + key, e);
        }
    }

    /// The text of the TXT record, in one piece.
    public String dnsRecord() {
        DkimAlgorithm algorithm = key.algorithm();
        return "v=DKIM1; k=" + algorithm.dnsName() + "; p="
                + Base64.getEncoder().encodeToString(algorithm.published(publicKey));
    }

    /// The whole record as a zone file takes it: the text in quoted strings that fit DNS.
    public String zoneFileLine() {
        String record = dnsRecord();
        var line =
                new StringBuilder(record.length() + 128).append(key.dnsName()).append(". IN TXT (");
        for (int at = 0; at < record.length(); at += DNS_STRING_OCTETS)
            line.append(" \"")
                    .append(record, at, Math.min(record.length(), at + DNS_STRING_OCTETS))
                    .append('"');
        return line.append(" )").toString();
    }

    /// Reads the text of a TXT record. Nothing when it is not DKIM, of an unknown algorithm, revoked (`p=` empty) or broken.
    public static @Nullable PublicKey readDnsRecord(String record) {
        Tags tags = Tags.of(record);
        if (tags == null || !tags.get("v", "DKIM1").equals("DKIM1")) return null;
        DkimAlgorithm algorithm = DkimAlgorithm.ofDnsName(tags.get("k", "rsa"));
        if (algorithm == null) return null;
        try {
            return algorithm.readPublished(Base64.getDecoder().decode(Tags.withoutSpace(tags.get("p", ""))));
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            return null;
        }
    }
}
