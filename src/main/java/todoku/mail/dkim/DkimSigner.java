package todoku.mail.dkim;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import todoku.mail.mime.MailBytes;

/// Signs mails for one domain: rsa-sha256, relaxed/relaxed. Safe for many threads.
///
/// Every field that says who writes, to whom, about what and how to leave the list is signed once more than it is
/// there, so that nobody can add a second one to a signed mail (RFC 6376 §8.15).
public final class DkimSigner {

    private static final List<String> PROTECTED = List.of(
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Reply-To",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
            "MIME-Version",
            "Content-Type",
            "Feedback-ID");
    private static final List<String> PROTECTED_NAMES =
            PROTECTED.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();

    private static final int LINE_CHARS = 76;
    private static final String FOLD = "\r\n ";

    private final DkimKey key;
    private final PrivateKey fast;

    public DkimSigner(DkimKey key) {
        this.key = key;
        this.fast = known(key.key());
    }

    /// Which provider signs here: `AmazonCorrettoCryptoProvider`, or the JDK's own.
    public static String provider() {
        return Crypto.PROVIDER.getName();
    }

    /// The complete `DKIM-Signature` field, folded and ended by CRLF, to be put in front of the header.
    public String sign(MailBytes mail, Instant at) {
        List<Canonical.Field> fields = Canonical.fields(mail.header());
        var names = new ArrayList<String>(32);
        var line = new StringBuilder(1_024);
        line.append("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;");
        line.append(FOLD).append("d=").append(key.domain()).append(';');
        line.append(FOLD)
                .append("s=")
                .append(key.selector())
                .append("; t=")
                .append(at.getEpochSecond())
                .append(';');
        line.append(FOLD).append("h=");
        names(fields, names, line);
        line.append(';').append(FOLD).append("bh=");
        line.append(base64(Crypto.sha256(Canonical.body(mail.body()))))
                .append(';')
                .append(FOLD)
                .append("b=");

        var signed = new StringBuilder(1_536);
        Canonical.signed(fields, names, signed);
        Canonical.relaxed("dkim-signature", line.substring(line.indexOf(":") + 1), signed);
        folded(base64(signature(Canonical.octets(signed))), line);
        return line.append("\r\n").toString();
    }

    /// Writes `From:From:To:To…` and collects the same names in lower case.
    private static void names(List<Canonical.Field> fields, List<String> names, StringBuilder line) {
        int column = 3;
        for (int p = 0; p < PROTECTED.size(); p++) {
            String name = PROTECTED.get(p);
            String lower = PROTECTED_NAMES.get(p);
            int times = 1;
            for (var field : fields) if (field.name().equals(lower)) times++;
            for (; times > 0; times--) {
                if (!names.isEmpty()) {
                    line.append(':');
                    column++;
                }
                if (column + name.length() + 1 > LINE_CHARS) {
                    line.append(FOLD);
                    column = 1;
                }
                line.append(name);
                column += name.length();
                names.add(lower);
            }
        }
    }

    private static void folded(String base64, StringBuilder line) {
        int room = LINE_CHARS - 3;
        for (int at = 0; at < base64.length(); ) {
            int end = Math.min(base64.length(), at + room);
            line.append(base64, at, end);
            if (end < base64.length()) line.append(FOLD);
            at = end;
            room = LINE_CHARS - 1;
        }
    }

    private byte[] signature(byte[] signed) {
        try {
            Signature signature = Signature.getInstance("SHA256withRSA", Crypto.PROVIDER);
            signature.initSign(fast);
            signature.update(signed);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign with the key of " + key, e);
        }
    }

    /// The key in the provider's own form, so that it is not converted for every mail.
    private static PrivateKey known(PrivateKey key) {
        byte[] encoded = key.getEncoded();
        if (encoded == null) return key;
        try {
            return KeyFactory.getInstance("RSA", Crypto.PROVIDER).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not an RSA key this machine can use", e);
        }
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }
}
