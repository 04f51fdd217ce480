package todoku.mail.dkim;

import java.security.PrivateKey;

/// What one domain signs with. `selector._domainkey.domain` is where receivers find the public half.
public record DkimKey(String domain, String selector, PrivateKey key) {

    public DkimKey {
        if (!isName(domain) || domain.length() > 253) throw new IllegalArgumentException("bad domain");
        if (!isName(selector) || selector.length() > 63) throw new IllegalArgumentException("bad selector");
        if (!key.getAlgorithm().equals("RSA")) throw new IllegalArgumentException("not an RSA key");
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
