package todoku.mail.dkim;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import todoku.mail.crypto.Crypto;
import todoku.mail.mime.MailBytes;

/// Checks signatures as a receiving server does. It knows what we write, RSA or Ed25519 over SHA-256 with
/// relaxed/relaxed, and says of anything else that it failed; it has no clock, so an `x=` in a signature is not looked at.
public final class DkimVerifier {

    /// Signatures of one mail that are looked at: more are an attack on our time (RFC 6376 §8.4).
    static final int SIGNATURE_LIMIT = 8;

    private static final int KEY_BITS_LEAST = 1_024;
    private static final Pattern SIGNATURE_VALUE = Pattern.compile("((?:^|;)\\s*b\\s*=)[^;]*");

    private final KeyDirectory keys;

    /// Where public keys are found; in the world this is DNS.
    public interface KeyDirectory {
        /// Nothing when there is no such key.
        @Nullable
        PublicKey find(String selector, String domain);
    }

    public DkimVerifier(KeyDirectory keys) {
        this.keys = keys;
    }

    /// Checks the signatures from the top until one holds.
    public DkimResult verify(MailBytes mail) {
        List<Canonical.Field> fields = Canonical.fields(mail.header());
        DkimResult result = new DkimResult.None();
        int tried = 0;
        for (var field : fields) {
            if (!field.name().equals("dkim-signature") || tried == SIGNATURE_LIMIT) continue;
            tried++;
            result = verify(field, fields, mail);
            if (result instanceof DkimResult.Pass) return result;
        }
        return result;
    }

    private DkimResult verify(Canonical.Field field, List<Canonical.Field> fields, MailBytes mail) {
        Tags tags = Tags.of(field.value());
        if (tags == null || !tags.get("v", "").equals("1")) return fail("unreadable signature");
        DkimAlgorithm algorithm = DkimAlgorithm.ofTag(tags.lower("a", ""));
        if (algorithm == null) return fail("unknown algorithm");
        if (!tags.lower("c", "simple/simple").equals("relaxed/relaxed")) return fail("unknown canonicalization");
        if (tags.has("l")) return fail("signature covers only a part of the body");
        List<String> names =
                Stream.of(tags.lower("h", "").split(":")).map(String::strip).toList();
        if (!names.contains("from")) return fail("From is not signed");

        String domain = tags.lower("d", "");
        String selector = tags.get("s", "");
        PublicKey key = keys.find(selector, domain);
        if (key == null) return fail("no key " + selector + "._domainkey." + domain);
        if (!isStrong(algorithm, key)) return fail("weak key");
        return holds(field, fields, names, tags, algorithm, key, mail)
                ? new DkimResult.Pass(domain, selector)
                : fail("changed on the way");
    }

    /// A key of the wrong kind is as good as none.
    private static boolean isStrong(DkimAlgorithm algorithm, PublicKey key) {
        return switch (algorithm) {
            case RSA -> key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() >= KEY_BITS_LEAST;
            case ED25519 -> key instanceof EdECPublicKey;
        };
    }

    private static boolean holds(
            Canonical.Field field,
            List<Canonical.Field> fields,
            List<String> names,
            Tags tags,
            DkimAlgorithm algorithm,
            PublicKey key,
            MailBytes mail) {
        try {
            if (!MessageDigest.isEqual(decoded(tags, "bh"), Crypto.sha256(Canonical.body(mail.body())))) return false;
            var signed = new StringBuilder();
            Canonical.signed(fields, names, signed);
            String unsigned = SIGNATURE_VALUE.matcher(field.value()).replaceFirst("$1");
            Canonical.relaxed("dkim-signature", unsigned, signed);
            return algorithm.holds(key, Canonical.octets(signed), decoded(tags, "b"));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    private static byte[] decoded(Tags tags, String name) {
        return Base64.getDecoder().decode(Tags.withoutSpace(tags.get(name, "")));
    }

    private static DkimResult fail(String why) {
        return new DkimResult.Fail(why);
    }
}
