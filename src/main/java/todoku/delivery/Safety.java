package todoku.delivery;

import java.net.IDN;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import todoku.mail.dns.Route;
import todoku.mail.smtp.CertificateCheck;
import todoku.mail.smtp.SmtpConnection;
import todoku.mail.smtp.Tls;
import todoku.mail.tls.TlsPolicies;

/// How safe the way to a domain must be: what the provider's rule says, or the domain itself where it says more.
/// Safe for many threads.
public final class Safety {
    /// A domain that is not safe is not connected to again for so long, whoever of its recipients is due.
    static final Duration REMEMBERED = Duration.ofMinutes(5);
    private static final int MAX_REMEMBERED = 10_000;

    private final TlsPolicies policies;
    private final CertificateCheck knownIssuers;
    private final LongSupplier nanos;
    private final boolean rulesCount;
    private final Map<String, Trouble> troubles = new ConcurrentHashMap<>();
    /// Names of hosts, and whether the last connection was encrypted.
    private final Map<String, Boolean> encrypted = new ConcurrentHashMap<>();
    private volatile Consumer<String> downgraded = _ -> {};

    private record Trouble(Carrier.Connecting.NotSafe what, long until) {}

    public Safety(TlsPolicies policies, CertificateCheck knownIssuers, LongSupplier nanos) {
        this(policies, knownIssuers, nanos, true);
    }

    private Safety(TlsPolicies policies, CertificateCheck knownIssuers, LongSupplier nanos, boolean rulesCount) {
        this.policies = policies;
        this.knownIssuers = knownIssuers;
        this.nanos = nanos;
        this.rulesCount = rulesCount;
    }

    static Safety ofOurOwn() {
        return new Safety(TlsPolicies.NONE, CertificateCheck.ANY, System::nanoTime, false);
    }

    /// Told the name of a host that used to encrypt and does not any more; mail went there in the clear, as nobody forbids.
    public void onDowngrade(Consumer<String> listener) {
        downgraded = listener;
    }

    /// What one domain wants.
    record Domain(TlsPolicies.Policy policy, TlsRule rule, CertificateCheck knownIssuers) {
        TlsPolicies.Demand of(Route.Host host) {
            return switch (policy.of(host)) {
                case TlsPolicies.Demand.Nothing nothing -> nothing;
                case TlsPolicies.Demand.Encryption(Tls demanded) -> {
                    Tls tls = rule.with(demanded, knownIssuers);
                    yield new TlsPolicies.Demand.Encryption(tls.host().isEmpty() ? tls.at(host.name()) : tls);
                }
            };
        }

        /// The same as long as the same is demanded.
        String words() {
            String own = policy.words();
            return own.isEmpty() ? rule.name() : rule.name() + " " + own;
        }

        /// Whether every domain of the provider would fare the same when this is not met.
        boolean isByRule(TlsPolicies.Demand demand) {
            return demand instanceof TlsPolicies.Demand.Encryption && rule != TlsRule.WHEN_OFFERED && policy.words().isEmpty();
        }
    }

    Domain of(String domain, TlsRule rule) {
        return new Domain(policies.of(asked(domain)), rulesCount ? rule : TlsRule.WHEN_OFFERED, knownIssuers);
    }

    /// As DNS knows it.
    private static String asked(String domain) {
        try {
            return IDN.toASCII(domain).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return domain.toLowerCase(Locale.ROOT);
        }
    }

    /// What was found lately about a domain that itself wants to be safe.
    Carrier.Connecting.@Nullable NotSafe known(String domain) {
        if (troubles.isEmpty()) return null;
        String name = asked(domain);
        Trouble trouble = troubles.get(name);
        if (trouble == null) return null;
        if (trouble.until() - nanos.getAsLong() > 0) return trouble.what();
        troubles.remove(name, trouble);
        return null;
    }

    void remember(String domain, Carrier.Connecting.NotSafe what) {
        if (what.forAll()) return; // the lane rests
        if (troubles.size() >= MAX_REMEMBERED) troubles.clear();
        troubles.put(asked(domain), new Trouble(what, nanos.getAsLong() + REMEMBERED.toNanos()));
    }

    void opened(Route.Host host, SmtpConnection connection) {
        if (encrypted.size() >= MAX_REMEMBERED) encrypted.clear();
        Boolean before = encrypted.put(host.name(), connection.isEncrypted());
        if (before != null && before && !connection.isEncrypted()) downgraded.accept(host.name());
    }
}
