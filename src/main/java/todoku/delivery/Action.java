package todoku.delivery;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What follows from a refusal. Only the first two end a recipient.
public enum Action {
    /// Final, and the address is dead: suppression counts it.
    CLEAN,
    /// Final for this mail; the address stays.
    REFUSE,
    /// This recipient again later; an attempt is counted.
    RETRY,
    /// About us: less of it. The lane rests, no attempt is counted.
    SLOW_DOWN,
    /// About us: the lane rests, no attempt is counted.
    STOP_LANE,
    /// About our network address. Without a second address the lane rests.
    SWITCH_ADDRESS,
    /// About our settings: the lane rests, and somebody has to mend them.
    ALARM;

    boolean isFinal() {
        return this == CLEAN || this == REFUSE;
    }

    boolean isAboutUs() {
        return !isFinal() && this != RETRY;
    }

    /// As it stands in a rule file, such as `slow-down`.
    static @Nullable Action of(String word) {
        for (Action action : values()) if (action.word().equals(word)) return action;
        return null;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
