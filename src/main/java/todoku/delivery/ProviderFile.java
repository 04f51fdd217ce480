package todoku.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the shipped list of providers, `delivery/providers.rules`, which begins with its manual page.
final class ProviderFile {
    private static final String SHIPPED = "/delivery/providers.rules";
    static final Pattern KEY = Pattern.compile("[a-z][a-z0-9-]{0,39}");
    static final Pattern NAME = Pattern.compile("[a-z0-9-]+(\\.[a-z0-9-]+)+");
    private static final Pattern HEAD = Pattern.compile("provider\\s+(\\S+)\\s+\"([^\"]+)\"\\s+\"([^\"]+)\"");

    private final List<Provider> providers = new ArrayList<>();
    private @Nullable Matcher head;
    private List<String> domains = List.of();
    private List<String> hosts = List.of();
    private final Map<RuleField, Integer> values = new EnumMap<>(RuleField.class);
    private int line;

    private ProviderFile() {}

    static List<Provider> shipped() {
        try (InputStream in = Objects.requireNonNull(ProviderFile.class.getResourceAsStream(SHIPPED))) {
            return read(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Provider> read(String content) {
        return new ProviderFile().readAll(content);
    }

    private List<Provider> readAll(String content) {
        for (String each : content.split("\r?\n", -1)) {
            line++;
            String words = each.strip();
            if (words.isEmpty() || words.startsWith("#")) continue;
            List<String> all = List.of(words.split("\\s+"));
            switch (all.getFirst()) {
                case "provider" -> begin(words);
                case "domains" -> domains = names(all.subList(1, all.size()));
                case "hosts" -> hosts = names(all.subList(1, all.size()));
                default -> pairs(all);
            }
        }
        end();
        return List.copyOf(providers);
    }

    private void begin(String words) {
        end();
        Matcher found = HEAD.matcher(words);
        if (!found.matches() || !KEY.matcher(found.group(1)).matches())
            throw broken("a provider begins with: provider key \"名前\" \"name\"");
        String key = found.group(1);
        if (providers.isEmpty() != key.equals(Provider.DEFAULT)) throw broken("the first provider, and no other, is default");
        if (providers.stream().anyMatch(p -> p.key().equals(key))) throw broken(key + " stands here twice");
        head = found;
    }

    private void end() {
        Matcher begun = head;
        if (begun == null) return;
        Rule rule;
        try {
            rule = providers.isEmpty() ? new Rule(values) : providers.getFirst().rule().with(values);
        } catch (IllegalArgumentException e) {
            throw broken("default needs every value: " + e.getMessage());
        }
        providers.add(new Provider(begun.group(1), begun.group(2), begun.group(3), domains, hosts, rule));
        domains = List.of();
        hosts = List.of();
        values.clear();
        head = null;
    }

    private List<String> names(List<String> words) {
        for (String word : words) if (!NAME.matcher(word).matches()) throw broken("not a name in lower case: " + word);
        return words;
    }

    private void pairs(List<String> words) {
        if (head == null) throw broken("no provider begins above");
        if (words.size() % 2 != 0) throw broken("a value is missing");
        for (int i = 0; i < words.size(); i += 2) {
            RuleField field = RuleField.of(words.get(i));
            if (field == null) throw broken("no such field: " + words.get(i));
            Integer value = field.parse(words.get(i + 1));
            if (value == null)
                throw broken(field.word() + " is " + (field.isClock() ? "a time like 21:30" : "a number from " + field.least() + " to " + field.most())
                        + ", not " + words.get(i + 1));
            if (values.put(field, value) != null) throw broken(field.word() + " stands here twice");
        }
    }

    private ReplyRuleFile.Broken broken(String why) {
        return new ReplyRuleFile.Broken("delivery/providers.rules", line, why);
    }
}
