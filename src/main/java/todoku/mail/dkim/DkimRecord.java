package todoku.mail.dkim;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// A published key with everything that decides what receivers do with it (RFC 6376 §3.6.1).
///
/// @param key     null when there is none to be read
/// @param bits    of an RSA key; 0 for others
/// @param revoked `p=` is empty: the key is withdrawn
/// @param testing `t=y`: receivers treat the mail as if it were not signed
/// @param forMail whether it may sign mail with SHA-256 (`s=`, `h=`)
public record DkimRecord(@Nullable PublicKey key, int bits, boolean revoked, boolean testing, boolean forMail) {
    /// Nothing when the text is no key record at all.
    public static @Nullable DkimRecord read(String text) {
        Tags tags = Tags.of(text);
        if (tags == null || !tags.has("p") || !tags.get("v", "DKIM1").equals("DKIM1")) return null;
        String encoded = Tags.withoutSpace(tags.get("p", ""));
        PublicKey key = key(tags.lower("k", "rsa"), encoded);
        boolean forMail = holds(tags.lower("s", "*"), "email", "*") && holds(tags.lower("h", "sha256"), "sha256", "sha256");
        return new DkimRecord(
                key,
                key instanceof RSAPublicKey rsa ? rsa.getModulus().bitLength() : 0,
                encoded.isEmpty(),
                holds(tags.lower("t", ""), "y", "y"),
                forMail);
    }

    private static boolean holds(String list, String one, String other) {
        return Arrays.stream(list.split(":", -1)).map(String::strip).anyMatch(part -> part.equals(one) || part.equals(other));
    }

    private static @Nullable PublicKey key(String type, String encoded) {
        try {
            byte[] bytes = Base64.getDecoder().decode(encoded);
            return type.equals("rsa") ? KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(bytes)) : null;
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            return null;
        }
    }
}
