package todoku.delivery;

import static java.time.ZoneOffset.UTC;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mailing.Result;
import todoku.mailing.Results;

/// The lane of recipients whose domains nobody knew when they were planned. Nothing is sent here: what is claimed has its
/// domains resolved, and its recipients wait for the lanes of their destinations, all in one transaction. Whose domain
/// does not exist fails; where DNS does not answer, the recipient waits here. Nobody waits longer than a moment for the
/// answer about another domain.
final class Resolver {
    private static final System.Logger LOG = System.getLogger(Resolver.class.getName());
    /// Most answers come within it. The others are looked for again, as if they had not been asked for.
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration AGAIN = Duration.ofSeconds(5);
    private static final Duration IDLE = Duration.ofSeconds(5);
    private static final int WAITING_AT_ONCE = 200;

    private final Database database;
    private final JdbcClient db;
    private final Queue queue;
    private final Registry registry;
    private final Node node;
    private final Results results;
    private final Destinations destinations;
    private final Engine engine;
    private final Set<Long> pools = ConcurrentHashMap.newKeySet();
    private volatile boolean woken = true;
    private volatile @Nullable Thread thread;

    Resolver(
            Database database,
            Queue queue,
            Registry registry,
            Node node,
            Results results,
            Destinations destinations,
            Engine engine) {
        this.database = database;
        this.db = database.client();
        this.queue = queue;
        this.registry = registry;
        this.node = node;
        this.results = results;
        this.destinations = destinations;
        this.engine = engine;
    }

    /// There may be work of this pool.
    void wake(long pool) {
        pools.add(pool);
        woken = true;
        LockSupport.unpark(thread);
    }

    /// Until the engine looks for work no more.
    void run() {
        thread = Thread.currentThread();
        while (engine.isLooking()) {
            try {
                boolean more = woken;
                woken = false;
                if (more && resolveAny()) {
                    woken = true;
                    engine.wake();
                    continue;
                }
                if (destinations.refresh(engine.now(), PATIENCE) > 0) continue;
            } catch (RuntimeException e) {
                if (engine.isLooking() && engine.watch().allowsSending())
                    LOG.log(Level.WARNING, "domains cannot be resolved now", e);
            }
            if (!woken) LockSupport.parkNanos(IDLE.toNanos());
        }
    }

    private boolean resolveAny() {
        boolean any = false;
        for (Long pool : pools) {
            if (resolveBatch(pool) || resolveWaiting(pool)) any = true;
            else pools.remove(pool);
        }
        return any;
    }

    private record Unresolved(int no, String domain) {}

    private boolean resolveBatch(long pool) {
        Held.Batch batch = queue.claimBatch(Destinations.UNRESOLVED, pool, Integer.MAX_VALUE, engine.now(), _ -> {});
        if (batch == null) return false;
        try {
            Integer[] numbers = batch.ahead.stream().map(Recipient::no).toArray(Integer[]::new);
            Map<String, Carrier.Served> answers =
                    destinations.ask(unknownDomains(batch.mailing(), numbers), PATIENCE);
            Instant now = engine.now();
            database.inTransaction(() -> {
                destinations.store(answers, now);
                if (queue.markWhole(batch)) place(batch, numbers, answers, now);
            });
        } finally {
            registry.remove(batch);
        }
        return true;
    }

    private List<String> unknownDomains(MailingId mailing, Integer[] numbers) {
        return unresolved(mailing, numbers).stream().map(Unresolved::domain).distinct().toList();
    }

    private List<Unresolved> unresolved(MailingId mailing, Integer[] numbers) {
        return db.sql("""
                SELECT r.no, d.name FROM mailing_recipient r JOIN address a ON a.id = r.address_id
                  JOIN domain d ON d.id = a.domain_id
                 WHERE r.mailing_id = :mailing AND r.no = ANY(:no::int[]) AND d.destination_id IS NULL
                """)
                .param("mailing", mailing.value())
                .param("no", numbers)
                .query((row, _) -> new Unresolved(row.getInt("no"), row.getString("name")))
                .list();
    }

