package todoku.sender.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Domains of free mail, carriers and access providers: nobody else can sign for them, so they can be no From of ours.
public final class ForeignDomains {
    private static final Map<String, Foreign> KNOWN = read();

    private ForeignDomains() {}

    /// @param operator whose domain it is
    /// @param kind     `free`, `carrier` or `provider`; `sender.foreign.<kind>` says why it cannot be used
    public record Foreign(String domain, String operator, String kind) {}

    /// Whose domain this is, or whose it stands under.
    public static Optional<Foreign> of(String address) {
        String name = Subject.domain(address);
        while (!name.isEmpty()) {
            Foreign found = KNOWN.get(name);
            if (found != null) return Optional.of(found);
            int dot = name.indexOf('.');
            name = dot < 0 ? "" : name.substring(dot + 1);
        }
        return Optional.empty();
    }

    private static Map<String, Foreign> read() {
        Map<String, Foreign> known = new HashMap<>();
        try (InputStream file = Objects.requireNonNull(ForeignDomains.class.getResourceAsStream("/sender/foreign-domains.txt"))) {
            for (String line : new String(file.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                if (line.isBlank() || line.startsWith("#")) continue;
                String[] parts = line.strip().split(" ", 3);
                known.put(parts[1], new Foreign(parts[1], parts[2], parts[0]));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.copyOf(known);
    }
}
