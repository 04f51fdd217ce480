package todoku.mail.dkim;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.util.Objects;

/// What one domain signs with. `selector._domainkey.domain` is where receivers find the public half.
public record DkimKey(String domain, String selector, PrivateKey key) {

    public DkimKey {
        if (!isName(domain) || domain.length() > 253) throw new IllegalArgumentException("bad domain");
        if (!isName(selector) || selector.length() > 63) throw new IllegalArgumentException("bad selector");
        if (DkimAlgorithm.of(key) == null) throw new IllegalArgumentException("neither an RSA nor an Ed25519 key");
    }

    /// A stored key.
    ///
    /// @param pkcs8 its private half
    /// @throws IllegalArgumentException when it is not a key of that algorithm
    public static DkimKey read(String domain, String selector, DkimAlgorithm algorithm, byte[] pkcs8) {
        try {
            return new DkimKey(domain, selector, algorithm.privateKey(pkcs8));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a private key of " + algorithm, e);
        }
    }

    public DkimAlgorithm algorithm() {
        return Objects.requireNonNull(DkimAlgorithm.of(key));
    }

    /// The name of the TXT record.
    public String dnsName() {
        return selector + "._domainkey." + domain;
    }

    /// Never shows the key: this ends up in logs.
    @Override
    public String toString() {
        return "DkimKey[" + dnsName() + ']';
    }

    private static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!(c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || c == '-'
                    || c == '.'
                    || c == '_')) return false;
        }
        return !name.isEmpty() && name.charAt(0) != '.' && name.charAt(name.length() - 1) != '.';
    }
}
