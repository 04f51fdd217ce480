package todoku.backup;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// SHA-256: whether a byte of it has changed.
final class Sums {
    private Sums() {}

    static MessageDigest fresh() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] of(byte[] content) {
        return fresh().digest(content);
    }

    static String hex(byte[] sum) {
        return HexFormat.of().formatHex(sum);
    }
}
