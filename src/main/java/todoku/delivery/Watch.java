package todoku.delivery;

import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.transaction.TransactionException;
import todoku.delivery.Standstill.Cause;

/// Knows whether mail may be sent at all, and each cause why not: only while the database answers and takes what is
/// written, the journal has room, and our own network reaches anybody. Whoever asks the database tells how it went; one
/// who only waits for an answer tells nothing, and that counts too.
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
    /// Each that stands now, the worst first; replaced as a whole.
    private volatile Map<Cause, Standstill> standing = Map.of();
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

    /// @return whether it did not stand before
    private synchronized boolean began(Cause cause, @Nullable RuntimeException why) {
        if (standing.containsKey(cause)) return false;
        Map<Cause, Standstill> now = new EnumMap<>(Cause.class);
        now.putAll(standing);
        now.put(cause, new Standstill(cause, clock.instant()));
        standing = Collections.unmodifiableMap(now);
        LOG.log(Level.ERROR, "sending has stopped by itself: " + cause, why);
        return true;
    }

    private void ended(Cause cause) {
        if (!standing.containsKey(cause)) return;
        synchronized (this) {
            if (!standing.containsKey(cause)) return;
            Map<Cause, Standstill> now = new EnumMap<>(Cause.class);
            now.putAll(standing);
            now.remove(cause);
            standing = Collections.unmodifiableMap(now);
        }
        LOG.log(Level.INFO, "sending goes on: {0} is over", cause);
    }

    /// Why nothing is begun now, the database before anything else; null when all is well.
    @Nullable Standstill standstill() {
        Iterator<Standstill> first = all().values().iterator();
        return first.hasNext() ? first.next() : null;
    }

    private Map<Cause, Standstill> all() {
        if (System.nanoTime() - answeredAt > SILENCE_NANOS) began(Cause.DATABASE_AWAY, null);
        return standing;
    }

    boolean allowsSending() {
        Map<Cause, Standstill> now = all();
        return now.isEmpty() || trying && isNetworkAlone(now);
    }

    /// Whoever is on a line already has a network.
    boolean allowsDot() {
        Map<Cause, Standstill> now = all();
        return now.isEmpty() || isNetworkAlone(now);
    }

    private static boolean isNetworkAlone(Map<Cause, Standstill> now) {
        return now.size() == 1 && now.containsKey(Cause.NETWORK_AWAY);
    }

    /// @return whether it is away from now on
    boolean networkAway() {
        trying = false;
        return began(Cause.NETWORK_AWAY, null);
    }

    boolean isNetworkAway() {
        return standing.containsKey(Cause.NETWORK_AWAY);
    }

    /// The lanes may find out for themselves whether it is back.
    void networkTried() {
        trying = true;
    }

    void networkBack() {
        ended(Cause.NETWORK_AWAY);
    }
}
