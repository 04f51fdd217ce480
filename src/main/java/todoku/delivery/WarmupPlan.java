package todoku.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// IPウォームアップ: how many mails an address that nobody knows may send to a provider, day after day.
final class WarmupPlan {
    private static final String FILE = "/delivery/warmup.plan";

    private final Map<String, List<Integer>> days;

    private WarmupPlan(Map<String, List<Integer>> days) {
        this.days = days;
        if (!days.containsKey(Provider.DEFAULT)) throw new IllegalArgumentException(FILE + " says nothing about everybody else");
    }

    static WarmupPlan shipped() {
        Map<String, List<Integer>> days = new HashMap<>();
        try (var in = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(WarmupPlan.class.getResourceAsStream(FILE)), UTF_8))) {
            in.lines().map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("#")).forEach(line -> {
                String[] words = line.split("\\s+");
                days.put(words[0], Arrays.stream(words).skip(1).map(Integer::valueOf).toList());
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new WarmupPlan(days);
    }

    /// A plan of the same days for everybody.
    static WarmupPlan of(Integer... mails) {
        return new WarmupPlan(Map.of(Provider.DEFAULT, List.of(mails)));
    }

    /// How many days it has for this provider.
    int days(String provider) {
        return of(provider).size();
    }

    /// @param step 0 on the first day
    /// @return 0 = no limit any more
    int mails(String provider, int step) {
        List<Integer> plan = of(provider);
        return step < plan.size() ? plan.get(step) : 0;
    }

    private List<Integer> of(String provider) {
        return Objects.requireNonNull(days.getOrDefault(provider, days.get(Provider.DEFAULT)));
    }
}
