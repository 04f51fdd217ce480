package todoku.simulation;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// When a simulated provider says something of its own. The word stands in `simulation/providers.rules`.
enum Occasion {
    CONNECTIONS,
    CONNECTION_RATE,
    CONNECTION_FULL,
    RATE,
    BLOCKED,
    UNKNOWN,
    FULL,
    GREY,
    FILTERED,
    SUSPENDED;

    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// About the recipient, not about us.
    boolean isPersonal() {
        return compareTo(UNKNOWN) >= 0;
    }

    /// Whether the address itself says so: `full-hanako@…`.
    boolean isNameOf(String address) {
        return isPersonal() && address.startsWith(word() + "-");
    }

    static @Nullable Occasion of(String word) {
        for (Occasion occasion : values()) if (occasion.word().equals(word)) return occasion;
        return null;
    }
}
