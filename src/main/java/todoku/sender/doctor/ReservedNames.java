package todoku.sender.doctor;

import java.util.Set;
import java.util.regex.Pattern;

/// Names that exist only in books and tests (RFC 2606, RFC 6761).
public final class ReservedNames {
    private static final Set<String> TOP = Set.of("example", "test", "invalid", "localhost");
    private static final Pattern EXAMPLE = Pattern.compile("(.*\\.)?example\\.(com|net|org|jp|co\\.jp|ne\\.jp)");

    private ReservedNames() {}

    /// Takes a domain or an address.
    public static boolean has(String address) {
        String domain = Subject.domain(address);
        return TOP.contains(domain.substring(domain.lastIndexOf('.') + 1)) || EXAMPLE.matcher(domain).matches();
    }
}
