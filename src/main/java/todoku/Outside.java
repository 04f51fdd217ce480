package todoku;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.SimpleResolver;
import todoku.customer.source.OutsideHosts;
import todoku.delivery.TlsRule;
import todoku.mail.dns.SignedDns;
import todoku.mail.tls.Dane;
import todoku.mail.tls.TlsPolicies;

/// How this machine reaches the outside, as the environment says.
/// @param ipv6 whether mail goes to IPv6 addresses
/// @param relay how safe the way to a host must be that takes everything further
/// @param hosts inside the company whose databases may be read
record Outside(boolean ipv6, Signatures signatures, TlsRule relay, Set<String> hosts) {
    static final String IPV6 = "TODOKU_IPV6";
    static final String DANE = "TODOKU_DANE";
    static final String RELAY_TLS = "TODOKU_RELAY_TLS";
    private static final int UNIQUE_LOCAL = 0xfc;

    /// Who checks the signatures of DNS for DANE.
    enum Signatures {
        OFF,
        /// We do.
        CHECK,
        /// The resolver of this machine does, and says so.
        RESOLVER
    }

    /// @throws IllegalArgumentException naming what cannot be understood
    static Outside of(Map<String, String> environment) {
        return of(environment, Outside::hasGlobalIpv6);
    }

    static Outside of(Map<String, String> environment, BooleanSupplier hasIpv6) {
        boolean ipv6 = switch (one(environment, IPV6, List.of("off", "auto", "on"))) {
            case "on" -> true;
            case "auto" -> hasIpv6.getAsBoolean();
            default -> false;
        };
        Signatures signatures = switch (one(environment, DANE, List.of("off", "check", "resolver"))) {
            case "check" -> Signatures.CHECK;
            case "resolver" -> Signatures.RESOLVER;
            default -> Signatures.OFF;
        };
        TlsRule relay = switch (one(environment, RELAY_TLS, List.of("offered", "required", "verified"))) {
            case "required" -> TlsRule.REQUIRED;
            case "verified" -> TlsRule.VERIFIED;
            default -> TlsRule.WHEN_OFFERED;
        };
        return new Outside(ipv6, signatures, relay, list(environment, OutsideHosts.SETTING));
    }

    private static Set<String> list(Map<String, String> environment, String name) {
        return Arrays.stream(environment.getOrDefault(name, "").split("[,\\s]+")).filter(each -> !each.isEmpty()).collect(Collectors.toSet());
    }

    /// The first one where nothing is said.
    private static String one(Map<String, String> environment, String name, List<String> words) {
        String word = environment.getOrDefault(name, "").strip().toLowerCase(Locale.ROOT);
        if (word.isEmpty()) return words.getFirst();
        if (words.contains(word)) return word;
        throw new IllegalArgumentException(name + ": " + String.join(" / ", words) + " のどれかにしてください（one of these）: " + word);
    }

    /// What DNS announces with signatures comes first.
    TlsPolicies with(TlsPolicies others, InstantSource clock) throws IOException {
        return switch (signatures) {
            case OFF -> others;
            case CHECK -> new Dane(SignedDns.checkedHere(new ExtendedResolver()), others, clock);
            case RESOLVER -> new Dane(SignedDns.checkedBy(systemResolver()), others, clock);
        };
    }

    private static SimpleResolver systemResolver() throws UnknownHostException {
        return new SimpleResolver();
    }

    private static boolean hasGlobalIpv6() {
        try {
            for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces()))
                if (each.isUp() && each.inetAddresses().anyMatch(a -> a instanceof Inet6Address six && isGlobal(six))) return true;
        } catch (SocketException e) {
            return false;
        }
        return false;
    }

    static boolean isGlobal(Inet6Address address) {
        boolean here = address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isAnyLocalAddress()
                || address.isMulticastAddress();
        return !here && (address.getAddress()[0] & 0xfe) != UNIQUE_LOCAL;
    }
}
