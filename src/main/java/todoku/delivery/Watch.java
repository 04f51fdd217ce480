package todoku.delivery;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.transaction.TransactionException;
import todoku.delivery.Standstill.Cause;

/// Knows whether mail may be sent at all: only while the database answers and the journal has room. Whoever asks the
/// database tells how it went; one who only waits for an answer tells nothing, and that counts too.
final class Watch {
    private static final System.Logger LOG = System.getLogger(Watch.class.getName());
    /// The engine asks something ten times a second; a silence of so long is an outage.
    private static final long SILENCE_NANOS = Duration.ofSeconds(10).toNanos();

    private final InstantSource clock;
    private volatile long answeredAt = System.nanoTime();
    private volatile @Nullable Standstill standstill;

    Watch(InstantSource clock) {
        this.clock = clock;
    }

    void databaseAnswered() {
        answeredAt = System.nanoTime();
        ended(Cause.DATABASE_AWAY);
    }

    /// Only a database that is away stops everything; a statement that is wrong is the asker's own trouble.
    void databaseRefused(RuntimeException e) {
        if (isAway(e) || (e.getCause() instanceof RuntimeException cause && isAway(cause))) began(Cause.DATABASE_AWAY, e);
    }

    private static boolean isAway(RuntimeException e) {
        return e instanceof DataAccessResourceFailureException
                || e instanceof RecoverableDataAccessException
                || e instanceof TransactionException;
    }

    void journalFull() {
        began(Cause.JOURNAL_FULL, null);
    }

    void journalHasRoom() {
        ended(Cause.JOURNAL_FULL);
    }

    private synchronized void began(Cause cause, @Nullable RuntimeException why) {
        if (standstill != null) return;
        standstill = new Standstill(cause, clock.instant());
        LOG.log(Level.ERROR, "sending has stopped by itself: " + cause, why);
    }

    private void ended(Cause cause) {
        Standstill stood = standstill;
        if (stood == null || stood.cause() != cause) return;
        synchronized (this) {
            if (standstill != stood) return;
            standstill = null;
        }
        LOG.log(Level.INFO, "sending goes on: {0} is over", cause);
    }

    /// Why nothing is begun now; null when all is well.
    @Nullable Standstill standstill() {
        Standstill stood = standstill;
        if (stood == null && System.nanoTime() - answeredAt > SILENCE_NANOS) began(Cause.DATABASE_AWAY, null);
        return standstill;
    }

    boolean allowsSending() {
        return standstill() == null;
    }
}
