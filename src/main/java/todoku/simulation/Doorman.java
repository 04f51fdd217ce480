package todoku.simulation;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Who counts, for one provider, what comes from one network address, and says when it is too much. Time is handed in.
final class Doorman {
    /// How exactly real ones measure nobody knows: so many seconds' worth may come together.
    private static final int TOGETHER_SECONDS = 10;
    /// Fewer recipients say nothing about a list.
    private static final int ENOUGH_RECIPIENTS = 100;

    private SimulatedProvider provider;
    private int open;
    private int strikes;
    private boolean blocked;
    private int recipients;
    private int unknown;
    private @Nullable Instant troubledAt;
    private final Bucket connecting = new Bucket();
    private final Bucket sending = new Bucket();
    private final Window minute = new Window(Duration.ofMinutes(1));
    private final Window hour = new Window(Duration.ofHours(1));

    Doorman(SimulatedProvider provider) {
        this.provider = provider;
    }

    synchronized void follow(SimulatedProvider changed) {
        provider = changed;
    }

    /// A connection. Whatever is answered, it [#leaves] some time.
    synchronized @Nullable Occasion enters(Instant now) {
        open++;
        if (isBlocked(now)) return Occasion.BLOCKED;
        if (exceeds(Limit.CONNECTIONS, open)) return Occasion.CONNECTIONS;
        return connecting.takes(now, provider.limit(Limit.CONNECTIONS_PER_SECOND)) ? null : Occasion.CONNECTION_RATE;
    }

    synchronized void leaves() {
        open--;
    }

    /// A mail begins, the so-manieth on its connection.
    synchronized @Nullable Occasion begins(Instant now, int onThisConnection) {
        if (isBlocked(now)) return Occasion.BLOCKED;
        if (exceeds(Limit.MAILS_PER_CONNECTION, onThisConnection)) return Occasion.CONNECTION_FULL;
        boolean fits = minute.has(now, provider.limit(Limit.MAILS_PER_MINUTE))
                && hour.has(now, provider.limit(Limit.MAILS_PER_HOUR))
                && sending.takes(now, provider.limit(Limit.MAILS_PER_SECOND));
        if (!fits) {
            strike(now);
            return Occasion.RATE;
        }
        minute.add();
        hour.add();
        return null;
    }

    /// A recipient was named.
    synchronized void named(boolean nobody, Instant now) {
        recipients++;
        if (nobody) unknown++;
        int most = provider.limit(Limit.UNKNOWN_PERCENT);
        if (most == 0 || recipients < ENOUGH_RECIPIENTS || unknown * 100 <= most * recipients) return;
        blocked = true;
        troubledAt = now;
    }

    private void strike(Instant now) {
        strikes++;
        troubledAt = now;
        int most = provider.limit(Limit.STRIKES);
        blocked = most > 0 && strikes >= most;
    }

    /// Who comes while it is blocked has not been quiet.
    private boolean isBlocked(Instant now) {
        Instant last = troubledAt;
        if (last == null) return false;
        if (!now.isBefore(last.plus(Duration.ofMinutes(provider.limit(Limit.QUIET_MINUTES))))) forget();
        else if (blocked) troubledAt = now;
        return blocked;
    }

    private void forget() {
        blocked = false;
        strikes = 0;
        recipients = 0;
        unknown = 0;
        troubledAt = null;
        minute.empty();
        hour.empty();
    }

    private boolean exceeds(Limit limit, int number) {
        int most = provider.limit(limit);
        return most > 0 && number > most;
    }

    /// Leaks evenly.
    private static final class Bucket {
        private double filled;
        private @Nullable Instant at;

        boolean takes(Instant now, int perSecond) {
            if (perSecond == 0) return true;
            Instant before = at;
            if (before != null) filled = Math.max(0, filled - perSecond * (Duration.between(before, now).toMillis() / 1000.0));
            at = now;
            if (filled + 1 > (double) perSecond * TOGETHER_SECONDS) return false;
            filled++;
            return true;
        }
    }

    /// Begins with its first mail.
    private static final class Window {
        private final Duration length;
        private @Nullable Instant begun;
        private int mails;

        Window(Duration length) {
            this.length = length;
        }

        boolean has(Instant now, int most) {
            Instant since = begun;
            if (since == null || !now.isBefore(since.plus(length))) {
                begun = now;
                mails = 0;
            }
            return most == 0 || mails < most;
        }

        void add() {
            mails++;
        }

        void empty() {
            begun = null;
            mails = 0;
        }
    }
}
