package todoku.mail.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import todoku.mail.dns.Dns;
import todoku.mail.dns.DnsAnswer;

/// Finds policies and organizations by walking up the tree of DNS names instead of a list of public suffixes (RFC 9989 §4.10).
public final class Dmarc {
    /// Longer names are cut to this many labels after the first question, so that nobody asks more than eight.
    private static final int MOST_LABELS = 7;

    private final Dns dns;

    public Dmarc(Dns dns) {
        this.dns = dns;
    }

    /// What applies to mail whose From has this domain.
    ///
    /// @param record       the policy; null without one
    /// @param foundAt      the domain whose record it is; empty without one
    /// @param organization the organizational domain
    /// @param duplicates   how many records stand at the domain itself when there is more than one, which voids them all
    /// @param unusable     whether the record at the domain itself is none, because a policy of it is not valid and nobody gets reports
    /// @param trouble      what DNS did not answer; null when everything is known
    public record Finding(
            @Nullable DmarcRecord record,
            String foundAt,
            String organization,
            int duplicates,
            boolean unusable,
            @Nullable String trouble) {
        /// What the record asks for a mail from this domain.
        public DmarcRecord.@Nullable Policy policyFor(String domain) {
            if (record == null) return null;
            return foundAt.equals(domain.toLowerCase(Locale.ROOT)) ? record.policy() : record.below();
        }
    }

    private record Step(String domain, DmarcRecord record) {}

    private record Walk(List<Step> steps, int duplicates, boolean unusable, @Nullable String trouble) {}

    public Finding find(String from) {
        String domain = from.toLowerCase(Locale.ROOT);
        Walk walk = walk(domain);
        String organization = organization(domain, walk.steps());
        Step own = at(domain, walk.steps());
        Step used = own != null ? own : at(organization, walk.steps());
        if (used == null)
            used = walk.steps().stream().filter(step -> step.record().psd() == 'y').findFirst().orElse(null);
        return used == null || walk.unusable()
                ? new Finding(null, "", organization, walk.duplicates(), walk.unusable(), walk.trouble())
                : new Finding(used.record(), used.domain(), organization, walk.duplicates(), false, walk.trouble());
    }

    /// The organizational domain: two names with the same one belong together under relaxed alignment.
    public String organization(String name) {
        String domain = name.toLowerCase(Locale.ROOT);
        return organization(domain, walk(domain).steps());
    }

    /// Whether one domain speaks for another.
    public enum Alignment {
        YES,
        NO,
        /// DNS did not answer where an organization begins.
        UNKNOWN
    }

    /// Whether an authenticated domain speaks for the domain of From.
    public Alignment aligned(boolean strict, String authenticated, String from) {
        if (authenticated.equalsIgnoreCase(from)) return Alignment.YES;
        if (strict) return Alignment.NO;
        String one = authenticated.toLowerCase(Locale.ROOT);
        String other = from.toLowerCase(Locale.ROOT);
        Walk first = walk(one);
        Walk second = walk(other);
        if (organization(one, first.steps()).equals(organization(other, second.steps()))) return Alignment.YES;
        return first.trouble() == null && second.trouble() == null ? Alignment.NO : Alignment.UNKNOWN;
    }

    /// From the longest name to the shortest (RFC 9989 §4.10.2).
    private static String organization(String domain, List<Step> steps) {
        for (Step step : steps) {
            if (step.record().psd() == 'n') return step.domain();
            if (step.record().psd() == 'y' && !step.domain().equals(domain)) return oneBelow(domain, step.domain());
        }
        return steps.isEmpty() ? domain : steps.getLast().domain();
    }

    private static String oneBelow(String domain, String suffix) {
        String rest = domain.substring(0, domain.length() - suffix.length() - 1);
        return rest.substring(rest.lastIndexOf('.') + 1) + "." + suffix;
    }

    private static @Nullable Step at(String domain, List<Step> steps) {
        for (Step step : steps) if (step.domain().equals(domain)) return step;
        return null;
    }

    private Walk walk(String domain) {
        List<Step> steps = new ArrayList<>();
        int duplicates = 0;
        boolean unusable = false;
        String trouble = null;
        String at = domain;
        while (!at.isEmpty()) {
            DnsAnswer<String> texts = dns.texts("_dmarc." + at);
            if (!texts.known()) trouble = texts.trouble();
            List<VersionedTags> records = VersionedTags.all(texts, DmarcRecord.VERSION);
            if (at.equals(domain) && records.size() > 1) duplicates = records.size();
            Optional<DmarcRecord> record = records.size() == 1 ? DmarcRecord.of(records.getFirst()) : Optional.empty();
            if (at.equals(domain) && records.size() == 1 && record.isEmpty()) unusable = true;
            if (record.isPresent()) {
                steps.add(new Step(at, record.get()));
                if (record.get().psd() != 'u') break;
            }
            at = parent(at);
        }
        return new Walk(steps, duplicates, unusable, trouble);
    }

    private static String parent(String domain) {
        String[] labels = domain.split("\\.", -1);
        int keep = labels.length > MOST_LABELS ? MOST_LABELS : labels.length - 1;
        return String.join(".", List.of(labels).subList(labels.length - keep, labels.length));
    }
}
