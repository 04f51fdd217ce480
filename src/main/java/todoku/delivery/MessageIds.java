package todoku.delivery;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import todoku.event.MailingId;

/// The Message-ID of a recipient: the same on every attempt, and guessable by nobody else.
final class MessageIds {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 16;

    private final SecretKeySpec key;
    private final String domain;

    MessageIds(byte[] secret, String domain) {
        this.key = new SecretKeySpec(secret, ALGORITHM);
        this.domain = domain;
    }

    /// Without brackets.
    String of(MailingId mailing, int no) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            byte[] hash = mac.doFinal(ByteBuffer.allocate(12)
                    .putLong(mailing.value())
                    .putInt(no)
                    .array());
            return HexFormat.of().formatHex(Arrays.copyOf(hash, BYTES)) + "@" + domain;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
