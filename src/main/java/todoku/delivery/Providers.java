package todoku.delivery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All providers with their rules at one moment. The only list of them: reply rules name them too.
public final class Providers {
    private static final List<Provider> SHIPPED = ProviderFile.shipped();

    private final Map<String, Provider> byKey = new LinkedHashMap<>();
    private final int faster;
    private final @Nullable Shaping everywhere;

    private Providers(List<Provider> providers, int faster, @Nullable Shaping everywhere) {
        providers.forEach(provider -> byKey.put(provider.key(), provider));
        this.faster = faster;
        this.everywhere = everywhere;
    }

    /// As they come with the program.
    public static Providers shipped() {
        return new Providers(SHIPPED, 1, null);
    }

    /// One way with everybody, whatever the rules say: a host that takes everything further, or a benchmark.
    public static Providers allAlike(Shaping shaping) {
        return new Providers(SHIPPED, 1, shaping);
    }

    /// As where time runs so many times faster.
    public Providers faster(int times) {
        return new Providers(all(), times, everywhere);
    }

    /// The same ones with other rules.
    Providers with(List<Provider> providers) {
        return new Providers(providers, faster, everywhere);
    }

    public List<Provider> all() {
        return List.copyOf(byKey.values());
    }

    public Optional<Provider> find(String key) {
        return Optional.ofNullable(byKey.get(key));
    }

    /// Whether rules count at all.
    public boolean areAlike() {
        return everywhere != null;
    }

    /// How many times faster than the rules say.
    public int faster() {
        return faster;
    }

    /// Which ones come with the program; null when an installation has added it.
    public static @Nullable Provider shipped(String key) {
        return SHIPPED.stream().filter(provider -> provider.key().equals(key)).findFirst().orElse(null);
    }

    Provider standard() {
        return find(Provider.DEFAULT).orElseThrow();
    }

    Shaping shapingOf(Provider provider) {
        return everywhere != null ? everywhere : provider.rule().shaping().faster(faster);
    }

    /// Whose a destination is.
    /// @param domain the first one it was found for
    /// @param hosts the names of its hosts with a blank between them, as [Carrier.Served.By] has them
    /// @param listed who lists any of its domains
    Provider of(String domain, @Nullable String hosts, @Nullable String listed) {
        if (everywhere != null) return standard();
        Provider named = listed == null ? null : byKey.get(listed);
        if (named != null) return named;
        Provider best = null;
        int longest = 0;
        for (Provider provider : byKey.values()) {
            if (provider.lists(domain)) return provider;
            if (hosts == null) continue;
            for (String host : hosts.split(" ", -1)) {
                int fits = provider.fits(host);
                if (fits > longest) {
                    longest = fits;
                    best = provider;
                }
            }
        }
        return best == null ? standard() : best;
    }

    /// All domains somebody lists, each with the key of the provider.
    Map<String, String> domains() {
        Map<String, String> all = new LinkedHashMap<>();
        byKey.values().forEach(provider -> provider.domains().forEach(domain -> all.putIfAbsent(domain, provider.key())));
        return all;
    }

    /// What reply rules mean when they name one of the shipped ones: ends of domains and of hosts.
    Map<String, List<String>> forReplies() {
        Map<String, List<String>> all = new LinkedHashMap<>();
        for (Provider shipped : SHIPPED) {
            Provider now = byKey.getOrDefault(shipped.key(), shipped);
            List<String> names = namesOf(now).isEmpty() ? namesOf(shipped) : namesOf(now);
            if (!names.isEmpty()) all.put(shipped.key(), names);
        }
        return all;
    }

    private static List<String> namesOf(Provider provider) {
        List<String> names = new ArrayList<>(provider.domains());
        names.addAll(provider.hosts());
        return names;
    }
}
