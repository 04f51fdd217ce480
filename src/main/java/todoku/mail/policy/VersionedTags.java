package todoku.mail.policy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import todoku.mail.dns.DnsAnswer;

/// A record such as `v=DMARC1; p=none`: the version first, then tags. What cannot be read is passed over, the first
/// of equal tags counts.
record VersionedTags(Map<String, String> tags) {
    static Optional<VersionedTags> parse(String text, String version) {
        String[] parts = text.split(";", -1);
        String[] first = parts[0].split("=", 2);
        if (first.length < 2 || !first[0].strip().equals("v") || !first[1].strip().equals(version)) return Optional.empty();
        Map<String, String> tags = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            if (equals > 0) tags.putIfAbsent(parts[i].substring(0, equals).strip(), parts[i].substring(equals + 1).strip());
        }
        return Optional.of(new VersionedTags(tags));
    }

    /// Those of a name's texts that are of this version.
    static List<VersionedTags> all(DnsAnswer<String> texts, String version) {
        return texts.records().stream().flatMap(text -> parse(text, version).stream()).toList();
    }

    String get(String name, String otherwise) {
        return tags.getOrDefault(name, otherwise);
    }

    /// A value no letter case tells apart, when it is one of those; otherwise as if the tag were missing.
    String oneOf(String name, String otherwise, List<String> allowed) {
        String value = get(name, otherwise).toLowerCase(Locale.ROOT);
        return allowed.contains(value) ? value : otherwise;
    }
}
