package todoku.delivery;

import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The addresses this node may send from now: in use, and on this machine. An address that belongs to another machine is
/// that node's. One thread refreshes; any may ask.
final class Egress {
    private static final System.Logger LOG = System.getLogger(Egress.class.getName());

    private final SendingIps ips;
    private final boolean alone;
    private final Consumer<SendingIp> lost;
    private final InstantSource clock;
    private String seen = "";
    /// Those in use that are not here, and since when.
    private volatile Map<Long, Instant> missing = Map.of();
    private volatile List<SendingIp> known = List.of();
    private volatile Map<Long, List<SendingIp>> byPool = Map.of();
    private volatile boolean doubted;

    /// @param alone no other node has addresses: one that is not here is nowhere
    /// @param lost  told of each that is in use and was here, or can be nowhere else
    Egress(JdbcClient db, boolean alone, Consumer<SendingIp> lost, InstantSource clock) {
        this.ips = new SendingIps(db);
        this.alone = alone;
        this.lost = lost;
        this.clock = clock;
    }

    SendingIps stored() {
        return ips;
    }

    /// Those of a pool that may be used here.
    List<SendingIp> of(long pool) {
        return byPool.getOrDefault(pool, List.of());
    }

    List<SendingIp> all() {
        return byPool.values().stream().flatMap(List::stream).toList();
    }

    /// As it is now; null when it is not used here.
    @Nullable SendingIp find(long id) {
        for (List<SendingIp> pool : byPool.values()) for (SendingIp ip : pool) if (ip.id() == id) return ip;
        return null;
    }

    /// Whether it is in use and not on this machine.
    boolean isMissing(long id) {
        return missing.containsKey(id);
    }

    /// Why nothing goes out from a pool of which no address may be used here.
    Why without(long pool) {
        Map<Long, Instant> gone = missing;
        return known.stream()
                .filter(ip -> ip.pool() == pool && gone.containsKey(ip.id()))
                .map(ip -> gone.get(ip.id()))
                .min(Instant::compareTo)
                .map(Why::allMissing)
                .orElseGet(() -> Why.allOut(clock.instant()));
    }

    boolean isDoubted() {
        return doubted;
    }

    /// Somebody could not begin a connection from one of them.
    void doubt() {
        doubted = true;
    }

    /// Takes up what has been changed since, and which addresses have gone or come.
    /// @return whether anything is different
    boolean refresh() {
        doubted = false;
        String now = ips.fingerprint();
        boolean changed = !now.equals(seen);
        if (changed) known = ips.all();
        List<SendingIp> used = known.stream().filter(SendingIp::inUse).toList();
        Set<Long> gone = used.stream().filter(ip -> !isHere(ip)).map(SendingIp::id).collect(Collectors.toUnmodifiableSet());
        Map<Long, Instant> before = missing;
        if (!changed && gone.equals(before.keySet())) return false;
        Instant noticed = clock.instant();
        ips.found(used.stream().map(SendingIp::id).filter(id -> !gone.contains(id)).toList());
        List<SendingIp> newly = used.stream().filter(ip -> gone.contains(ip.id()) && !before.containsKey(ip.id())).toList();
        List<SendingIp> losses = newly.stream().filter(ip -> alone || find(ip.id()) != null).toList();
        ips.missing(losses.stream().map(SendingIp::id).toList(), noticed);
        for (SendingIp ip : newly)
            LOG.log(Level.WARNING, "{0} is not an address of this machine: nothing is sent from it here", ip.text());
        losses.forEach(lost);
        missing = gone.stream().collect(Collectors.toUnmodifiableMap(id -> id, id -> before.getOrDefault(id, noticed)));
        seen = now;
        byPool = known.stream()
                .filter(ip -> ip.inUse() && !gone.contains(ip.id()))
                .collect(Collectors.groupingBy(SendingIp::pool, Collectors.toUnmodifiableList()));
        return true;
    }

    private static boolean isHere(SendingIp ip) {
        InetAddress address = ip.address();
        return address == null || LocalAddress.isHere(address);
    }
}
