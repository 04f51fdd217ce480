package todoku.mail.dns;

import java.net.InetAddress;
import java.util.List;

/// Where mail for a domain goes, or why it cannot.
public sealed interface Route {
    /// Try these one after the other (RFC 5321 §5.1); never empty.
    record Hosts(List<Host> hosts) implements Route {
        /// Keeps its own copy.
        public Hosts {
            hosts = List.copyOf(hosts);
            if (hosts.isEmpty()) throw new IllegalArgumentException("a route needs a host");
        }
    }

    /// The domain does not exist, or has nothing that could take mail. Final.
    record NoSuchDomain(String why) implements Route {}

    /// The domain says it takes no mail (RFC 7505). Final.
    record NullMx(String why) implements Route {}

    /// DNS did not know just now.
    record Later(String why) implements Route {}

    /// One address of one mail host.
    record Host(String name, InetAddress address, int port) {}
}
