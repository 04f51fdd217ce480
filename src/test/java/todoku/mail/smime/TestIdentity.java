package todoku.mail.smime;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Certificates of an authority that exists only here.
public final class TestIdentity {
    public static final String PASSWORD = "ひみつ123";
    private static final KeyPair ROOT_KEY = pair("RSA", 2048);
    private static final KeyPair LEAF_RSA = pair("RSA", 2048);
    public static final X509Certificate ROOT = root();

    private TestIdentity() {}

    public static KeyPair pair(String algorithm, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X509Certificate root() {
        try {
            var name = new X500Name("CN=Test Root,O=Todoku");
            var builder = new JcaX509v3CertificateBuilder(
                    name, BigInteger.ONE, Date.from(Instant.parse("2020-01-01T00:00:00Z")),
                    Date.from(Instant.parse("2040-01-01T00:00:00Z")), name, ROOT_KEY.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(ROOT_KEY.getPrivate())));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    public static SmimeIdentity of(String address, Instant from, Instant to) {
        return of(address, from, to, LEAF_RSA, KeyPurposeId.id_kp_emailProtection);
    }

    public static SmimeIdentity of(String address, Instant from, Instant to, KeyPair keys, KeyPurposeId purpose) {
        try {
            var builder = new JcaX509v3CertificateBuilder(
                    new X500Name("CN=Test Root,O=Todoku"), BigInteger.TWO, Date.from(from), Date.from(to),
                    new X500Name("CN=Todoku Shop"), keys.getPublic());
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
            builder.addExtension(
                    Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(GeneralName.rfc822Name, address)));
            X509Certificate leaf = new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(ROOT_KEY.getPrivate())));
            return new SmimeIdentity(java.util.List.of(leaf), keys.getPrivate());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /// The file a person would upload, locked with [#PASSWORD], with the root in its chain.
    public static byte[] pkcs12(SmimeIdentity... identities) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < identities.length; i++)
                store.setKeyEntry("k" + i, identities[i].key(), PASSWORD.toCharArray(),
                        new Certificate[] {identities[i].certificate(), ROOT});
            var out = new ByteArrayOutputStream();
            store.store(out, PASSWORD.toCharArray());
            return out.toByteArray();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
