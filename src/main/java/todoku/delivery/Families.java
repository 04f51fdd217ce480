package todoku.delivery;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import todoku.mail.dns.Route;

/// IPv6 first, and IPv4 soon: a mail host whose IPv6 addresses do not answer costs two seconds, and not again for ten
/// minutes (after RFC 8305). Safe for many threads.
final class Families {
    /// For an IPv6 address while there are IPv4 addresses behind it.
    static final Duration PATIENCE = Duration.ofSeconds(2);
    static final Duration REMEMBERED = Duration.ofMinutes(10);
    private static final int MAX_REMEMBERED = 10_000;

    private final LongSupplier nanos;
    /// Names of hosts with the instant until which their IPv6 addresses come last.
    private final Map<String, Long> silent = new ConcurrentHashMap<>();

    Families(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /// In the order of preference as they come; the IPv6 addresses of hosts that are known not to answer there at the end.
    List<Route.Host> inOrder(List<Route.Host> hosts) {
        if (silent.isEmpty()) return hosts;
        List<Route.Host> order = new ArrayList<>();
        List<Route.Host> last = new ArrayList<>();
        for (Route.Host host : hosts) (isSix(host) && isSilent(host.name()) ? last : order).add(host);
        order.addAll(last);
        return order;
    }

    /// How long to wait for this one.
    /// @param behind who is tried after it
    static Duration patience(Route.Host host, List<Route.Host> behind, Duration usual) {
        boolean another = isSix(host) && behind.stream().anyMatch(each -> each.address() instanceof Inet4Address);
        return another && usual.compareTo(PATIENCE) > 0 ? PATIENCE : usual;
    }

    /// Nobody answered there.
    void failed(Route.Host host) {
        if (!isSix(host)) return;
        if (silent.size() >= MAX_REMEMBERED) silent.clear();
        silent.put(host.name(), nanos.getAsLong() + REMEMBERED.toNanos());
    }

    private boolean isSilent(String name) {
        Long until = silent.get(name);
        if (until == null) return false;
        if (until - nanos.getAsLong() > 0) return true;
        silent.remove(name, until);
        return false;
    }

    private static boolean isSix(Route.Host host) {
        return host.address() instanceof Inet6Address;
    }
}