    private void place(Held.Batch batch, Integer[] numbers, Map<String, Carrier.Served> answers, Instant now) {
        List<Result> nowhere = nowhere(batch.mailing(), numbers, answers, now);
        results.record(node.id, nowhere);
        db.sql("""
                INSERT INTO waiting_message (mailing_id, no, destination_id, priority, due_at, expires_at, dated_at, attempts,
                                             pool_id)
                SELECT b.mailing_id, r.no, coalesce(d.destination_id, 0), b.priority,
                       CASE WHEN d.destination_id IS NOT NULL THEN :now WHEN r.no = ANY(:asked::int[]) THEN :soon ELSE :later END,
                       b.expires_at, b.dated_at,
                       CASE WHEN d.destination_id IS NOT NULL OR r.no = ANY(:asked::int[]) THEN 0 ELSE 1 END, b.pool_id
                  FROM delivery_batch b JOIN mailing_recipient r ON r.mailing_id = b.mailing_id AND r.no = ANY(:no::int[])
                  JOIN address a ON a.id = r.address_id JOIN domain d ON d.id = a.domain_id
                 WHERE b.id = :batch AND r.mailing_id = :mailing
                   AND NOT r.no = ANY(:nowhere::int[])
                 ORDER BY r.no
                ON CONFLICT DO NOTHING
                """)
                .param("later", now.plus(engine.pauseAfter(1)).atOffset(UTC))
                .param("soon", now.plus(AGAIN).atOffset(UTC))
                .param("asked", asked(batch.mailing(), numbers, answers))
                .param("now", now.atOffset(UTC))
                .param("no", numbers)
                .param("batch", batch.id)
                .param("mailing", batch.mailing().value())
                .param("nowhere", nowhere.stream().map(Result::no).toArray(Integer[]::new))
                .update();
    }

    /// Whose domain has not answered yet: no attempt.
    private Integer[] asked(MailingId mailing, Integer[] numbers, Map<String, Carrier.Served> answers) {
        return unresolved(mailing, numbers).stream()
                .filter(u -> !answers.containsKey(u.domain()))
                .map(Unresolved::no)
                .toArray(Integer[]::new);
    }

    private List<Result> nowhere(
            MailingId mailing, Integer[] numbers, Map<String, Carrier.Served> answers, Instant now) {
        return unresolved(mailing, numbers).stream()
                .filter(u -> answers.get(u.domain()) instanceof Carrier.Served.Nowhere)
                .map(u -> new Result(mailing, u.no(), Result.State.FAILED, Reason.HOST_UNKNOWN, null, 1, now))
                .toList();
    }

    private boolean resolveWaiting(long pool) {
        List<Held.Waiting> claimed = queue.claimWaiting(
                Destinations.UNRESOLVED, pool, Integer.MAX_VALUE, engine.now(), WAITING_AT_ONCE, _ -> {});
        if (claimed.isEmpty()) return false;
        Map<MailingId, List<Held.Waiting>> byMailing = new HashMap<>();
        for (Held.Waiting waiting : claimed)
            byMailing.computeIfAbsent(waiting.mailing(), _ -> new ArrayList<>()).add(waiting);
        try {
            byMailing.forEach(this::resolveWaiting);
        } finally {
            claimed.forEach(registry::remove);
        }
        return true;
    }

    private void resolveWaiting(MailingId mailing, List<Held.Waiting> messages) {
        Integer[] numbers = messages.stream().map(w -> w.recipient().no()).toArray(Integer[]::new);
        Map<String, Carrier.Served> answers = destinations.ask(unknownDomains(mailing, numbers), PATIENCE);
        Instant now = engine.now();
        database.inTransaction(() -> {
            destinations.store(answers, now);
            Map<Integer, Boolean> doubtful = new HashMap<>();
            for (Held.Waiting message : messages) doubtful.put(message.recipient().no(), message.doubtful());
            List<Result> nowhere = nowhere(mailing, numbers, answers, now).stream()
                    .map(r -> doubtful.getOrDefault(r.no(), false)
                            ? new Result(mailing, r.no(), Result.State.UNKNOWN, Reason.CUT_AFTER_DOT, null, 1, now)
                            : r)
                    .toList();
            results.record(node.id, nowhere);
            db.sql("DELETE FROM waiting_message WHERE mailing_id = :mailing AND no = ANY(:no::int[])")
                    .param("mailing", mailing.value())
                    .param("no", nowhere.stream().map(Result::no).toArray(Integer[]::new))
                    .update();
            Set<Integer> asked = Set.of(asked(mailing, numbers, answers));
            for (Held.Waiting message : messages) moveOn(message, asked.contains(message.recipient().no()), now);
        });
    }

    private void moveOn(Held.Waiting message, boolean asked, Instant now) {
        db.sql("""
                UPDATE waiting_message w
                   SET destination_id = coalesce(d.destination_id, 0), node_id = NULL, node_boot = NULL,
                       leased_until = '-infinity',
                       due_at = CASE WHEN d.destination_id IS NULL THEN :later ELSE w.due_at END,
                       attempts = CASE WHEN d.destination_id IS NULL THEN w.attempts + :attempts ELSE w.attempts END
                  FROM mailing_recipient r JOIN address a ON a.id = r.address_id JOIN domain d ON d.id = a.domain_id
                 WHERE w.mailing_id = :mailing AND w.no = :no AND w.fence = :fence
                   AND r.mailing_id = :mailing AND r.no = :no
                """)
                .param("later", now.plus(asked ? AGAIN : engine.pauseAfter(message.attempts() + 1)).atOffset(UTC))
                .param("attempts", asked ? 0 : 1)
                .param("mailing", message.mailing().value())
                .param("no", message.recipient().no())
                .param("fence", message.fence())
                .update();
    }
}
