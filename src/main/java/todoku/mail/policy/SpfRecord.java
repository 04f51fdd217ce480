package todoku.mail.policy;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import todoku.mail.policy.SpfResult.Code;

/// One SPF record taken apart (RFC 7208 §4.6.1, §5, §6). The whole of it is read before anything is asked.
///
/// @param redirect where to go on when no mechanism matches; null without
record SpfRecord(List<Mechanism> mechanisms, @Nullable String redirect) {
    private static final String VERSION = "v=spf1";
    private static final Set<String> MECHANISMS = Set.of("all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists");
    private static final Pattern MODIFIER = Pattern.compile("([A-Za-z][A-Za-z0-9._-]*)=(.*)");
    private static final Pattern MECHANISM = Pattern.compile("([-+~?]?)([A-Za-z0-9]+)(?::([^/].*?))?((?:/[0-9]{1,3})?(?://[0-9]{1,3})?)");
    private static final Pattern PREFIXES = Pattern.compile("(?:/([0-9]{1,3}))?(?://([0-9]{1,3}))?");
    private static final Pattern FOUR_NUMBERS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    private static final int BITS_4 = 32;
    private static final int BITS_6 = 128;

    /// @param text      as written
    /// @param result    of the whole check when it matches
    /// @param target    domain-spec with its macros; empty: the domain itself
    /// @param network   of ip4 and ip6
    record Mechanism(String text, Code result, String kind, String target, @Nullable InetAddress network, int bits4, int bits6) {}

    /// Not a record that can be used; the message says what is wrong.
    static final class Broken extends Exception {
        private static final long serialVersionUID = 1;

        Broken(String message) {
            super(message);
        }
    }

    static boolean isSpf(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return lower.equals(VERSION) || lower.startsWith(VERSION + " ");
    }

    static SpfRecord parse(String text) throws Broken {
        List<Mechanism> mechanisms = new ArrayList<>();
        String redirect = null;
        boolean explained = false;
        for (String term : text.substring(VERSION.length()).split(" ", -1)) {
            if (term.isEmpty()) continue;
            Matcher modifier = MODIFIER.matcher(term);
            if (!modifier.matches()) {
                mechanisms.add(mechanism(term));
                continue;
            }
            String value = modifier.group(2);
            switch (modifier.group(1).toLowerCase(Locale.ROOT)) {
                case "redirect" -> {
                    if (redirect != null) throw new Broken("redirect= twice");
                    redirect = spec(term, value);
                }
                case "exp" -> {
                    if (explained) throw new Broken("exp= twice");
                    explained = true;
                    spec(term, value);
                }
                default -> SpfMacros.check(value, true); // unknown ones are ignored when they can be read
            }
        }
        return new SpfRecord(List.copyOf(mechanisms), redirect);
    }

    boolean hasAll() {
        return mechanisms.stream().anyMatch(mechanism -> mechanism.kind().equals("all"));
    }

    private static Mechanism mechanism(String term) throws Broken {
        Matcher parts = MECHANISM.matcher(term);
        if (!parts.matches()) throw new Broken(term);
        Code result = switch (parts.group(1)) {
            case "-" -> Code.FAIL;
            case "~" -> Code.SOFTFAIL;
            case "?" -> Code.NEUTRAL;
            default -> Code.PASS;
        };
        String kind = parts.group(2).toLowerCase(Locale.ROOT);
        if (!MECHANISMS.contains(kind)) throw new Broken(term);
        String value = parts.group(3) == null ? "" : parts.group(3);
        Matcher prefixes = PREFIXES.matcher(parts.group(4));
        if (!prefixes.matches()) throw new Broken(term);
        String first = prefixes.group(1);
        String second = prefixes.group(2);
        boolean valued = !value.isEmpty();
        boolean plain = first == null && second == null;
        return switch (kind) {
            case "all" -> {
                if (valued || !plain) throw new Broken(term);
                yield new Mechanism(term, result, kind, "", null, BITS_4, BITS_6);
            }
            case "ip4" -> {
                if (!FOUR_NUMBERS.matcher(value).matches() || second != null) throw new Broken(term);
                yield new Mechanism(term, result, kind, "", literal4(term, value), bits(term, first, BITS_4), BITS_6);
            }
            case "ip6" -> {
                if (!IPV6.matcher(value).matches() || second != null) throw new Broken(term);
                yield new Mechanism(term, result, kind, "", literal6(term, value), BITS_4, bits(term, first, BITS_6));
            }
            case "a", "mx" -> new Mechanism(
                    term, result, kind, valued ? spec(term, value) : "", null, bits(term, first, BITS_4), bits(term, second, BITS_6));
            case "ptr" -> {
                if (!plain) throw new Broken(term);
                yield new Mechanism(term, result, kind, valued ? spec(term, value) : "", null, BITS_4, BITS_6);
            }
            default -> { // include, exists
                if (!valued || !plain) throw new Broken(term);
                yield new Mechanism(term, result, kind, spec(term, value), null, BITS_4, BITS_6);
            }
        };
    }

    private static int bits(String term, @Nullable String typed, int most) throws Broken {
        if (typed == null) return most;
        int bits = Integer.parseInt(typed);
        if (bits > most || typed.length() > 1 && typed.startsWith("0")) throw new Broken(term);
        return bits;
    }

    private static InetAddress literal4(String term, String value) throws Broken {
        try {
            return Inet4Address.ofLiteral(value);
        } catch (IllegalArgumentException e) {
            throw new Broken(term);
        }
    }

    private static InetAddress literal6(String term, String value) throws Broken {
        try {
            return Inet6Address.ofLiteral(value);
        } catch (IllegalArgumentException e) {
            throw new Broken(term);
        }
    }

    /// A domain-spec ends with a top label or a macro (RFC 7208 §7.1).
    private static String spec(String term, String value) throws Broken {
        SpfMacros.check(value, false);
        String end = value.endsWith(".") ? value.substring(0, value.length() - 1) : value;
        String label = end.substring(end.lastIndexOf('.') + 1);
        boolean topLabel = end.contains(".")
                && label.matches("[A-Za-z0-9-]+")
                && !label.matches("[0-9]+")
                && !label.startsWith("-")
                && !label.endsWith("-");
        if (!topLabel && !value.endsWith("}") && !value.endsWith("%%") && !value.endsWith("%_") && !value.endsWith("%-"))
            throw new Broken(term);
        return value;
    }
}
