package todoku.simulation;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One who runs mail servers in the simulated internet, with limits and words like a real one's.
record SimulatedProvider(
        String key, String name, String host, List<String> domains, Map<Occasion, Double> shares, Map<Limit, Integer> limits,
        Map<Occasion, Said> words) {
    /// Every domain nobody lists.
    static final String DEFAULT = "default";

    SimulatedProvider {
        domains = List.copyOf(domains);
        shares = Map.copyOf(shares);
        limits = Map.copyOf(limits);
        words = Map.copyOf(words);
    }

    boolean isDefault() {
        return key.equals(DEFAULT);
    }

    int limit(Limit limit) {
        return limits.getOrDefault(limit, 0);
    }

    SimulatedProvider with(Limit limit, int value) {
        Map<Limit, Integer> changed = new EnumMap<>(Limit.class);
        changed.putAll(limits);
        changed.put(limit, value);
        return new SimulatedProvider(key, name, host, domains, shares, changed, words);
    }

    Said says(Occasion occasion) {
        Said said = words.get(occasion);
        if (said == null) throw new IllegalStateException(key + " has no words for " + occasion.word());
        return said;
    }

    /// What is the matter with this address, whenever it is asked for; null when nothing is.
    @Nullable Occasion about(String address) {
        for (Occasion occasion : Occasion.values()) {
            if (!occasion.isPersonal()) continue;
            if (occasion.isNameOf(address)) return occasion;
            Double share = shares.get(occasion);
            if (share != null && Fingerprints.within(share, occasion.word() + " ", address)) return occasion;
        }
        return null;
    }
}
