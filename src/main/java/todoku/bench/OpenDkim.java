package todoku.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// OpenDKIM with a fresh RSA-2048 key, as a milter on a socket of its own.
final class OpenDkim implements AutoCloseable {
    static final String DOMAIN = "shop.example";
    private static final int KEY_BITS = 2048;
    private static final long START_MILLIS = 10_000;

    private final Process process;
    private final Path socket;

    private OpenDkim(Process process, Path socket) {
        this.process = process;
        this.socket = socket;
    }

    /// Null when it can run here, else why not.
    static @Nullable String whyNot() throws IOException {
        if (Programs.find("opendkim").isEmpty()) return "opendkim is not installed (Debian: opendkim)";
        return Programs.weAreRoot() ? null : "only root may hand it to another user";
    }

    /// @param folder that everybody may enter
    static OpenDkim start(Path folder) throws IOException {
        Programs.handedToNobody(folder);
        Path key = Files.writeString(folder.resolve("key.pem"), key());
        Path socket = folder.resolve("socket");
        Path config = Files.writeString(folder.resolve("opendkim.conf"), """
                Syslog no
                UMask 000
                Mode s
                Canonicalization relaxed/relaxed
                SignatureAlgorithm rsa-sha256
                Domain %s
                Selector bench
                KeyFile %s
                RequireSafeKeys no
                Socket local:%s
                """.formatted(DOMAIN, key, socket));
        Path said = folder.resolveSibling("opendkim.said");
        Process process = new ProcessBuilder(
                        "setpriv", "--pdeathsig", "KILL", "--reuid", "" + Programs.NOBODY, "--regid", "" + Programs.NOBODY, "--clear-groups",
                        Programs.find("opendkim").orElseThrow(), "-f", "-x", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        long patience = System.currentTimeMillis() + START_MILLIS;
        while (!Files.exists(socket)) {
            if (!process.isAlive() || System.currentTimeMillis() > patience) {
                process.destroyForcibly();
                throw new IOException("OpenDKIM does not start: " + Files.readString(said).strip());
            }
            Programs.rest(20);
        }
        return new OpenDkim(process, socket);
    }

    private static String key() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(KEY_BITS);
            byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
            return "-----BEGIN PRIVATE KEY-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
                    + "\n-----END PRIVATE KEY-----\n";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// As Postfix names it.
    String milter() {
        return "unix:" + socket;
    }

    /// Processor time in microseconds.
    long cpu() {
        return Cpu.ofFamily(process.toHandle());
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
