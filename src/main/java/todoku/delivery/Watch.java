package todoku.delivery;

import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.transaction.TransactionException;
import todoku.delivery.Standstill.Cause;

/// Knows whether mail may be sent at all: only while the database answers and takes what is written, the journal has
/// room, and our own network reaches anybody. Whoever asks the database tells how it went; one who only waits for an answer tells nothing, and that counts too.
final class Watch {
    private static final System.Logger LOG = System.getLogger(Watch.class.getName());
    /// The engine asks something ten times a second; a silence of so long is an outage.
    private static final long SILENCE_NANOS = Duration.ofSeconds(10).toNanos();

    /// A full database answers questions all the same. Whoever has something to write tries again every second at least:
    /// when nothing was refused for so long, there is room again, or nothing to write.
    private static final long REFUSAL_NANOS = Duration.ofSeconds(5).toNanos();
    /// Insufficient resources, a limit of the program, an error of the system: it was asked, and could not.
    private static final List<String> TAKES_NOTHING = List.of("53", "54", "58");
    private static final String TOO_MANY_CONNECTIONS = "53300";

    private final InstantSource clock;
    private volatile long answeredAt = System.nanoTime();
    private volatile long refusedAt = System.nanoTime() - REFUSAL_NANOS;
    private volatile @Nullable Standstill standstill;
    private volatile boolean trying;

    Watch(InstantSource clock) {
        this.clock = clock;
    }

    void databaseAnswered() {
        answeredAt = System.nanoTime();
        ended(Cause.DATABASE_AWAY);
        if (answeredAt - refusedAt > REFUSAL_NANOS) ended(Cause.DATABASE_FULL);
    }

    /// Verdicts were written: there is room.
    void databaseWrote() {
        answeredAt = System.nanoTime();
        ended(Cause.DATABASE_AWAY);
        ended(Cause.DATABASE_FULL);
    }

    /// Only a database that is away or full stops everything; a statement that is wrong is the asker's own trouble.
    void databaseRefused(RuntimeException e) {
        if (!isAway(e) && !(e.getCause() instanceof RuntimeException cause && isAway(cause))) return;
        if (takesNothing(e)) {
            refusedAt = System.nanoTime();
            began(Cause.DATABASE_FULL, e);
        } else {
            began(Cause.DATABASE_AWAY, e);
        }
    }

    private static boolean isAway(RuntimeException e) {
        return e instanceof DataAccessResourceFailureException
                || e instanceof RecoverableDataAccessException
                || e instanceof TransactionException;
    }

    private static boolean takesNothing(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException refusal && refusal.getSQLState() != null && refusal.getSQLState().length() == 5)
                return TAKES_NOTHING.contains(refusal.getSQLState().substring(0, 2)) && !refusal.getSQLState().equals(TOO_MANY_CONNECTIONS);
        }
        return false;
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
        Standstill stood = standstill();
        return stood == null || stood.cause() == Cause.NETWORK_AWAY && trying;
    }

    /// Whoever is on a line already has a network.
    boolean allowsDot() {
        Standstill stood = standstill();
        return stood == null || stood.cause() == Cause.NETWORK_AWAY;
    }

    /// @return whether it is away from now on
    boolean networkAway() {
        trying = false;
        boolean begins = standstill == null;
        began(Cause.NETWORK_AWAY, null);
        return begins;
    }

    boolean isNetworkAway() {
        Standstill stood = standstill;
        return stood != null && stood.cause() == Cause.NETWORK_AWAY;
    }

    /// The lanes may find out for themselves whether it is back.
    void networkTried() {
        trying = true;
    }

    void networkBack() {
        ended(Cause.NETWORK_AWAY);
    }
}
