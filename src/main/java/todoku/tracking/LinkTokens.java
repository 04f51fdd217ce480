package todoku.tracking;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;

/// The links of one recipient: short, and not to be guessed or altered. Safe for many threads.
///
/// A token is 40 characters of base64url over 30 bytes: key id (1), purpose (1), mailing (6), recipient number (4), link
/// number (2), and the first 128 bits of an HMAC-SHA256 over these 14. Each purpose has a key of its own, derived from
/// the root key (HKDF, RFC 5869), so a click link can never unsubscribe. 30 bytes fill 40 characters exactly: a link has
/// only one spelling.
public final class LinkTokens {
    /// What a link may do, and the letter of its path.
    public enum Purpose {
        CLICK(1, 'c'),
        OPEN(2, 'o'),
        UNSUBSCRIBE(3, 'u');

        private final byte code;
        private final char letter;

        Purpose(int code, char letter) {
            this.code = (byte) code;
            this.letter = letter;
        }

        char letter() {
            return letter;
        }
    }

    /// What a genuine token says. The link number is 0 unless the purpose is a click.
    public record Claim(Purpose purpose, long mailing, int no, int linkNo) {}

    /// The length of every token, in characters.
    static final int LENGTH = 40;

    private static final int CLAIM_BYTES = 14;
    private static final int MAC_BYTES = 16;
    private static final int WHOLE_MAC_BYTES = 32;
    private static final int TOKEN_BYTES = CLAIM_BYTES + MAC_BYTES;

    /// As strong as the HMAC itself.
    private static final int ROOT_KEY_BYTES = 32;

    /// Six bytes of the token.
    private static final long LAST_MAILING = (1L << 48) - 1;

    /// Two bytes of the token.
    private static final int LAST_LINK = (1 << 16) - 1;

    /// One byte of the token.
    private static final int LAST_KEY_ID = 255;

    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

    private final int keyId;
    private final Map<Integer, Map<Purpose, SecretKey>> keys = new HashMap<>();
    private final Door click;
    private final Door open;
    private final Door unsubscribe;
    private final ThreadLocal<Bench> bench = ThreadLocal.withInitial(Bench::new);

    /// With one key, whose id is 1.
    public LinkTokens(String baseUrl, byte[] rootKey) {
        this(baseUrl, 1, Map.of(1, rootKey));
    }

    /// New links are made with the key `keyId`; those made with any of the root keys are still good. Links in old mails
    /// must keep working, so a key is added and never taken away.
    public LinkTokens(String baseUrl, int keyId, Map<Integer, byte[]> rootKeys) {
        if (!rootKeys.containsKey(keyId)) throw new IllegalArgumentException("no root key with the id " + keyId);
        this.keyId = keyId;
        rootKeys.forEach((id, root) -> keys.put(id, derive(id, root)));
        String base = baseUrl.endsWith("/") ? baseUrl : baseUrl + "/";
        click = door(base, Purpose.CLICK);
        open = door(base, Purpose.OPEN);
        unsubscribe = door(base, Purpose.UNSUBSCRIBE);
    }

    private Door door(String base, Purpose purpose) {
        SecretKey key = requireNonNull(requireNonNull(keys.get(keyId)).get(purpose));
        return new Door(keyId, purpose, (base + purpose.letter + "/").getBytes(US_ASCII), key);
    }

    private static Map<Purpose, SecretKey> derive(int id, byte[] root) {
        if (id < 0 || id > LAST_KEY_ID) throw new IllegalArgumentException("a key id is one byte: " + id);
        if (root.length < ROOT_KEY_BYTES)
            throw new IllegalArgumentException("a root key has at least " + ROOT_KEY_BYTES + " bytes");
        try {
            KDF hkdf = KDF.getInstance("HKDF-SHA256");
            var derived = new EnumMap<Purpose, SecretKey>(Purpose.class);
            for (Purpose purpose : Purpose.values()) {
                byte[] info = ("todoku link " + purpose.letter).getBytes(US_ASCII);
                derived.put(
                        purpose,
                        hkdf.deriveKey(
                                "HmacSHA256",
                                HKDFParameterSpec.ofExtract().addIKM(root).thenExpand(info, WHOLE_MAC_BYTES)));
            }
            return derived;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks HKDF", e);
        }
    }

