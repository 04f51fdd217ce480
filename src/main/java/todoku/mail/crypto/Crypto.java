package todoku.mail.crypto;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Signature;

/// Where RSA and SHA-256 come from: Amazon Corretto's native library where it loads (it signs several times
/// faster), the JDK's own everywhere else.
public final class Crypto {
    public static final Provider PROVIDER = choose();

    private Crypto() {}

    private static Provider choose() {
        try {
            if (AmazonCorrettoCryptoProvider.INSTANCE.getLoadingError() == null)
                return AmazonCorrettoCryptoProvider.INSTANCE;
        } catch (LinkageError | RuntimeException e) {
            // No such library for this machine: the JDK signs as well, only slower.
        }
        try {
            return Signature.getInstance("SHA256withRSA").getProvider();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java signs with RSA", e);
        }
    }

    /// Ed25519 under the name the chosen provider gives it.
    public static Signature ed25519() throws NoSuchAlgorithmException {
        return PROVIDER.getService("Signature", "EdDSA") == null
                ? Signature.getInstance("Ed25519")
                : Signature.getInstance("EdDSA", PROVIDER);
    }

    public static byte[] sha256(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java knows SHA-256", e);
        }
    }
}
