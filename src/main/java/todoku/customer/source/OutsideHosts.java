package todoku.customer.source;

import java.net.InetAddress;
import java.net.SocketException;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import todoku.web.OutboundHttp;

/// Which hosts may be connected to: the public internet, and those inside the company that whoever runs the installation has
/// named. A form cannot name one, so nobody feels their way around the network by it.
public final class OutsideHosts {
    /// Where they are named.
    public static final String SETTING = "TODOKU_OUTSIDE_HOSTS";

    private final Set<String> named;

    public OutsideHosts(Set<String> named) {
        this.named = named.stream().map(OutsideHosts::folded).collect(Collectors.toUnmodifiableSet());
    }

    /// @param host as it was typed
    void check(String host, InetAddress address) throws SocketException {
        if (!named.contains(folded(host)) && !OutboundHttp.isPublic(address))
            throw new Refused(host + " (" + address.getHostAddress() + ")");
    }

    private static String folded(String host) {
        return host.toLowerCase(Locale.ROOT);
    }

    /// A connection that was not even tried.
    static final class Refused extends SocketException {
        @java.io.Serial
        private static final long serialVersionUID = 1;

        Refused(String address) {
            super(address);
        }
    }
}
