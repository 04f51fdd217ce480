package todoku.mail.tls;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import todoku.mail.dns.Route;
import todoku.mail.dns.SignedAnswer;
import todoku.mail.dns.SignedDns;
import todoku.mail.dns.SignedDns.Announced;
import todoku.mail.smtp.Tls;
import todoku.mail.smtp.TlsTrouble;
import todoku.mail.smtp.TlsTrouble.Kind;

/// Certificates that DNS announces with signatures (DANE, RFC 7672). Where the whole way from the domain to the TLSA records
/// of a mail host is signed, nothing goes there without one of those certificates; wrong signatures stop mail too. Where
/// something on the way is not signed, other policies count. Answers are kept for as long as DNS allows, within limits.
public final class Dane implements TlsPolicies {
    /// Nobody is asked again for so long where there was no answer.
    static final Duration TROUBLE = Duration.ofSeconds(30);
    private static final int MAX_REMEMBERED = 100_000;

    private static final System.Logger LOG = System.getLogger(Dane.class.getName());

    private final SignedDns dns;
    private final TlsPolicies otherwise;
    private final InstantSource clock;
    private final Map<String, Kept<String>> domains = new ConcurrentHashMap<>();
    private final Map<String, Kept<String>> hosts = new ConcurrentHashMap<>();
    private final Map<String, Kept<Announced>> certificates = new ConcurrentHashMap<>();
    private volatile Instant tryAt = Instant.MIN;
    private volatile boolean works;

    private record Kept<T>(SignedAnswer<T> answer, Instant until) {}

    /// @param otherwise what counts where DANE says nothing
    public Dane(SignedDns dns, TlsPolicies otherwise, InstantSource clock) {
        this.dns = dns;
        this.otherwise = otherwise;
        this.clock = clock;
    }

    @Override
    public Policy of(String domain) {
        Policy other = otherwise.of(domain);
        if (!works()) return other;
        return switch (kept(domains, domain, dns::mailHosts)) {
            case SignedAnswer.Unsigned<String> _ -> other;
            case SignedAnswer.Unknown<String>(String why) -> new NotKnown(domain, why);
            case SignedAnswer.Proved<String>(List<String> names, _) ->
                new Signed(domain, names.isEmpty() ? List.of(domain) : names, other);
        };
    }

    /// Some networks take signatures away; there all domains would look forged. Where they have arrived once they are
    /// believed to arrive: a question without an answer is a reason to wait (RFC 7672 §2.1), not to ask for less.
    private boolean works() {
        if (works || clock.instant().isBefore(tryAt)) return works;
        synchronized (domains) { // whoever comes first asks, the others wait for the answer
            if (works || clock.instant().isBefore(tryAt)) return works;
            works = dns.works();
            if (works) LOG.log(Level.DEBUG, "DANE: signatures of DNS arrive");
            else if (tryAt.equals(Instant.MIN)) LOG.log(Level.WARNING, "DANE is off: signatures of DNS do not arrive here");
            tryAt = clock.instant().plus(TROUBLE);
            return works;
        }
    }

    /// Nobody can say whether the domain announces certificates: its mail waits (RFC 7672 §2.1).
    private record NotKnown(String domain, String why) implements Policy {
        @Override
        public Demand of(Route.Host host) {
            return new Demand.Nothing(new TlsTrouble(Kind.DNS, domain, why));
        }

        @Override
        public String words() {
            return "DANE ? " + domain;
        }
    }

    /// Where the domain's mail hosts are proved.
    private final class Signed implements Policy {
        private final String domain;
        private final List<String> names;
        private final Policy other;

        Signed(String domain, List<String> names, Policy other) {
            this.domain = domain;
            this.names = names;
            this.other = other;
        }

        @Override
        public Demand of(Route.Host host) {
            String name = host.name().toLowerCase(Locale.ROOT);
            if (names.stream().noneMatch(name::equalsIgnoreCase))
                return nothing(host, "signed MX: " + String.join(" ", names));
            Demand demand = announced(name, host);
            return demand == null ? other.of(host) : demand;
        }

        private @Nullable Demand announced(String name, Route.Host host) {
            return switch (kept(hosts, name, dns::bases)) {
                case SignedAnswer.Unsigned<String> _ -> null;
                case SignedAnswer.Unknown<String>(String why) -> nothing(host, why);
                case SignedAnswer.Proved<String>(List<String> bases, _) -> announced(bases, host);
            };
        }

        private @Nullable Demand announced(List<String> bases, Route.Host host) {
            for (String base : bases) {
                Demand demand =
                        switch (kept(certificates, base + " " + host.port(), _ -> dns.certificates(base, host.port()))) {
                            case SignedAnswer.Unsigned<Announced> _ -> null;
                            case SignedAnswer.Unknown<Announced>(String why) -> nothing(host, why);
                            case SignedAnswer.Proved<Announced>(List<Announced> all, _) -> demand(all, base, host);
                        };
                if (demand != null) return demand;
            }
            return null;
        }

        private @Nullable Demand demand(List<Announced> all, String base, Route.Host host) {
            if (all.isEmpty()) return null;
            List<Announced> usable = all.stream().filter(AnnouncedCertificates::isUsable).toList();
            if (usable.isEmpty()) return encrypted(other.of(host));
            var check = new AnnouncedCertificates(usable, Set.copyOf(List.of(base, domain)));
            return new Demand.Encryption(Tls.checked(check).at(base));
        }

        /// Announcements that cannot be used ask for encryption (RFC 7672 §2.2), and for no less than others do.
        private static Demand encrypted(Demand other) {
            return other instanceof Demand.Encryption(Tls tls) && !tls.isAlways() ? new Demand.Encryption(Tls.ALWAYS) : other;
        }

        /// A certificate may be good because of the domain's own name.
        @Override
        public String words() {
            return "DANE " + domain + " " + other.words();
        }

        @Override
        public void opened(Route.Host host, boolean encrypted) {
            other.opened(host, encrypted);
        }
    }

    private static Demand nothing(Route.Host host, String why) {
        return new Demand.Nothing(new TlsTrouble(Kind.DNS, host.name(), why));
    }

    private <T> SignedAnswer<T> kept(Map<String, Kept<T>> all, String key, Function<String, SignedAnswer<T>> ask) {
        Instant now = clock.instant();
        Kept<T> before = all.get(key);
        if (before != null && now.isBefore(before.until())) return before.answer();
        SignedAnswer<T> found = ask.apply(key);
        Duration keep = switch (found) {
            case SignedAnswer.Proved<T>(_, Duration proved) -> proved;
            case SignedAnswer.Unsigned<T>(Duration unsigned) -> unsigned;
            case SignedAnswer.Unknown<T> _ -> TROUBLE;
        };
        if (all.size() >= MAX_REMEMBERED) all.clear();
        all.put(key, new Kept<>(found, now.plus(keep)));
        return found;
    }
}
