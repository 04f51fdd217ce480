package todoku.mail.dkim;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// A key for signing and what its domain must publish.
public record DkimKeyPair(DkimKey key, PublicKey publicKey) {

    /// RFC 8301 asks for at least 2048; longer ones do not fit the DNS answers of some receivers.
    static final int KEY_BITS = 2_048;

    /// Octets of one character-string in a TXT record, RFC 1035 §3.3.14.
    private static final int DNS_STRING_OCTETS = 255;

    /// A new RSA key of 2048 bits.
    public static DkimKeyPair generate(String domain, String selector) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", Crypto.PROVIDER);
            generator.initialize(KEY_BITS);
            KeyPair pair = generator.generateKeyPair();
            return new DkimKeyPair(new DkimKey(domain, selector, pair.getPrivate()), pair.getPublic());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot make RSA keys", e);
        }
    }

    /// The text of the TXT record, in one piece.
    public String dnsRecord() {
        return "v=DKIM1; k=rsa; p=" + Base64.getEncoder().encodeToString(publicKey.getEncoded());
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

    /// Reads the text of a TXT record. Nothing when it is not DKIM, not RSA, revoked (`p=` empty) or broken.
    public static @Nullable PublicKey readDnsRecord(String record) {
        Tags tags = Tags.of(record);
        if (tags == null
                || !tags.get("v", "DKIM1").equals("DKIM1")
                || !tags.get("k", "rsa").equals("rsa")) return null;
        try {
            byte[] encoded = Base64.getDecoder().decode(Tags.withoutSpace(tags.get("p", "")));
            return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(encoded));
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            return null;
        }
    }
}
