package todoku.sender;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Our own addresses, as they are sent from: the engine keeps them, in pools.
@FunctionalInterface
public interface OwnAddresses {
    /// @param address  null: whichever the machine takes
    /// @param heloName what we call ourselves there; empty: as the installation is called
    record Own(@Nullable InetAddress address, String heloName) {}

    /// Those in use that mail of a sender may leave from.
    ///
    /// @param pool the sender's own; null: any that its mail goes through by its category or kind
    List<Own> of(@Nullable Long pool);

    /// Whether mail leaves by IPv6 too.
    default boolean ipv6() {
        return false;
    }
}
