package todoku.simulation;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// All providers, and for each of them one [Doorman] per network address that sends to it; their time may run faster.
final class Doormen {
    /// Senders' addresses times small domains; when there are more, all begin anew.
    private static final int MAX_DOORMEN = 100_000;

    private final InstantSource clock;
    private final Instant began;
    private final int faster;
    private final Map<String, SimulatedProvider> byKey = new ConcurrentHashMap<>();
    private final Map<String, String> keyOfDomain = new ConcurrentHashMap<>();
    private final Map<Door, Doorman> doormen = new ConcurrentHashMap<>();

    /// @param host of a provider, or of a domain that nobody lists
    private record Door(String provider, String host, InetAddress peer) {}

    Doormen(List<SimulatedProvider> providers, InstantSource clock, int faster) {
        this.clock = clock;
        this.began = clock.instant();
        this.faster = faster;
        for (SimulatedProvider provider : providers) {
            byKey.put(provider.key(), provider);
            provider.domains().forEach(domain -> keyOfDomain.put(domain, provider.key()));
        }
    }

    int faster() {
        return faster;
    }

    Instant now() {
        Instant now = clock.instant();
        return faster == 1 ? now : began.plus(Duration.between(began, now).multipliedBy(faster));
    }

    SimulatedProvider provider(String key) {
        SimulatedProvider provider = byKey.get(key);
        if (provider == null) throw new IllegalArgumentException("no such provider: " + key);
        return provider;
    }

    /// Whoever lists the domain or one above it.
    SimulatedProvider of(String domain) {
        for (String name = domain.toLowerCase(Locale.ROOT); !name.isEmpty(); name = name.substring(name.indexOf('.') + 1)) {
            String key = keyOfDomain.get(name);
            if (key != null) return provider(key);
            if (name.indexOf('.') < 0) break;
        }
        return provider(SimulatedProvider.DEFAULT);
    }

    String hostOf(String domain) {
        SimulatedProvider provider = of(domain);
        return provider.isDefault() ? "mx." + domain : provider.host();
    }

    Doorman at(SimulatedProvider provider, String domain, InetAddress peer) {
        if (doormen.size() >= MAX_DOORMEN) doormen.clear();
        String host = provider.isDefault() ? domain : provider.host();
        return doormen.computeIfAbsent(new Door(provider.key(), host, peer), _ -> new Doorman(provider));
    }

    void limit(String key, Limit limit, int value) {
        SimulatedProvider changed = provider(key).with(limit, value);
        byKey.put(key, changed);
        doormen.forEach((door, doorman) -> {
            if (door.provider().equals(key)) doorman.follow(changed);
        });
    }
}
