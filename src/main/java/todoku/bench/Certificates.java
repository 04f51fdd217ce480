package todoku.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// Certificates of receivers, good and bad ones, made by the `keytool` of this Java.
final class Certificates {
    enum Kind {
        /// Of our issuer, valid, for the mail hosts of all destinations.
        GOOD,
        /// The same of nobody.
        SELF_SIGNED("-validity", "10", "-ext", allHosts()),
        WRONG_NAME("-validity", "10", "-ext", "san=dns:elsewhere.example", "-signer", ISSUER),
        EXPIRED("-startdate", "-10d", "-validity", "5", "-ext", allHosts(), "-signer", ISSUER);

        private final List<String> options;

        Kind() {
            this("-validity", "10", "-ext", allHosts(), "-signer", ISSUER);
        }

        Kind(String... options) {
            this.options = List.of(options);
        }
    }

    private static final String ISSUER = "issuer";
    private static final String PASSWORD = "bench-keys";
    private static final int LIMIT_SECONDS = 60;

    private final KeyStore keys;
    private final Map<Kind, SSLContext> contexts = new EnumMap<>(Kind.class);

    private Certificates(KeyStore keys) throws GeneralSecurityException {
        this.keys = keys;
        for (Kind kind : Kind.values()) contexts.put(kind, serverContext(kind));
    }

    /// @param folder that does not have any yet
    static Certificates in(Path folder) throws IOException {
        Path file = folder.resolve("certificates.p12");
        Files.deleteIfExists(file);
        make(file, ISSUER, List.of("-validity", "10", "-ext", "bc:c"));
        for (Kind kind : Kind.values()) make(file, kind.name(), kind.options);
        try {
            return new Certificates(KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray()));
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static void make(Path file, String alias, List<String> options) throws IOException {
        String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        List<String> command = new ArrayList<>(List.of(
                keytool, "-genkeypair", "-keystore", file.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD, "-alias", alias,
                "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=" + alias + " of the benchmark"));
        command.addAll(options);
        Programs.run(LIMIT_SECONDS, command.toArray(String[]::new));
    }

    private static String allHosts() {
        return IntStream.rangeClosed(1, Shop.DESTINATIONS)
                .mapToObj(i -> "dns:" + host(Shop.domain(i)))
                .collect(Collectors.joining(",", "san=", ""));
    }

    /// The mail host of a domain.
    static String host(String domain) {
        return "mx." + domain;
    }

    /// Of a server that shows this one.
    SSLContext context(Kind kind) {
        return Objects.requireNonNull(contexts.get(kind));
    }

    private SSLContext serverContext(Kind kind) throws GeneralSecurityException {
        try {
            KeyStore one = KeyStore.getInstance("PKCS12");
            one.load(null, null);
            char[] password = PASSWORD.toCharArray();
            one.setKeyEntry("own", keys.getKey(kind.name(), password), password, keys.getCertificateChain(kind.name()));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(one, password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(factory.getKeyManagers(), null, null);
            return context;
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
    }

    /// Whom the sender believes.
    KeyStore issuers() throws IOException {
        try {
            KeyStore issuers = KeyStore.getInstance("PKCS12");
            issuers.load(null, null);
            issuers.setCertificateEntry(ISSUER, keys.getCertificate(ISSUER));
            return issuers;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /// The public key of the good one, as DANE announces it.
    byte[] publicKey() throws IOException {
        try {
            return keys.getCertificate(Kind.GOOD.name()).getPublicKey().getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
