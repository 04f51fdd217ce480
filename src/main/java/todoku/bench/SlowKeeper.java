package todoku.bench;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Lets everybody in, in its own time, and remembers who came.
final class SlowKeeper implements Gate.Keeper {
    private final Map<String, Integer> taken = new ConcurrentHashMap<>();
    private volatile int restMillis;

    /// @param restMillis for each one
    SlowKeeper(int restMillis) {
        this.restMillis = restMillis;
    }

    /// From now on nobody waits.
    void hurry() {
        restMillis = 0;
    }

    @Override
    public @Nullable String named(String address) {
        try {
            Programs.rest(restMillis);
        } catch (IOException e) {
            return "451 4.3.2 interrupted";
        }
        return null;
    }

    @Override
    public void taken(String address, long at) {
        taken.merge(address, 1, Integer::sum);
    }

    /// How many have come.
    int taken() {
        return taken.size();
    }

    /// How often this one has come.
    int times(String address) {
        return taken.getOrDefault(address.toLowerCase(Locale.ROOT), 0);
    }
}
