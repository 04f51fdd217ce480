package todoku.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import todoku.mail.smtp.Stage;

/// Reads `simulation/providers.rules`, which begins with its manual page.
final class ProviderFile {
    private static final String SHIPPED = "/simulation/providers.rules";
    private static final Pattern HEAD = Pattern.compile("provider\\s+([a-z-]+)\\s+\"([^\"]+)\"");
    private static final Pattern SAYS =
            Pattern.compile("says\\s+([a-z-]+)\\s+([A-Z]+)\\s+(?:reset|slow\\s+(\\d{1,4})|([245]\\d\\d)\\s+\"([^\"]*)\"(\\s+hang-up)?)");

    private final List<SimulatedProvider> providers = new ArrayList<>();
    private String key = "";
    private String name = "";
    private String host = "";
    private List<String> domains = List.of();
    private final Map<Occasion, Double> shares = new EnumMap<>(Occasion.class);
    private final Map<Limit, Integer> limits = new EnumMap<>(Limit.class);
    private final Map<Occasion, Said> words = new EnumMap<>(Occasion.class);
    private int line;

    private ProviderFile() {}

    static List<SimulatedProvider> shipped() {
        try (InputStream in = Objects.requireNonNull(ProviderFile.class.getResourceAsStream(SHIPPED))) {
            return read(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The first is the default; what another does not say is as there, but for shares.
    static List<SimulatedProvider> read(String content) {
        return new ProviderFile().readAll(content);
    }

    private List<SimulatedProvider> readAll(String content) {
        for (String each : content.split("\r?\n", -1)) {
            line++;
            String text = each.strip();
            if (text.isEmpty() || text.startsWith("#")) continue;
            List<String> all = List.of(text.split("\\s+"));
            switch (all.getFirst()) {
                case "provider" -> begin(text);
                case "host" -> host = all.get(1);
                case "domains" -> domains = all.subList(1, all.size());
                case "shares" -> pairs(all.subList(1, all.size())).forEach(this::share);
                case "says" -> says(text);
                default -> pairs(all).forEach(this::limit);
            }
        }
        end();
        return List.copyOf(providers);
    }

    private void begin(String text) {
        end();
        Matcher head = HEAD.matcher(text);
        if (!head.matches()) throw broken("a provider begins with: provider key \"name\"");
        key = head.group(1);
        name = head.group(2);
        if (providers.isEmpty() != key.equals(SimulatedProvider.DEFAULT)) throw broken("the first provider, and no other, is default");
        if (providers.isEmpty()) return;
        limits.putAll(providers.getFirst().limits());
        words.putAll(providers.getFirst().words());
    }

    private void end() {
        if (key.isEmpty()) return;
        if (providers.isEmpty())
            for (Occasion each : Occasion.values()) if (!words.containsKey(each)) throw broken("default needs words for " + each.word());
        if (host.isEmpty() != key.equals(SimulatedProvider.DEFAULT)) throw broken("every provider but default has one host");
        providers.add(new SimulatedProvider(key, name, host, domains, shares, limits, words));
        host = "";
        domains = List.of();
        shares.clear();
        limits.clear();
        words.clear();
    }

    private Map<String, String> pairs(List<String> all) {
        if (key.isEmpty()) throw broken("no provider begins above");
        if (all.size() % 2 != 0) throw broken("a value is missing");
        Map<String, String> pairs = new HashMap<>();
        for (int i = 0; i < all.size(); i += 2) pairs.put(all.get(i), all.get(i + 1));
        return pairs;
    }

    private void share(String word, String number) {
        Occasion occasion = Occasion.of(word);
        if (occasion == null || !occasion.isPersonal()) throw broken("nothing an address can be: " + word);
        if (!number.matches("0(\\.\\d+)?|1")) throw broken("not a share between 0 and 1: " + number);
        shares.put(occasion, Double.valueOf(number));
    }

    private void limit(String word, String number) {
        Limit limit = Limit.of(word);
        if (limit == null) throw broken("no such limit: " + word);
        if (!number.matches("\\d{1,9}")) throw broken("not a number: " + number);
        limits.put(limit, Integer.valueOf(number));
    }

    private void says(String text) {
        Matcher found = SAYS.matcher(text);
        if (!found.matches()) throw broken("write: says occasion STAGE code \"text\", or reset, or slow seconds");
        Occasion occasion = Occasion.of(found.group(1));
        if (occasion == null) throw broken("no such occasion: " + found.group(1));
        words.put(occasion, said(stage(found.group(2)), found));
    }

    private static Said said(Stage stage, Matcher found) {
        if (found.group(3) != null) return Said.slow(stage, Duration.ofSeconds(Integer.parseInt(found.group(3))));
        if (found.group(4) == null) return Said.reset(stage);
        return new Said(stage, Integer.parseInt(found.group(4)), found.group(5), found.group(6) != null, null);
    }

    private Stage stage(String word) {
        return switch (word) {
            case "GREETING" -> Stage.GREETING;
            case "MAIL" -> Stage.MAIL;
            case "RCPT" -> Stage.RCPT;
            case "DOT" -> Stage.DOT;
            default -> throw broken("they speak at GREETING, MAIL, RCPT or DOT, not at " + word);
        };
    }

    private IllegalArgumentException broken(String why) {
        return new IllegalArgumentException("simulation/providers.rules line " + line + ": " + why);
    }
}
