package todoku.delivery;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads what somebody typed about a provider: what differs from the shipped rule, and what is wrong.
/// @param changed what is to be stored, by the word of the field
/// @param problems by the word of the field
record ProviderEdit(Map<String, String> changed, Map<String, Problem> problems) {
    private static final int LONGEST_NAME = 60;
    private static final int MOST_NAMES = 200;

    /// What is wrong, as a text key with what belongs into it.
    record Problem(String text, List<Object> arguments) {
        Problem(String text, Object... arguments) {
            this(text, List.of(arguments));
        }
    }

    /// @param key of the provider
    /// @param shipped how it comes; null for one of our own
    static ProviderEdit of(String key, @Nullable Provider shipped, Map<String, String> typed, Providers all) {
        var edit = new ProviderEdit(new LinkedHashMap<>(), new LinkedHashMap<>());
        if (shipped == null) edit.name(typed.getOrDefault(ProviderChanges.NAME, "").strip());
        if (shipped == null || !shipped.isDefault()) {
            edit.names(ProviderChanges.DOMAINS, shipped == null ? List.of() : shipped.domains(), key, typed, all);
            edit.names(ProviderChanges.HOSTS, shipped == null ? List.of() : shipped.hosts(), key, typed, all);
            if (shipped == null && !edit.changed.containsKey(ProviderChanges.DOMAINS)
                    && !edit.changed.containsKey(ProviderChanges.HOSTS) && edit.problems.isEmpty())
                edit.problems.put(ProviderChanges.DOMAINS, new Problem("delivery.provider.needs-names"));
        }
        Rule standard = shipped == null ? all.standard().rule() : shipped.rule();
        for (RuleField field : RuleField.values()) edit.number(field, standard.get(field), typed.get(field.word()));
        return edit;
    }

    private void name(String name) {
        if (name.isEmpty() || name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl))
            problems.put(ProviderChanges.NAME, new Problem("delivery.provider.bad-name", LONGEST_NAME));
        else changed.put(ProviderChanges.NAME, name);
    }

    private void names(String word, List<String> standard, String key, Map<String, String> typed, Providers all) {
        List<String> names = ProviderChanges.words(typed.getOrDefault(word, String.join(" ", standard))).stream().distinct().toList();
        for (String name : names) {
            if (!ProviderFile.NAME.matcher(name).matches()) problems.put(word, new Problem("delivery.provider.bad-domain", name));
            for (Provider other : all.all())
                if (!other.key().equals(key) && (word.equals(ProviderChanges.DOMAINS) ? other.domains() : other.hosts()).contains(name))
                    problems.put(word, new Problem("delivery.provider.taken", name, other.japanese()));
        }
        if (names.size() > MOST_NAMES) problems.put(word, new Problem("delivery.provider.too-many", MOST_NAMES));
        if (!names.equals(standard)) changed.put(word, String.join(" ", names));
    }

    private void number(RuleField field, int standard, @Nullable String typed) {
        if (typed == null) return;
        Integer value = field.parse(typed.strip());
        if (value == null) problems.put(field.word(), field.isClock()
                ? new Problem("delivery.provider.bad-clock")
                : new Problem("delivery.provider.bad-number", field.least(), field.most()));
        else if (value != standard) changed.put(field.word(), field.written(value));
    }
}