    /// The link that leads to the stored target `linkNo` of the mail.
    public String clickUrl(long mailing, int no, int linkNo) {
        return url(click, mailing, no, linkNo);
    }

    /// The picture of one pixel.
    public String openUrl(long mailing, int no) {
        return url(open, mailing, no, 0);
    }

    /// For the body and for `List-Unsubscribe` (RFC 8058): it never expires.
    public String unsubscribeUrl(long mailing, int no) {
        return url(unsubscribe, mailing, no, 0);
    }

    private String url(Door door, long mailing, int no, int linkNo) {
        if (mailing < 0 || mailing > LAST_MAILING) throw new IllegalArgumentException("mailing " + mailing);
        if (no < 0) throw new IllegalArgumentException("recipient " + no);
        if (linkNo < 0 || linkNo > LAST_LINK) throw new IllegalArgumentException("link " + linkNo);
        return bench.get().url(door, mailing, no, linkNo);
    }

    /// What the token says if it was made here for this purpose; takes the same time however much of it is right.
    public Optional<Claim> verify(Purpose purpose, String token) {
        if (token.length() != LENGTH) return Optional.empty();
        byte[] bytes;
        try {
            bytes = DECODER.decode(token);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (bytes.length != TOKEN_BYTES || bytes[1] != purpose.code) return Optional.empty();
        SecretKey key = keys.getOrDefault(bytes[0] & 0xff, Map.of()).get(purpose);
        if (key == null || !bench.get().genuine(key, bytes)) return Optional.empty();
        var in = ByteBuffer.wrap(bytes, 2, CLAIM_BYTES - 2);
        long mailing = (long) (in.getShort() & 0xffff) << 32 | in.getInt() & 0xffffffffL;
        return Optional.of(new Claim(purpose, mailing, in.getInt(), in.getShort() & 0xffff));
    }

    /// Where the new links of one purpose begin, and what they are signed with.
    private static final class Door {
        private final int keyId;
        private final Purpose purpose;
        private final byte[] prefix;
        private final SecretKey key;

        Door(int keyId, Purpose purpose, byte[] prefix, SecretKey key) {
            this.keyId = keyId;
            this.purpose = purpose;
            this.prefix = prefix;
            this.key = key;
        }
    }

    /// One thread's tools, kept because a campaign makes seven links for each mail.
    private static final class Bench {
        private final Map<SecretKey, Mac> macs = new IdentityHashMap<>();
        private final byte[] token = new byte[TOKEN_BYTES];
        private final byte[] text = new byte[LENGTH];
        private final byte[] whole = new byte[WHOLE_MAC_BYTES];

        String url(Door door, long mailing, int no, int linkNo) {
            token[0] = (byte) door.keyId;
            token[1] = door.purpose.code;
            ByteBuffer.wrap(token, 2, CLAIM_BYTES - 2)
                    .putShort((short) (mailing >>> 32))
                    .putInt((int) mailing)
                    .putInt(no)
                    .putShort((short) linkNo);
            sign(door.key, token);
            System.arraycopy(whole, 0, token, CLAIM_BYTES, MAC_BYTES);
            ENCODER.encode(token, text);
            byte[] prefix = door.prefix;
            byte[] url = new byte[prefix.length + LENGTH];
            System.arraycopy(prefix, 0, url, 0, prefix.length);
            System.arraycopy(text, 0, url, prefix.length, LENGTH);
            return new String(url, ISO_8859_1);
        }

        boolean genuine(SecretKey key, byte[] candidate) {
            sign(key, candidate);
            return MessageDigest.isEqual(
                    Arrays.copyOf(whole, MAC_BYTES), Arrays.copyOfRange(candidate, CLAIM_BYTES, TOKEN_BYTES));
        }

        private void sign(SecretKey key, byte[] claim) {
            try {
                Mac mac = macs.get(key);
                if (mac == null) {
                    mac = Mac.getInstance("HmacSHA256");
                    mac.init(key);
                    macs.put(key, mac);
                }
                mac.update(claim, 0, CLAIM_BYTES);
                mac.doFinal(whole, 0);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this Java lacks HmacSHA256", e);
            }
        }
    }
}
