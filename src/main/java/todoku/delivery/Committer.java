package todoku.delivery;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.lang.System.Logger.Level;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;
import todoku.event.AddressId;
import todoku.mailing.Mailings;
import todoku.mailing.Result;
import todoku.mailing.Results;
import todoku.mailing.Results.Place;

/// Writes verdicts in groups, each group once: the transaction first moves the position of this node from where the
/// group begins to where it ends, and writes nothing when it already stands there. One database commit serves
/// everybody who was judged while the last one ran.
final class Committer {
    /// Enough for any rate one node reaches; keeps a transaction short.
    private static final int MAX_GROUP = 2_000;

    private static final long GROUP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long RETRY_MILLIS = 200;
    private static final int NUMBER = 0;
    private static final int KNOWN_REPLIES = 5_000;
    private static final System.Logger LOG = System.getLogger(Committer.class.getName());

    private final Database database;
    private final JdbcClient db;
    private final Results results;
    private final Mailings mailings;
    private final Doubtful doubtful;
    private final Node node;
    private final Journal journal;
    private final Registry registry;
    private final Queue queue;
    private final Watch watch;
    private final Counts counts;
    private final BooleanSupplier alive;
    private final Runnable beforeCommit;
    /// An outcome and whom it is about; recovery holds nobody.
    private record Pending(Journal.Entry entry, @Nullable Opened opened) {
        Outcome outcome() {
            return entry.outcome();
        }

        Pending withoutReply() {
            return new Pending(new Journal.Entry(entry.position(), outcome().withoutReply()), opened);
        }

        @Nullable Held held() {
            return opened == null ? null : opened.held();
        }

        @Nullable AddressId address() {
            return opened == null ? null : opened.recipient().address();
        }
    }

