package todoku.database;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;

/// The time of day as the database has it: all nodes agree, and a clock that somebody sets on one of them starts and expires
/// nothing. From one [#look] to the next it goes on by the monotonic time of this machine, also while the database is away.
/// A database whose own clock leaps is not followed before the leap has stood for a while. Safe for many threads.
public final class DatabaseClock implements InstantSource {
    /// No clocks that are kept in step differ by more; up to here the database is followed at once.
    private static final Duration IN_STEP = Duration.ofSeconds(10);
    /// A clock set wrong by mistake is set right again by then; a machine that was asleep stays ahead.
    private static final Duration LEAP_STANDS = Duration.ofMinutes(5);
    /// Nobody knows when within a longer question the database looked at its clock.
    private static final Duration LONGEST_QUESTION = Duration.ofSeconds(1);

    private static final System.Logger LOG = System.getLogger(DatabaseClock.class.getName());

    private final Supplier<Instant> theirs;
    private final LongSupplier nanos;
    private volatile Anchor anchor;
    /// The first look that found a leap; null while clocks are in step.
    private @Nullable Anchor leap;

    /// An instant, and the monotonic time when it was.
    private record Anchor(Instant at, long nanos) {
        Instant after(long now) {
            return at.plusNanos(now - nanos);
        }
    }

    private record Answer(Anchor anchor, Duration took) {}

    public DatabaseClock(Database database) {
        this(
                () -> database.client().sql("SELECT clock_timestamp()").query(OffsetDateTime.class).single().toInstant(),
                System::nanoTime);
    }

    DatabaseClock(Supplier<Instant> theirs, LongSupplier nanos) {
        this.theirs = theirs;
        this.nanos = nanos;
        this.anchor = ask().anchor();
    }

    @Override
    public Instant instant() {
        return anchor.after(nanos.getAsLong());
    }

    /// Asks the database; every ten seconds or so. When it does not answer, nothing changes.
    public synchronized void look() {
        Answer answer;
        try {
            answer = ask();
        } catch (DataAccessException away) {
            return;
        }
        if (answer.took().compareTo(LONGEST_QUESTION) > 0) return;
        Anchor found = answer.anchor();
        Duration ahead = Duration.between(anchor.after(found.nanos()), found.at());
        if (ahead.abs().compareTo(IN_STEP) > 0 && !hasStood(found, ahead)) return;
        leap = null;
        anchor = found;
    }

    private boolean hasStood(Anchor found, Duration ahead) {
        Anchor first = leap;
        if (first == null) {
            leap = found;
            LOG.log(Level.WARNING, "the clock of the database has leapt by {0}; it is followed when that stands for {1}", ahead, LEAP_STANDS);
            return false;
        }
        if (found.nanos() - first.nanos() < LEAP_STANDS.toNanos()) return false;
        LOG.log(Level.WARNING, "the clock of the database still differs by {0} and is followed now", ahead);
        return true;
    }

    /// The database looked at its clock in the middle of the question, as far as anybody can tell.
    private Answer ask() {
        long asked = nanos.getAsLong();
        Instant said = theirs.get();
        long took = nanos.getAsLong() - asked;
        return new Answer(new Anchor(said, asked + took / 2), Duration.ofNanos(took));
    }
}
