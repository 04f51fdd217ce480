package todoku.mail.tls;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a domain promises about its mail hosts (RFC 8461 §3.2).
/// @param hosts names, or `*.` and the end of names with one part more
/// @param longest how long it counts when nothing newer can be had
public record StsPolicy(Mode mode, List<String> hosts, Duration longest) {
    /// The longest that RFC 8461 knows: a year and a day or so.
    private static final long MOST_SECONDS = 31_557_600;
    /// A policy names some hosts, not thousands.
    private static final int MOST_HOSTS = 100;
    private static final Pattern HOST = Pattern.compile("(\\*\\.)?[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})*\\.?");

    /// How much it matters.
    public enum Mode {
        ENFORCE,
        /// Failures are told, and mail goes all the same.
        TESTING,
        NONE
    }

    /// Keeps its own copy.
    public StsPolicy {
        hosts = List.copyOf(hosts);
    }

    /// Whether mail may go to this host (RFC 8461 §4.1).
    public boolean names(String host) {
        return hosts.stream().anyMatch(pattern -> CertificateNames.fits(pattern, host));
    }

    /// Empty for anything that is not wholly as the standard wants it. Fields nobody knows are passed over, and the first
    /// of equal ones counts, except `mx`.
    public static Optional<StsPolicy> read(String text) {
        String version = null;
        String mode = null;
        String seconds = null;
        List<String> hosts = new ArrayList<>();
        for (String line : text.split("\r?\n", -1)) {
            if (line.isBlank()) continue;
            int colon = line.indexOf(':');
            if (colon < 1) return Optional.empty();
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon).strip()) {
                case "version" -> version = version == null ? value : version;
                case "mode" -> mode = mode == null ? value : mode;
                case "max_age" -> seconds = seconds == null ? value : seconds;
                case "mx" -> hosts.add(value);
                default -> {}
            }
        }
        Mode known = mode(mode);
        if (!"STSv1".equals(version) || known == null || seconds == null || !seconds.matches("[0-9]{1,10}"))
            return Optional.empty();
        if (hosts.size() > MOST_HOSTS || !hosts.stream().allMatch(host -> HOST.matcher(host).matches())) return Optional.empty();
        if (hosts.isEmpty() && known != Mode.NONE) return Optional.empty();
        long longest = Math.min(Long.parseLong(seconds), MOST_SECONDS);
        return Optional.of(new StsPolicy(known, hosts, Duration.ofSeconds(longest)));
    }

    private static @Nullable Mode mode(@Nullable String word) {
        return switch (word) {
            case "enforce" -> Mode.ENFORCE;
            case "testing" -> Mode.TESTING;
            case "none" -> Mode.NONE;
            case null, default -> null;
        };
    }
}
