package todoku.metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.delivery.QueueAges;
import todoku.event.Followers;

/// What the database is asked for metrics: kept for a while, so that scraping costs little however often it is done. While
/// the database does not answer, the last answer stays, and `isUp` says so.
final class Stored {
    private static final long KEPT_NANOS = Duration.ofSeconds(15).toNanos();
    /// The next question waits so many times as long as the last answer took.
    private static final int ANSWERS_BETWEEN_QUESTIONS = 20;

    private final JdbcClient db;
    private final QueueAges queue;
    private final Followers followers;
    private Answer last = Answer.NONE;
    private long askAgainAt = System.nanoTime();

    Stored(JdbcClient db, QueueAges queue, Followers followers) {
        this.db = db;
        this.queue = queue;
        this.followers = followers;
    }

    /// @param importLines read so far, by class of their result
    /// @param mailings that have not ended, by state
    /// @param replicas seconds a replica of PostgreSQL is behind, by name
    record Answer(
            boolean isUp, QueueAges.Ages ages, List<Followers.Lag> followers, Map<String, Long> importLines, Map<String, Long> mailings,
            Map<String, Double> replicas) {
        static final Answer NONE = new Answer(
                false, new QueueAges.Ages(new long[QueueAges.SECONDS.length + 1], new long[QueueAges.SECONDS.length + 1]), List.of(), Map.of(),
                Map.of(), Map.of());

        Answer away() {
            return new Answer(false, ages, followers, importLines, mailings, replicas);
        }
    }

    synchronized Answer answer() {
        long now = System.nanoTime();
        if (now - askAgainAt < 0) return last;
        try {
            last = ask();
        } catch (RuntimeException e) {
            last = last.away();
        }
        long answered = System.nanoTime();
        askAgainAt = answered + (last.isUp() ? Math.max(KEPT_NANOS, (answered - now) * ANSWERS_BETWEEN_QUESTIONS) : 0);
        return last;
    }

    private Answer ask() {
        return new Answer(true, queue.ages(), new ArrayList<>(followers.lags()), importLines(), mailings(), replicas());
    }

    private Map<String, Long> importLines() {
        Map<String, Long> lines = new TreeMap<>();
        db.sql("""
                SELECT coalesce(sum(success), 0) AS success, coalesce(sum(unsubscribed), 0) AS unsubscribed,
                       coalesce(sum(failure), 0) AS failure, coalesce(sum(other), 0) AS other FROM customer_import
                """).query(row -> {
            for (String kind : List.of("success", "unsubscribed", "failure", "other")) lines.put(kind, row.getLong(kind));
        });
        return lines;
    }

    private Map<String, Long> mailings() {
        Map<String, Long> states = new TreeMap<>(Map.of("preparing", 0L, "sending", 0L, "paused", 0L, "held", 0L));
        db.sql("""
                SELECT CASE WHEN held THEN 'held' ELSE lower(state) END AS state, count(*) AS n FROM mailing
                 WHERE state IN ('PREPARING', 'SENDING', 'PAUSED') GROUP BY 1
                """).query(row -> {
            states.put(row.getString("state"), row.getLong("n"));
        });
        return states;
    }

    /// Nothing where there are none, or where we may not see them.
    private Map<String, Double> replicas() {
        Map<String, Double> lags = new TreeMap<>();
        db.sql("""
                SELECT application_name, coalesce(extract(epoch FROM replay_lag), 0)::float8 AS seconds FROM pg_stat_replication
                 WHERE application_name IS NOT NULL AND state = 'streaming'
                """).query(row -> {
            lags.put(row.getString("application_name"), row.getDouble("seconds"));
        });
        return lags;
    }
}
