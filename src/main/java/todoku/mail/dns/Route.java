package todoku.mail.dns;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;

/// Where mail for a domain goes, or why it cannot.
public sealed interface Route {
    /// Try these one after the other (RFC 5321 §5.1); never empty.
    /// @param names of all the hosts that serve the domain, whether their addresses could be found or not: who they are,
    ///     in lower case, each once, in alphabetical order
    record Hosts(List<Host> hosts, List<String> names) implements Route {
        /// Keeps its own copies.
        public Hosts {
            hosts = List.copyOf(hosts);
            if (hosts.isEmpty()) throw new IllegalArgumentException("a route needs a host");
            names = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).distinct().sorted().toList();
        }

        /// Where the hosts to try are all there are.
        public Hosts(List<Host> hosts) {
            this(hosts, hosts.stream().map(Host::name).toList());
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
