package todoku.mail.policy;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A DMARC policy record (RFC 9989 §4.7); tags of the older standard (RFC 7489) are still read.
///
/// @param policy    for the domain itself
/// @param below     for names below it that exist
/// @param missing   for names below it that do not exist
/// @param testing   `t=y`: receivers act one step milder
/// @param percent   of the older standard; null when it is not there, as it should be
/// @param reports   where reports go, as written; empty: nowhere
/// @param broken    the tag that is no policy, so that all of it counts as `p=none` (RFC 9989 §4.10.1); empty: none
/// @param psd       `y`: a public suffix, `n`: an organization's domain, `u`: the tree decides
public record DmarcRecord(
        Policy policy,
        Policy below,
        Policy missing,
        boolean strictDkim,
        boolean strictSpf,
        boolean testing,
        @Nullable Integer percent,
        String reports,
        String broken,
        char psd) {
    static final String VERSION = "DMARC1";
    private static final List<String> POLICIES = List.of("none", "quarantine", "reject");
    private static final int ALL = 100;

    /// What receivers shall do with mail that fails.
    public enum Policy {
        NONE,
        QUARANTINE,
        REJECT
    }

    /// Whether everything that fails is really kept from the reader: what brand logos ask for.
    public boolean enforced() {
        return policy != Policy.NONE && below != Policy.NONE && !testing && (percent == null || percent == ALL);
    }

    /// Nothing when it is not DMARC, or has neither valid policies nor an address for reports.
    static Optional<DmarcRecord> parse(String text) {
        return VersionedTags.parse(text, VERSION).flatMap(DmarcRecord::of);
    }

    static Optional<DmarcRecord> of(VersionedTags tags) {
        String reports = tags.get("rua", "");
        String broken = broken(tags);
        if (!broken.isEmpty() && !reports.startsWith("mailto:")) return Optional.empty();
        String policy = broken.isEmpty() ? tags.oneOf("p", "none", POLICIES) : "none";
        String below = broken.isEmpty() ? tags.oneOf("sp", policy, POLICIES) : "none";
        return Optional.of(new DmarcRecord(
                policy(policy),
                policy(below),
                policy(broken.isEmpty() ? tags.oneOf("np", below, POLICIES) : "none"),
                tags.get("adkim", "r").equalsIgnoreCase("s"),
                tags.get("aspf", "r").equalsIgnoreCase("s"),
                tags.get("t", "n").equalsIgnoreCase("y"),
                percent(tags.get("pct", "")),
                reports,
                broken,
                tags.oneOf("psd", "u", List.of("y", "n", "u")).charAt(0)));
    }

    private static String broken(VersionedTags tags) {
        if (tags.oneOf("p", "", POLICIES).isEmpty()) return "p";
        for (String tag : List.of("sp", "np"))
            if (tags.tags().containsKey(tag) && tags.oneOf(tag, "", POLICIES).isEmpty()) return tag;
        return "";
    }

    private static Policy policy(String text) {
        return Policy.values()[POLICIES.indexOf(text)];
    }

    private static @Nullable Integer percent(String text) {
        if (!text.matches("[0-9]{1,3}")) return null;
        return Math.min(ALL, Integer.parseInt(text));
    }
}
