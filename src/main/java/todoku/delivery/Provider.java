package todoku.delivery;

import java.util.List;
import java.util.Locale;

/// One who runs mail servers, and how we treat them.
/// @param domains recipients' domains: whoever is served by the same hosts belongs here too
/// @param hosts ends of mail host names
public record Provider(String key, String japanese, String english, List<String> domains, List<String> hosts, Rule rule) {
    /// Whoever is nobody's.
    public static final String DEFAULT = "default";

    public Provider {
        domains = List.copyOf(domains);
        hosts = List.copyOf(hosts);
    }

    public String name(Locale locale) {
        return locale.getLanguage().equals("ja") ? japanese : english;
    }

    public boolean isDefault() {
        return key.equals(DEFAULT);
    }

    /// How many characters of this host name an end of ours covers; 0 when none fits.
    int fits(String host) {
        int longest = 0;
        for (String end : hosts) if (end.length() > longest && isEndOf(host, end)) longest = end.length();
        return longest;
    }

    boolean lists(String domain) {
        return domains.stream().anyMatch(each -> isEndOf(domain, each));
    }

    /// A whole name, or its end after a dot.
    private static boolean isEndOf(String name, String end) {
        return name.endsWith(end)
                && (name.length() == end.length() || name.charAt(name.length() - end.length() - 1) == '.');
    }
}
