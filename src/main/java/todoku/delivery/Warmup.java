package todoku.delivery;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// IPウォームアップ: how far one address has come at one provider.
/// @param provider null for a destination that is nobody's
/// @param destination its name then
/// @param day 1 on the first; more than `days` when it is done
/// @param limit of today; 0 when it is done
/// @param tomorrow the limit of tomorrow if today goes on as it does; 0 = none
/// @param held whether today is no larger than the last day because they complained
/// @param complained whether they have complained today
/// @param next when the next day begins
public record Warmup(
        long ip, @Nullable Provider provider, @Nullable String destination, int day, int days, int mails, int limit, int tomorrow,
        boolean held, boolean complained, Instant next) {
    public boolean isDone() {
        return limit == 0;
    }

    /// As many as today allows have been sent.
    public boolean isFull() {
        return limit > 0 && mails >= limit;
    }

    public int percent() {
        return limit == 0 ? PERCENT : (int) Math.min(PERCENT, (long) mails * PERCENT / limit);
    }

    public String name(Locale locale) {
        if (provider != null) return provider.name(locale);
        return destination == null ? "" : destination;
    }

    private static final int PERCENT = 100;
}
