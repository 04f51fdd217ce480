package todoku.mail.dkim;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A tag list `a=1; b=2` (RFC 6376 §3.2). Names are case-sensitive; a name twice makes the list invalid.
final class Tags {
    private final Map<String, String> values;

    private Tags(Map<String, String> values) {
        this.values = values;
    }

    /// Nothing when the text is no tag list.
    static @Nullable Tags of(String text) {
        var values = new HashMap<String, String>();
        for (String tag : text.split(";", -1)) {
            if (tag.isBlank()) continue;
            int equals = tag.indexOf('=');
            if (equals < 0) return null;
            if (values.put(
                            tag.substring(0, equals).strip(),
                            tag.substring(equals + 1).strip())
                    != null) return null;
        }
        return new Tags(values);
    }

    String get(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    /// The name of a domain or an algorithm, which no letter case tells apart.
    String lower(String name, String otherwise) {
        return get(name, otherwise).toLowerCase(Locale.ROOT);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    static String withoutSpace(String text) {
        var dense = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) if (text.charAt(i) > ' ') dense.append(text.charAt(i));
        return dense.toString();
    }
}
