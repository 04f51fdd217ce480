package todoku.mail.dkim;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import todoku.mail.crypto.Crypto;
import todoku.mail.crypto.RsaSigner;

/// What a key signs with. Every receiver checks RSA (RFC 8301); Ed25519 (RFC 8463) is shorter and known to few, so it
/// only ever stands beside an RSA signature.
public enum DkimAlgorithm {
    RSA("rsa", "rsa-sha256"),
    ED25519("ed25519", "ed25519-sha256");

    /// RFC 8301 asks for at least 2048; longer ones do not fit the DNS answers of some receivers.
    static final int RSA_BITS = 2_048;

    /// What stands before the 32 octets of an Ed25519 key in its X.509 form (RFC 8410 §4); DNS has the 32 alone.
    private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final int ED25519_OCTETS = 32;

    private final String dnsName;
    private final String tag;

    DkimAlgorithm(String dnsName, String tag) {
        this.dnsName = dnsName;
        this.tag = tag;
    }

    /// The `k=` of the DNS record.
    String dnsName() {
        return dnsName;
    }

    /// The `a=` of the signature.
    String tag() {
        return tag;
    }

    /// That of a signature's `a=`; nothing when we do not know it.
    static @Nullable DkimAlgorithm ofTag(String tag) {
        for (DkimAlgorithm one : values()) if (one.tag.equals(tag)) return one;
        return null;
    }

    /// That of a record's `k=`; nothing when we do not know it.
    static @Nullable DkimAlgorithm ofDnsName(String name) {
        for (DkimAlgorithm one : values()) if (one.dnsName.equals(name)) return one;
        return null;
    }

    KeyPair generate() throws GeneralSecurityException {
        return switch (this) {
            case RSA -> {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", Crypto.PROVIDER);
                generator.initialize(RSA_BITS);
                yield generator.generateKeyPair();
            }
            case ED25519 -> KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        };
    }

    PrivateKey privateKey(byte[] pkcs8) throws GeneralSecurityException {
        return switch (this) {
            case RSA -> KeyFactory.getInstance("RSA", Crypto.PROVIDER).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            case ED25519 -> KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        };
    }

    PublicKey publicKey(byte[] x509) throws GeneralSecurityException {
        return KeyFactory.getInstance(this == RSA ? "RSA" : "Ed25519").generatePublic(new X509EncodedKeySpec(x509));
    }

    /// The octets a TXT record has under `p=`.
    byte[] published(PublicKey key) {
        byte[] x509 = key.getEncoded();
        return this == RSA ? x509 : Arrays.copyOfRange(x509, x509.length - ED25519_OCTETS, x509.length);
    }

    PublicKey readPublished(byte[] octets) throws GeneralSecurityException {
        if (this == RSA) return publicKey(octets);
        if (octets.length != ED25519_OCTETS) throw new java.security.spec.InvalidKeySpecException("not 32 octets");
        byte[] x509 = Arrays.copyOf(ED25519_PREFIX, ED25519_PREFIX.length + ED25519_OCTETS);
        System.arraycopy(octets, 0, x509, ED25519_PREFIX.length, ED25519_OCTETS);
        return publicKey(x509);
    }

    /// The public half of an RSA key; of an Ed25519 key it is not told by this Java.
    static @Nullable PublicKey publicHalf(PrivateKey key) throws GeneralSecurityException {
        if (!(key instanceof RSAPrivateCrtKey rsa)) return null;
        return KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()));
    }

    /// What signs canonical octets with this key.
    Signing signing(PrivateKey key) {
        if (this == RSA) return new RsaSigner(key)::sign;
        return canonical -> {
            Signature signature = Crypto.ed25519();
            signature.initSign(key);
            signature.update(message(canonical));
            return signature.sign();
        };
    }

    interface Signing {
        byte[] sign(byte[] canonical) throws GeneralSecurityException;
    }

    boolean holds(PublicKey key, byte[] canonical, byte[] signed) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(this == RSA ? "SHA256withRSA" : "Ed25519");
        signature.initVerify(key);
        signature.update(message(canonical));
        return signature.verify(signed);
    }

    /// RSA hashes by itself; Ed25519 signs the hash (RFC 8463 §3).
    private byte[] message(byte[] canonical) {
        return this == RSA ? canonical : Crypto.sha256(canonical);
    }

    static @Nullable DkimAlgorithm of(PrivateKey key) {
        return switch (key.getAlgorithm()) {
            case "RSA" -> RSA;
            case "EdDSA", "Ed25519" -> ED25519;
            default -> null;
        };
    }
}
