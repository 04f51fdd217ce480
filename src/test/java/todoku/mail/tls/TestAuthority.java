package todoku.mail.tls;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import todoku.mail.smime.TestIdentity;

/// Issues certificates for tests.
public final class TestAuthority {
    private static final Duration DAY = Duration.ofDays(1);
    private static long serial = System.nanoTime();

    private final X500Principal name;
    private final KeyPair keys = keys();
    private final X509Certificate own;

    public TestAuthority(String name) {
        this.name = new X500Principal("CN=" + name);
        this.own = issue(this.name, keys, null, Instant.now().minus(DAY), Instant.now().plus(DAY));
    }

    /// A server's identity.
    public record Identity(PrivateKey key, X509Certificate[] chain) {
        public X509Certificate certificate() {
            return chain[0];
        }

        /// For a server that shows it.
        public SSLContext context() {
            try {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                store.setKeyEntry("a", key, new char[0], chain);
                var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                managers.init(store, new char[0]);
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(managers.getKeyManagers(), null, null);
                return context;
            } catch (GeneralSecurityException | java.io.IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    public Identity server(String host) {
        return server(host, Instant.now().minus(DAY), Instant.now().plus(DAY));
    }

    public Identity server(String host, Instant from, Instant until) {
        KeyPair pair = keys();
        X509Certificate certificate = issue(new X500Principal("CN=server"), pair, host, from, until);
        return new Identity(pair.getPrivate(), new X509Certificate[] {certificate, own});
    }

    /// With a key that every program can read.
    public Identity rsaServer(String host) {
        KeyPair pair = TestIdentity.pair("RSA", 2048);
        Instant now = Instant.now();
        X509Certificate certificate = issue(new X500Principal("CN=server"), pair, host, now.minus(DAY), now.plus(DAY));
        return new Identity(pair.getPrivate(), new X509Certificate[] {certificate, own});
    }

    public X509Certificate certificate() {
        return own;
    }

    /// As one whom somebody trusts.
    public TrustedIssuers trusted() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("ca", own);
            return new TrustedIssuers(store);
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate issue(X500Principal subject, KeyPair pair, String host, Instant from, Instant until) {
        try {
            var builder = new JcaX509v3CertificateBuilder(
                    name, BigInteger.valueOf(++serial), Date.from(from), Date.from(until), subject, pair.getPublic());
            if (host == null) builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            else
                builder.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(GeneralName.dNSName, host)));
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException | org.bouncycastle.cert.CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair keys() {
        return TestIdentity.pair("EC", 256);
    }
}