    private final LinkedBlockingQueue<Pending> entries = new LinkedBlockingQueue<>();
    private final Map<String, Long> knownReplies = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > KNOWN_REPLIES;
        }
    };
    private long position;
    /// A group was refused, and not all of it is stored yet.
    private boolean oneByOne;
    private volatile @Nullable Thread thread;
    private volatile boolean closing;

    Committer(
            Database database,
            Results results,
            Mailings mailings,
            Node node,
            Journal journal,
            Registry registry,
            Queue queue,
            Watch watch,
            Counts counts,
            BooleanSupplier alive,
            Runnable beforeCommit) {
        this.database = database;
        this.db = database.client();
        this.results = results;
        this.mailings = mailings;
        this.doubtful = new Doubtful(db, results);
        this.node = node;
        this.journal = journal;
        this.registry = registry;
        this.queue = queue;
        this.watch = watch;
        this.counts = counts;
        this.alive = alive;
        this.beforeCommit = beforeCommit;
    }

    /// Where the database stands; before the first group.
    long begin() {
        db.sql("""
                INSERT INTO journal_position (node_id, committer, position) VALUES (:node, :committer, 0)
                ON CONFLICT DO NOTHING
                """)
                .param("node", node.id)
                .param("committer", NUMBER)
                .update();
        // An update, not a look: it waits for a commit that a killed process of this node had already sent off.
        position = db.sql("""
                UPDATE journal_position SET position = position WHERE node_id = :node AND committer = :committer
                RETURNING position
                """)
                .param("node", node.id)
                .param("committer", NUMBER)
                .query(Long.class)
                .single();
        return position;
    }

    private long standsAt() {
        return db.sql("SELECT position FROM journal_position WHERE node_id = :node AND committer = :committer")
                .param("node", node.id)
                .param("committer", NUMBER)
                .query(Long.class)
                .single();
    }

    /// Moves the position without a group: after recovery, when nothing lies between.
    void skipTo(long there) {
        db.sql("""
                UPDATE journal_position SET position = :there
                 WHERE node_id = :node AND committer = :committer AND position < :there
                """)
                .param("there", there)
                .param("node", node.id)
                .param("committer", NUMBER)
                .update();
        position = standsAt();
    }

    void add(Journal.Entry entry, Opened opened) {
        entries.add(new Pending(entry, opened));
    }

    /// Commits until closed and empty, or until this process is as good as dead.
    void run() {
        thread = Thread.currentThread();
        try {
            while (alive.getAsBoolean()) {
                Pending first = entries.poll(20, TimeUnit.MILLISECONDS);
                if (first == null) {
                    if (closing) return;
                    continue;
                }
                if (!closing) LockSupport.parkNanos(GROUP_NANOS);
                commitUntilDone(group(first));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void close() {
        closing = true;
    }

    /// Somebody can do nothing until the next commit: it need not wait for company.
    void hurry() {
        LockSupport.unpark(thread);
    }

    /// One verdict per recipient and group.
    private List<Pending> group(Pending first) {
        List<Pending> group = new ArrayList<>();
        Set<Key> keys = new HashSet<>();
        group.add(first);
        keys.add(first.outcome().key());
        for (Pending next = entries.peek(); next != null && group.size() < MAX_GROUP; next = entries.peek()) {
            if (!keys.add(next.outcome().key())) break;
            group.add(next);
            entries.remove();
        }
        return group;
    }

    private static Set<Tally> counted(List<Pending> group) {
        Set<Tally> counted = new HashSet<>();
        for (Pending each : group) {
            Tally tally = each.held() == null ? null : each.held().window().counted();
            if (tally != null) counted.add(tally);
        }
        return counted;
    }

    private void commitUntilDone(List<Pending> group) throws InterruptedException {
        Tallies.Taken counted = Tallies.take(counted(group));
        while (alive.getAsBoolean()) {
            try {
                beforeCommit.run();
                if (!alive.getAsBoolean()) return;
                long began = System.nanoTime();
                store(group, counted);
                counts.committed(group.size(), System.nanoTime() - began);
                watch.databaseWrote();
                if (journal.hasRoom()) watch.journalHasRoom();
                return;
            } catch (RuntimeException e) {
                watch.databaseRefused(e);
                if (watch.allowsSending())
                    LOG.log(Level.WARNING, "verdicts could not be committed and are tried again", e);
                TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
            }
        }
    }

    /// Several groups in order, as recovery needs it.
    void commitAll(List<Journal.Entry> found) {
        found.forEach(entry -> entries.add(new Pending(entry, null)));
        for (Pending next = entries.poll(); next != null; next = entries.poll()) store(group(next), Tallies.Taken.NOTHING);
    }

    /// What PostgreSQL refuses for its data it refuses for ever, and everybody behind it would wait: then they are committed one by
    /// one, and whoever is refused alone goes without the words of the other side, the only thing that is not ours. What is counted
    /// goes with the last one.
    private void store(List<Pending> group, Tallies.Taken counted) {
        List<Pending> left = oneByOne ? leftOf(group) : group;
        if (left.isEmpty()) return;
        try {
            commit(left, counted);
            forget(left);
        } catch (DataIntegrityViolationException refused) {
            LOG.log(Level.ERROR, "a group of verdicts is refused for its data; they are stored one by one", refused);
            oneByOne = true;
            for (Pending one : left) storeAlone(one, one == left.getLast() ? counted : Tallies.Taken.NOTHING);
        }
        oneByOne = false;
    }

    /// The database may have been lost on the way from one to the next.
    private List<Pending> leftOf(List<Pending> group) {
        long known = position;
        position = standsAt();
        journal.committed(position);
        forget(group.stream().filter(one -> one.entry().position() >= known && one.entry().position() < position).toList());
        return group.stream().filter(one -> one.entry().position() >= position).toList();
    }

    private void storeAlone(Pending one, Tallies.Taken counted) {
        try {
            commit(List.of(one), counted);
        } catch (DataIntegrityViolationException refused) {
            LOG.log(Level.ERROR, "the verdict about " + one.outcome().key() + " is refused for its data; it is stored without the reply", refused);
            commit(List.of(one.withoutReply()), counted);
        }
        forget(List.of(one));
    }

    /// Twice is the same as once. Returns false when the group was already there.
    boolean commit(List<Journal.Entry> group) {
        return commit(group.stream().map(entry -> new Pending(entry, null)).toList(), Tallies.Taken.NOTHING);
    }

    private boolean commit(List<Pending> group, Tallies.Taken counted) {
        long end = group.getLast().entry().position() + 1;
        Map<String, Long> replies = replies(group);
        boolean written = database.inTransaction(() -> {
            if (!write(group, end, replies)) return false;
            Tallies.store(db, node.id, counted);
            return true;
        });
        position = Math.max(position, end);
        journal.committed(position);
        return written;
    }

    private boolean write(List<Pending> group, long end, Map<String, Long> replies) {
        List<Pending> ends = group.stream().filter(p -> p.outcome().end() != null).toList();
        List<Outcome> waits = group.stream().map(Pending::outcome).filter(o -> o.end() == null).toList();
        if (!moveTo(end, ends.stream().map(Pending::outcome).toList())) {
            if (standsAt() >= end) return false;
            throw new IllegalStateException("the database knows less than this node's journal");
        }
        results.record(node.id, ends.stream().map(p -> result(p, replies)).toList());
        Set<Place> late = results.takeBackUnknown(node.id, waits.stream().map(Outcome::place).toList());
        waitInDoubt(waits.stream().filter(o -> late.contains(o.place())).toList(), replies);
        // Whoever took over may have ended the mailing meanwhile: nobody may wait in one that has ended.
        late.stream().map(Place::mailing).distinct().forEach(mailings::reopen);
        List<Outcome> plain = waits.stream().filter(o -> !late.contains(o.place())).toList();
        doubtful.count(node.id, plain.stream().filter(Outcome::doubtful).map(Outcome::place).toList());
        plain.stream().filter(o -> o.batch() != 0).collect(groupingBy(o -> o.mailing().value(), TreeMap::new, toList()))
                .forEach((mailing, ofOne) -> waitAfterBatch(mailing, ofOne, replies));
        waitAgain(plain.stream().filter(o -> o.batch() == 0).toList(), replies);
        verdictsByBatch(group).forEach((id, verdicts) -> {
            Held.Batch batch = registry.batch(id);
            if (batch != null && batch.endsWith(verdicts)) queue.end(id, batch.fence());
        });
        return true;
    }

    private static Result result(Pending pending, Map<String, Long> replies) {
        Outcome outcome = pending.outcome();
        Result.State end = outcome.end();
        if (end == null) throw new IllegalStateException("one who waits has no result");
        return new Result(
                outcome.mailing(),
                outcome.no(),
                end,
                outcome.reason(),
                reply(outcome, replies),
                outcome.attempts(),
                outcome.at(),
                pending.address());
    }

    /// False when the position is not where the group begins. Facts are not fenced: whoever has a result waits no longer.
    private boolean moveTo(long end, List<Outcome> ends) {
        return db.sql("""
                WITH moved AS (
                    UPDATE journal_position SET position = :end
                     WHERE node_id = :node AND committer = :committer AND position = :begin AND position < :end
                    RETURNING position),
                ended AS (
                    DELETE FROM waiting_message w USING unnest(:mailing::bigint[], :no::int[]) AS v (mailing_id, no)
                     WHERE w.mailing_id = v.mailing_id AND w.no = v.no AND EXISTS (SELECT FROM moved))
                SELECT count(*) = 1 FROM moved
                """)
                .param("end", end)
                .param("begin", position)
                .param("node", node.id)
                .param("committer", NUMBER)
                .param("mailing", mailings(ends))
                .param("no", numbers(ends))
                .query(Boolean.class)
                .single();
    }

    /// Somebody has named them unknown meanwhile, and now their server says "later": they are doubtful for ever.
    private void waitInDoubt(List<Outcome> waits, Map<String, Long> replies) {
        doubtful.wait(
                waits.stream()
                        .map(o -> new Doubtful.Waiter(o.place(), o.due(), o.attempts(), reply(o, replies)))
                        .toList(),
                null);
    }

    /// Those of one mailing: then one partition of the results is looked at, not those of all mailings of the past.
    private void waitAfterBatch(long mailing, List<Outcome> waits, Map<String, Long> replies) {
        db.sql("""
                INSERT INTO waiting_message (mailing_id, no, destination_id, priority, due_at, expires_at, dated_at, attempts,
                                             reply_id, doubtful, pool_id)
                SELECT :mailing, v.no, b.destination_id, b.priority, v.due, b.expires_at, coalesce(b.dated_at, v.due), v.attempts, v.reply,
                       v.doubtful, b.pool_id
                  FROM unnest(:no::int[], :batch::bigint[], :due::timestamptz[], :attempts::smallint[],
                              :reply::bigint[], :doubtful::boolean[])
                           AS v (no, batch, due, attempts, reply, doubtful)
                  JOIN delivery_batch b ON b.id = v.batch
                 WHERE (SELECT r.no FROM recipient_result r WHERE r.mailing_id = :mailing AND r.no = v.no LIMIT 1) IS NULL
                ON CONFLICT DO NOTHING
                """)
                .param("mailing", mailing)
                .param("no", numbers(waits))
                .param("batch", waits.stream().map(Outcome::batch).toArray(Long[]::new))
                .param("due", waits.stream().map(o -> o.due().toString()).toArray(String[]::new))
                .param("attempts", waits.stream().map(o -> (short) o.attempts()).toArray(Short[]::new))
                .param("reply", waits.stream().map(o -> reply(o, replies)).toArray(Long[]::new))
                .param("doubtful", waits.stream().map(Outcome::doubtful).toArray(Boolean[]::new))
                .update();
    }

    /// A waiting message that somebody else has claimed meanwhile is theirs.
    private void waitAgain(List<Outcome> waits, Map<String, Long> replies) {
        if (waits.isEmpty()) return;
        db.sql("""
                UPDATE waiting_message w
                   SET due_at = v.due, attempts = v.attempts, reply_id = coalesce(v.reply, w.reply_id), opened = false,
                       doubtful = w.doubtful OR v.doubtful, node_id = NULL, node_boot = NULL, leased_until = '-infinity'
                  FROM unnest(:mailing::bigint[], :no::int[], :fence::bigint[], :due::timestamptz[], :attempts::smallint[],
                              :reply::bigint[], :doubtful::boolean[])
                           AS v (mailing_id, no, fence, due, attempts, reply, doubtful)
                 WHERE w.mailing_id = v.mailing_id AND w.no = v.no AND w.fence = v.fence
                """)
                .param("mailing", mailings(waits))
                .param("no", numbers(waits))
                .param("fence", waits.stream().map(Outcome::fence).toArray(Long[]::new))
                .param("due", waits.stream().map(o -> o.due().toString()).toArray(String[]::new))
                .param("attempts", waits.stream().map(o -> (short) o.attempts()).toArray(Short[]::new))
                .param("reply", waits.stream().map(o -> reply(o, replies)).toArray(Long[]::new))
                .param("doubtful", waits.stream().map(Outcome::doubtful).toArray(Boolean[]::new))
                .update();
    }

    private void forget(List<Pending> group) {
        Map<Held, Integer> verdicts = new IdentityHashMap<>();
        for (Pending one : group) if (one.held() != null) verdicts.merge(one.held(), 1, Integer::sum);
        Map<Held.Window, Integer> settled = new IdentityHashMap<>();
        verdicts.forEach((held, count) -> {
            settled.merge(held.window(), count, Integer::sum);
            switch (held) {
                case Held.Batch batch -> {
                    boolean ended = batch.endsWith(count);
                    batch.settled(count);
                    if (ended) registry.remove(batch);
                }
                case Held.Waiting waiting -> registry.remove(waiting);
            }
        });
        settled.forEach(Held.Window::settled);
    }

    private static Map<Long, Integer> verdictsByBatch(List<Pending> group) {
        Map<Long, Integer> verdicts = new TreeMap<>();
        for (Pending pending : group) {
            if (pending.outcome().batch() != 0) verdicts.merge(pending.outcome().batch(), 1, Integer::sum);
        }
        return verdicts;
    }

    /// The dictionary of replies may be ahead of the results; it is written before them, in its own transaction.
    private Map<String, Long> replies(List<Pending> group) {
        Set<String> unknown = new TreeSet<>();
        for (Pending pending : group) {
            String reply = pending.outcome().reply();
            if (reply != null && !knownReplies.containsKey(reply)) unknown.add(reply);
        }
        for (String text : unknown) {
            byte[] hash = hash(text);
            db.sql("INSERT INTO reply_text (hash, text) VALUES (:hash, :text) ON CONFLICT DO NOTHING")
                    .param("hash", hash)
                    .param("text", text)
                    .update();
            knownReplies.put(text, db.sql("SELECT id FROM reply_text WHERE hash = :hash")
                    .param("hash", hash)
                    .query(Long.class)
                    .single());
        }
        Map<String, Long> ids = new HashMap<>();
        for (Pending pending : group) {
            String reply = pending.outcome().reply();
            if (reply == null) continue;
            Long id = knownReplies.get(reply);
            if (id != null) ids.put(reply, id);
        }
        return ids;
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable Long reply(Outcome outcome, Map<String, Long> replies) {
        String reply = outcome.reply();
        return reply == null ? null : replies.get(reply);
    }

    private static Long[] mailings(List<Outcome> outcomes) {
        return outcomes.stream().map(o -> o.mailing().value()).toArray(Long[]::new);
    }

    private static Integer[] numbers(List<Outcome> outcomes) {
        return outcomes.stream().map(Outcome::no).toArray(Integer[]::new);
    }
}
