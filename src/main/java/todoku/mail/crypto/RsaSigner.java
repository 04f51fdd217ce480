package todoku.mail.crypto;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import org.jspecify.annotations.Nullable;

/// Signs with one RSA key: PKCS #1 v1.5 with SHA-256 (RFC 8017 §8.2). Safe for many threads; where several of them sign
/// at the same time and the processor has vectors that are wide enough, they are signed together ([SigningQueue]).
public final class RsaSigner {

    private final PrivateKey key;
    private final @Nullable LaneKey lanes;

    /// @param key in the form of [Crypto#PROVIDER], so that it is not converted for every signature
    public RsaSigner(PrivateKey key) {
        this.key = key;
        this.lanes = SigningQueue.IS_POSSIBLE ? LaneKey.of(key) : null;
    }

    public byte[] sign(byte[] octets) throws GeneralSecurityException {
        return lanes == null ? alone(octets) : SigningQueue.SHARED.sign(this, octets);
    }

    /// By the provider.
    byte[] alone(byte[] octets) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withRSA", Crypto.PROVIDER);
        signature.initSign(key);
        signature.update(octets);
        return signature.sign();
    }

    @Nullable LaneKey lanes() {
        return lanes;
    }
}
