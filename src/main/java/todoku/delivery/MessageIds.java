package todoku.delivery;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import todoku.event.MailingId;

/// The Message-ID of a recipient: the same on every attempt, and guessable by nobody else.
final class MessageIds {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 16;

    /// One for each connection: to make one costs more than to use it.
    private final ThreadLocal<Mac> macs;
    private final String domain;

    MessageIds(byte[] secret, String domain) {
        var key = new SecretKeySpec(secret, ALGORITHM);
        this.macs = ThreadLocal.withInitial(() -> keyed(key));
        this.domain = domain;
    }

    /// Without brackets.
    String of(MailingId mailing, int no) {
        byte[] hash = macs.get().doFinal(ByteBuffer.allocate(12).putLong(mailing.value()).putInt(no).array());
        return HexFormat.of().formatHex(hash, 0, BYTES) + "@" + domain;
    }

    private static Mac keyed(SecretKeySpec key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks " + ALGORITHM, e);
        }
    }
}
