package todoku.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// The word that opens `/metrics`: in a file only its owner can read, made at the first start. Whoever puts another word
/// there, or takes the file away, has changed it from the next start.
public final class MetricsToken {
    private static final int BYTES = 24;
    private static final String SCHEME = "Bearer ";

    private final byte[] token;

    private MetricsToken(String token) {
        this.token = token.getBytes(UTF_8);
    }

    public static MetricsToken at(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] random = new byte[BYTES];
            new SecureRandom().nextBytes(random);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, HexFormat.of().formatHex(random) + "\n", StandardOpenOption.TRUNCATE_EXISTING);
        }
        String token = Files.readString(file).strip();
        if (token.isEmpty()) throw new IOException(file + " is empty: write a token into it, or delete it");
        return new MetricsToken(token);
    }

    /// @param authorization the header as it came
    boolean opens(@Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) return false;
        return MessageDigest.isEqual(token, authorization.substring(SCHEME.length()).strip().getBytes(UTF_8));
    }
}
