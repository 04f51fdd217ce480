package todoku.delivery;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import todoku.mail.dns.Dns;
import todoku.mail.policy.ReverseNames;

/// Asks DNS what our addresses are called, as receivers do: the name must lead back to the address, and is best the one we
/// say in the HELO.
public final class AddressNames {
    private final Dns dns;

    public AddressNames(Dns dns) {
        this.dns = dns;
    }

    /// What came out.
    public enum State {
        FITS,
        /// It leads back, but we call ourselves something else.
        OTHER_NAME,
        /// The name does not lead back.
        ONE_WAY,
        NO_NAME,
        /// DNS did not answer.
        UNKNOWN,
        /// Receivers see another address: a router's.
        PRIVATE
    }

    /// @param name what it is called; null when it has no name
    record Found(State state, @Nullable String name) {}

    /// Some seconds.
    Found of(InetAddress address, String heloName) {
        if (isPrivate(address)) return new Found(State.PRIVATE, null);
        ReverseNames reverse = ReverseNames.of(dns, address);
        if (!reverse.confirmed().isEmpty()) {
            boolean ours = reverse.confirmed().stream().anyMatch(heloName::equalsIgnoreCase);
            return ours ? new Found(State.FITS, heloName) : new Found(State.OTHER_NAME, reverse.confirmed().getFirst());
        }
        if (reverse.trouble() != null) return new Found(State.UNKNOWN, null);
        return reverse.names().isEmpty()
                ? new Found(State.NO_NAME, null)
                : new Found(State.ONE_WAY, reverse.names().getFirst());
    }

    private static boolean isPrivate(InetAddress address) {
        byte first = address.getAddress()[0];
        boolean uniqueLocal = address.getAddress().length > 4 && (first & 0xfe) == 0xfc; // RFC 4193
        return uniqueLocal || address.isSiteLocalAddress() || address.isLoopbackAddress() || address.isLinkLocalAddress();
    }
}
