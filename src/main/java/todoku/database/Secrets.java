package todoku.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// What must not be read from a stolen database: sealed by a key that lives in a file beside it (mode 600), never in it.
/// AES-256-GCM (NIST SP 800-38D); the purpose is authenticated with the text, so one sealed value cannot stand in for another.
public final class Secrets {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    /// First byte of every sealed value: which key sealed it.
    private static final byte KEY_ID = 1;

    private final byte[] key;
    private final SecureRandom random = new SecureRandom();

    private Secrets(byte[] key) {
        this.key = key;
    }

    /// Reads the key file, or makes it when there is none.
    ///
    /// @throws IllegalStateException when the file is there but is no key
    public static Secrets at(Path keyFile) {
        try {
            if (!Files.exists(keyFile)) {
                byte[] fresh = new byte[KEY_BYTES];
                new SecureRandom().nextBytes(fresh);
                Files.createFile(
                        keyFile, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                Files.write(keyFile, fresh, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
            }
            byte[] key = Files.readAllBytes(keyFile);
            if (key.length != KEY_BYTES) throw new IllegalStateException("not a Todoku key file: " + keyFile);
            return new Secrets(key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Seals a value for one purpose, such as `dkim:example.jp`.
    public byte[] seal(String purpose, byte[] plain) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealed = crypt(Cipher.ENCRYPT_MODE, purpose, nonce, plain);
        return ByteBuffer.allocate(1 + NONCE_BYTES + sealed.length)
                .put(KEY_ID)
                .put(nonce)
                .put(sealed)
                .array();
    }

    /// Opens what [#seal] made for the same purpose.
    ///
    /// @throws IllegalStateException when it was altered, or sealed by another key or for another purpose
    public byte[] open(String purpose, byte[] sealed) {
        ByteBuffer in = ByteBuffer.wrap(sealed);
        if (sealed.length <= 1 + NONCE_BYTES || in.get() != KEY_ID) throw new IllegalStateException("not sealed by this key");
        byte[] nonce = new byte[NONCE_BYTES];
        in.get(nonce);
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        return crypt(Cipher.DECRYPT_MODE, purpose, nonce, rest);
    }

    /// A key of its own for one purpose (HMAC-SHA-256 as a PRF): link tokens, Message-IDs.
    public byte[] derive(String purpose) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(purpose.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] crypt(int mode, String purpose, byte[] nonce, byte[] text) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, new SecretKeySpec(derive("seal"), "AES"), new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot " + (mode == Cipher.ENCRYPT_MODE ? "seal" : "open") + " " + purpose, e);
        }
    }
}
