package todoku.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import todoku.delivery.SendingIp.Cause;
import todoku.mail.smtp.Reply;

/// Who has refused which of our addresses lately. One refusal rests at one provider; a blocklist, or several providers
/// within an hour, are about the address itself. Safe for many threads.
final class Blocks {
    private static final int PROVIDERS = 3;
    private static final Duration LATELY = Duration.ofHours(1);
    /// Public lists by name, and the words receivers use for one. Their own lists ("our block list") are not meant.
    private static final Pattern BLOCKLIST = Pattern.compile("spamhaus|spamcop|dnsbl|\\brbl\\b|barracudacentral|sorbs|uceprotect|abuseix");
    /// Lists of domains: another address does not help, and this one is not to blame.
    private static final Pattern OF_DOMAINS = Pattern.compile("\\bdbl\\b|surbl|uribl|dbl\\.spamhaus");

    /// By address, then by provider.
    private final Map<Long, Map<String, Instant>> refused = new HashMap<>();

    /// @return why the address must not be used any more; null when it may
    synchronized @Nullable Cause add(long ip, String provider, Reply reply, Instant now) {
        String text = reply.text().toLowerCase(Locale.ROOT);
        if (OF_DOMAINS.matcher(text).find()) return null;
        Map<String, Instant> providers = refused.computeIfAbsent(ip, _ -> new HashMap<>());
        providers.values().removeIf(at -> at.isBefore(now.minus(LATELY)));
        providers.put(provider, now);
        if (BLOCKLIST.matcher(text).find()) return forget(ip, Cause.BLOCKLIST);
        return providers.size() >= PROVIDERS ? forget(ip, Cause.PROVIDERS) : null;
    }

    /// It counts anew when it is put back.
    private Cause forget(long ip, Cause cause) {
        refused.remove(ip);
        return cause;
    }
}
