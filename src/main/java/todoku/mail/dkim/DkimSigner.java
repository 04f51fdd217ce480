package todoku.mail.dkim;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import todoku.mail.crypto.Crypto;
import todoku.mail.mime.MailBytes;

/// Signs mails for one domain with one key: relaxed/relaxed, SHA-256, RSA or Ed25519. Safe for many threads.
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
    private final DkimAlgorithm algorithm;
    private final DkimAlgorithm.Signing signing;

    public DkimSigner(DkimKey key) {
        this.key = key;
        this.algorithm = key.algorithm();
        this.signing = algorithm.signing(known(algorithm, key.key()));
    }

    /// Which provider signs here: `AmazonCorrettoCryptoProvider`, or the JDK's own.
    public static String provider() {
        return Crypto.PROVIDER.getName();
    }

    /// The mail with a signature of each signer in front; each covers the mail as it was given, so the order is free.
    public static MailBytes signed(List<DkimSigner> signers, MailBytes mail, Instant at) {
        return switch (signers.size()) {
            case 0 -> mail;
            case 1 -> mail.withHeaderInFront(signers.getFirst().sign(mail, at));
            default -> {
                var lines = new StringBuilder(2_048);
                for (DkimSigner signer : signers) lines.append(signer.sign(mail, at));
                yield mail.withHeaderInFront(lines.toString());
            }
        };
    }

    /// The complete `DKIM-Signature` field, folded and ended by CRLF, to be put in front of the header.
    public String sign(MailBytes mail, Instant at) {
        List<Canonical.Field> fields = Canonical.fields(mail.header());
        var names = new ArrayList<String>(32);
        var line = new StringBuilder(1_024);
        line.append("DKIM-Signature: v=1; a=").append(algorithm.tag()).append("; c=relaxed/relaxed;");
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

    private byte[] signature(byte[] canonical) {
        try {
            return signing.sign(canonical);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign with the key of " + key, e);
        }
    }

    /// The key in the provider's own form, so that it is not converted for every mail.
    private static PrivateKey known(DkimAlgorithm algorithm, PrivateKey key) {
        byte[] encoded = key.getEncoded();
        if (encoded == null) return key;
        try {
            return algorithm.privateKey(encoded);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a key this machine can use", e);
        }
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }
}
