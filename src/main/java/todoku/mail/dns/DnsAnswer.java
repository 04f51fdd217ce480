package todoku.mail.dns;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What DNS said: records, surely none, or nothing it could be asked about just now.
///
/// @param noSuchName the name does not exist (NXDOMAIN), with records of any type
/// @param trouble    why nothing is known; null when DNS answered
public record DnsAnswer<T>(List<T> records, boolean noSuchName, @Nullable String trouble) {
    /// Keeps its own copy.
    public DnsAnswer {
        records = List.copyOf(records);
    }

    public static <T> DnsAnswer<T> of(List<T> records) {
        return new DnsAnswer<>(records, false, null);
    }

    public static <T> DnsAnswer<T> missing() {
        return new DnsAnswer<>(List.of(), true, null);
    }

    public static <T> DnsAnswer<T> unknown(String trouble) {
        return new DnsAnswer<>(List.of(), false, trouble);
    }

    /// Whether DNS answered at all.
    public boolean known() {
        return trouble == null;
    }

    /// Answered, and there is nothing.
    public boolean isVoid() {
        return known() && records.isEmpty();
    }
}
