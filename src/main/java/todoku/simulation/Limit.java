package todoku.simulation;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a simulated provider bears from one network address. Its word stands in `simulation/providers.rules`.
public enum Limit {
    CONNECTIONS,
    CONNECTIONS_PER_SECOND,
    MAILS_PER_CONNECTION,
    MAILS_PER_SECOND,
    MAILS_PER_MINUTE,
    MAILS_PER_HOUR,
    STRIKES,
    UNKNOWN_PERCENT,
    QUIET_MINUTES;

    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static @Nullable Limit of(String word) {
        for (Limit limit : values()) if (limit.word().equals(word)) return limit;
        return null;
    }
}
