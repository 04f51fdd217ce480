package todoku.backup;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Seals the keys of a backup: Argon2id (RFC 9106) makes a key of what a person can remember, AES-256-GCM does the rest.
public final class Passphrase {
    /// Whoever finds the file may try for years.
    public static final int SHORTEST = 12;

    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final byte[] text;

    private Passphrase(byte[] text) {
        this.text = text;
    }

    /// Typed on any keyboard, it is the same one (RFC 8265 §4.2.2: NFC).
    ///
    /// @throws Refused when it is too short
    public static Passphrase of(String typed) {
        String text = Normalizer.normalize(typed, Normalizer.Form.NFC);
        if (text.codePointCount(0, text.length()) < SHORTEST)
            throw new Refused(
                    "パスフレーズは " + SHORTEST + " 文字以上にしてください。",
                    "a passphrase needs " + SHORTEST + " characters or more");
        return new Passphrase(text.getBytes(StandardCharsets.UTF_8));
    }

    /// How the key is made of the passphrase; stands in the file.
    record Stretching(int memoryKib, int passes, int lanes, String salt) {
        private static final int SALT_BYTES = 16;
        /// Of a file somebody else wrote: more would be an attack on this machine.
        private static final int MOST_MEMORY_KIB = 1024 * 1024;
        private static final int MOST_PASSES = 20;
        private static final int MOST_LANES = 16;

        Stretching {
            if (memoryKib < 1024 || memoryKib > MOST_MEMORY_KIB || passes < 1 || passes > MOST_PASSES || lanes < 1 || lanes > MOST_LANES)
                throw new IllegalArgumentException("not a way to stretch a passphrase");
        }

        /// The second recommended option of RFC 9106 §4, with a fresh salt.
        static Stretching fresh() {
            byte[] salt = new byte[SALT_BYTES];
            new SecureRandom().nextBytes(salt);
            return new Stretching(64 * 1024, 3, 4, Base64.getEncoder().encodeToString(salt));
        }
    }

    /// @param bound what the sealed text belongs to: with anything else it does not open
    byte[] seal(Stretching how, byte[] bound, byte[] plain) {
        byte[] nonce = new byte[NONCE_BYTES];
        new SecureRandom().nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, how, bound, nonce).doFinal(plain);
            byte[] all = new byte[NONCE_BYTES + sealed.length];
            System.arraycopy(nonce, 0, all, 0, NONCE_BYTES);
            System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
            return all;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Empty when this is not the passphrase, or sealed text or what it is bound to was altered.
    Optional<byte[]> open(Stretching how, byte[] bound, byte[] sealed) {
        if (sealed.length < NONCE_BYTES + TAG_BITS / Byte.SIZE) return Optional.empty();
        byte[] nonce = new byte[NONCE_BYTES];
        System.arraycopy(sealed, 0, nonce, 0, NONCE_BYTES);
        try {
            return Optional.of(cipher(Cipher.DECRYPT_MODE, how, bound, nonce).doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Cipher cipher(int mode, Stretching how, byte[] bound, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(stretched(how), "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(bound);
        return cipher;
    }

    private byte[] stretched(Stretching how) {
        var argon2 = new Argon2BytesGenerator();
        argon2.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(how.memoryKib())
                .withIterations(how.passes())
                .withParallelism(how.lanes())
                .withSalt(Base64.getDecoder().decode(how.salt()))
                .build());
        byte[] key = new byte[KEY_BYTES];
        argon2.generateBytes(text, key);
        return key;
    }
}
