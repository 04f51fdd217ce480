package todoku.delivery;

import static java.time.ZoneOffset.UTC;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;
import todoku.event.AddressId;
import todoku.event.MailingId;
import todoku.mailing.Mailings;
import todoku.mailing.Recipients;
import todoku.mailing.Recipients.Who;
import todoku.mailing.Results.Place;

/// Claims work, marks it open, and gives it back. A lease that runs out frees the work: a dead node needs no sweeper;
/// whoever claims it next settles what lies below the mark, in the same transaction.
final class Queue {
    /// More than one connection can use while the next claim is made.
    private static final int MAX_WAITING_CLAIM = 200;

    private final Database database;
    private final JdbcClient db;
    private final Node node;
    private final Journal journal;
    private final Registry registry;
    private final Settlement settlement;
    private final Marks marks;
    private final Recipients recipients;
    private final BootClock bootClock;

    Queue(
            Database database,
            Node node,
            Journal journal,
            Registry registry,
            Settlement settlement,
            BootClock bootClock) {
        this.database = database;
        this.db = database.client();
        this.node = node;
        this.journal = journal;
        this.registry = registry;
        this.settlement = settlement;
        this.marks = new Marks(db, node);
        this.recipients = new Recipients(db);
        this.bootClock = bootClock;
    }

    private record Claimed(
            long id, MailingId mailing, int firstNo, int lastNo, int openUpto, long fence, Instant datedAt, Instant expiresAt,
            boolean left, boolean dead, boolean sendsAgain, boolean wasHeld) {}

    /// The next batch of this pool for this destination, or null.
    Held.@Nullable Batch claimBatch(long destination, long pool, int lastPriority, Instant now, Held.Window window) {
        long asked = bootClock.millis();
        Held.Batch held = database.inTransaction(() -> {
            Claimed claimed = claim(destination, pool, lastPriority, now);
            if (claimed == null) return null;
            if (claimed.left() && claimed.openUpto() >= claimed.firstNo()) {
                // Left by a dead node, or by us when a mark was stored and its answer did not arrive: then nobody below
                // it is in a dialogue, and our journal knows every dot.
                settlement.batch(
                        claimed.id(),
                        claimed.mailing(),
                        claimed.firstNo(),
                        claimed.openUpto(),
                        now,
                        key -> claimed.dead() || journal.isDotOpen(key));
            }
            if (claimed.openUpto() >= claimed.lastNo()) end(claimed.id(), claimed.fence());
            return new Held.Batch(
                    claimed.id(),
                    destination,
                    claimed.mailing(),
                    claimed.fence(),
                    new Lease(bootClock, asked),
                    claimed.datedAt(),
                    claimed.expiresAt(),
                    claimed.firstNo(),
                    claimed.lastNo(),
                    claimed.openUpto(),
                    ahead(claimed),
                    window,
                    claimed.sendsAgain());
        });
        if (held != null && !held.isExhausted()) registry.add(held);
        return held;
    }

    private @Nullable Claimed claim(long destination, long pool, int lastPriority, Instant now) {
        return db.sql("""
                WITH picked AS MATERIALIZED (
                    SELECT b.id, b.node_id, m.kind, m.was_held FROM delivery_batch b JOIN mailing m ON m.id = b.mailing_id
                     WHERE b.destination_id = :destination AND b.pool_id = :pool AND b.state = 'WAITING' AND b.leased_until <= clock_timestamp()
                       AND b.not_before <= :now AND b.expires_at > :now AND m.state = 'SENDING' AND NOT m.held
                       AND b.stage <= m.open_stage AND b.priority <= :last AND b.id <> ALL(:mine::bigint[])
                     ORDER BY b.priority, b.turn, b.id LIMIT 1 FOR UPDATE OF b SKIP LOCKED)
                UPDATE delivery_batch b
                   SET node_id = :node, node_boot = :boot, leased_until = clock_timestamp() + :lease::interval,
                       fence = b.fence + 1, dated_at = coalesce(b.dated_at, :now)
                  FROM picked WHERE b.id = picked.id
                RETURNING b.id, b.mailing_id, b.first_no, b.last_no, b.open_upto, b.fence, b.dated_at, b.expires_at,
                          picked.node_id IS NOT NULL AS was_left,
                          picked.node_id IS NOT NULL AND picked.node_id <> :node AS dead, picked.kind,
                          picked.was_held
                """)
                .param("destination", destination)
                .param("pool", pool)
                .param("last", lastPriority)
                .param("now", now.atOffset(UTC))
                .param("mine", registry.batches().stream()
                        .filter(b -> b.destination == destination)
                        .map(b -> b.id)
                        .toArray(Long[]::new))
                .param("node", node.id)
                .param("boot", node.boot)
                .param("lease", Lease.LENGTH.toString())
                .query((row, _) -> new Claimed(
                        row.getLong("id"),
                        new MailingId(row.getLong("mailing_id")),
                        row.getInt("first_no"),
                        row.getInt("last_no"),
                        row.getInt("open_upto"),
                        row.getLong("fence"),
                        instant(row, "dated_at"),
                        instant(row, "expires_at"),
                        row.getBoolean("was_left"),
                        row.getBoolean("dead"),
                        sendsAgain(row),
                        row.getBoolean("was_held")))
                .optional()
                .orElse(null);
    }

    /// After a restore there may be results and waiting rows above the mark. The number of the mailing stands in the text, as in
    /// [Recipients#who].
    private List<Recipient> ahead(Claimed batch) {
        long mailing = batch.mailing().value();
        String nobodyYet = """
                 AND NOT EXISTS (SELECT FROM recipient_result r WHERE r.mailing_id = {mailing} AND r.no = p.no)
                 AND NOT EXISTS (SELECT FROM waiting_message w WHERE w.mailing_id = {mailing} AND w.no = p.no)
                """;
        String question = """
                SELECT no, address_id, customer_id FROM mailing_recipient p
                 WHERE mailing_id = {mailing} AND no > :upto AND no <= :last
                """ + (batch.wasHeld() ? nobodyYet : "") + " ORDER BY no";
        return db.sql(question.replace("{mailing}", Long.toString(mailing)))
                .param("upto", batch.openUpto())
                .param("last", batch.lastNo())
                .query((row, _) -> new Recipient(
                        row.getInt("no"), new AddressId(row.getLong("address_id")), row.getObject("customer_id", Long.class)))
                .list();
    }

    /// Due messages of this pool for this destination. Those which a dead node had opened end as unknown instead.
    List<Held.Waiting> claimWaiting(
            long destination, long pool, int lastPriority, Instant now, int limit, Held.Window window) {
        long asked = bootClock.millis();
        List<Held.Waiting> mine = new ArrayList<>();
        database.inTransaction(() -> {
            mine.clear();
            List<ClaimedWaiting> claimed = claimedWaiting(destination, pool, lastPriority, now, limit);
            List<ClaimedWaiting> open = claimed.stream().filter(ClaimedWaiting::wasOpen).toList();
            Map<Place, Who> who = recipients.who(claimed.stream().map(ClaimedWaiting::place).toList());
            for (ClaimedWaiting one : claimed) {
                Who recipient = one.wasOpen() ? null : who.get(one.place());
                if (recipient == null) continue;
                mine.add(new Held.Waiting(
                        one.place().mailing(),
                        new Recipient(one.place().no(), recipient.address(), recipient.customer()),
                        one.fence(),
                        new Lease(bootClock, asked),
                        one.datedAt(),
                        one.attempts(),
                        one.doubtful(),
                        window,
                        one.sendsAgain()));
            }
            settlement.waiting(
                    open.stream().map(w -> new Key(w.place().mailing().value(), w.place().no())).toList(), now, _ -> true);
        });
        mine.forEach(registry::add);
        return mine;
    }

    /// @param wasOpen for a node that is dead now
    private record ClaimedWaiting(
            Place place, long fence, Instant datedAt, int attempts, boolean doubtful, boolean wasOpen, boolean sendsAgain) {}

    private List<ClaimedWaiting> claimedWaiting(long destination, long pool, int lastPriority, Instant now, int limit) {
        return db.sql("""
                WITH picked AS MATERIALIZED (
                    SELECT w.mailing_id, w.no, w.opened, m.kind FROM waiting_message w JOIN mailing m ON m.id = w.mailing_id
                     WHERE w.destination_id = :destination AND w.pool_id = :pool AND w.priority <= :last AND w.due_at <= :now
                       AND w.expires_at > :now
                       AND w.leased_until <= clock_timestamp() AND m.state = 'SENDING' AND NOT m.held
                       AND (w.node_id = :node AND w.opened) IS NOT TRUE
                     ORDER BY w.priority, w.due_at LIMIT :limit FOR UPDATE OF w SKIP LOCKED)
                UPDATE waiting_message w
                   SET node_id = :node, node_boot = :boot, leased_until = clock_timestamp() + :lease::interval,
                       fence = w.fence + 1, opened = false
                  FROM picked p WHERE w.mailing_id = p.mailing_id AND w.no = p.no
                RETURNING w.mailing_id, w.no, w.fence, w.dated_at, w.attempts, w.doubtful, p.opened AS was_open, p.kind
                """)
                .param("destination", destination)
                .param("pool", pool)
                .param("last", lastPriority)
                .param("now", now.atOffset(UTC))
                .param("node", node.id)
                .param("boot", node.boot)
                .param("lease", Lease.LENGTH.toString())
                .param("limit", Math.min(limit, MAX_WAITING_CLAIM))
                .query((row, _) -> new ClaimedWaiting(
                        new Place(new MailingId(row.getLong("mailing_id")), row.getInt("no")),
                        row.getLong("fence"),
                        instant(row, "dated_at"),
                        row.getInt("attempts"),
                        row.getBoolean("doubtful"),
                        row.getBoolean("was_open"),
                        sendsAgain(row)))
                .list();
    }

    /// Stores that everybody up to here may be handed over. False when the batch is not ours any more.
    boolean mark(Held.Batch batch, int upto) {
        return marks.store(batch, upto);
    }

    /// Ends a batch from which nobody is handed over: its recipients wait in this very transaction. False when it is not
    /// ours any more.
    boolean markWhole(Held.Batch batch) {
        return db.sql("""
                UPDATE delivery_batch SET open_upto = last_no, state = 'ENDED', node_id = NULL, node_boot = NULL,
                       leased_until = '-infinity'
                 WHERE id = :id AND state = 'WAITING' AND fence = :fence AND node_id = :node AND node_boot = :boot
                   AND leased_until > clock_timestamp()
                """)
                        .param("id", batch.id)
                        .param("fence", batch.fence())
                        .param("node", node.id)
                        .param("boot", node.boot)
                        .update() == 1;
    }

    /// Stores that these may be handed over; returns those that are still ours.
    List<Held.Waiting> mark(List<Held.Waiting> messages) {
        Set<Key> marked = named(messages, """
                UPDATE waiting_message w SET opened = true
                  FROM unnest(:mailing::bigint[], :no::int[], :fence::bigint[]) AS v (mailing_id, no, fence)
                 WHERE w.mailing_id = v.mailing_id AND w.no = v.no AND w.fence = v.fence AND w.node_id = :node
                   AND w.node_boot = :boot AND w.leased_until > clock_timestamp()
                RETURNING w.mailing_id, w.no
                """);
        return messages.stream().filter(m -> marked.contains(m.key())).toList();
    }

    /// Gives back a batch without open recipients; whoever claims it goes on behind the mark.
    void release(Held.Batch batch) {
        db.sql("""
                UPDATE delivery_batch SET node_id = NULL, node_boot = NULL, leased_until = '-infinity'
                 WHERE id = :id AND state = 'WAITING' AND fence = :fence AND node_id = :node
                """)
                .param("id", batch.id)
                .param("fence", batch.fence())
                .param("node", node.id)
                .update();
        registry.remove(batch);
    }

    /// Gives back messages that were claimed and not opened.
    void release(List<Held.Waiting> messages, Instant due) {
        db.sql("""
                UPDATE waiting_message w
                   SET node_id = NULL, node_boot = NULL, leased_until = '-infinity', due_at = greatest(w.due_at, :due)
                  FROM unnest(:mailing::bigint[], :no::int[], :fence::bigint[]) AS v (mailing_id, no, fence)
                 WHERE w.mailing_id = v.mailing_id AND w.no = v.no AND w.fence = v.fence AND NOT w.opened
                """)
                .param("due", due.atOffset(UTC))
                .param("mailing", messages.stream().map(m -> m.mailing().value()).toArray(Long[]::new))
                .param("no", messages.stream().map(m -> m.recipient().no()).toArray(Integer[]::new))
                .param("fence", messages.stream().map(Held.Waiting::fence).toArray(Long[]::new))
                .update();
        messages.forEach(registry::remove);
    }

    /// Ends a batch whose recipients all have a result or wait by themselves.
    void end(long batch, long fence) {
        db.sql("""
                UPDATE delivery_batch SET state = 'ENDED', node_id = NULL, node_boot = NULL, leased_until = '-infinity'
                 WHERE id = :id AND state = 'WAITING' AND fence = :fence
                """)
                .param("id", batch)
                .param("fence", fence)
                .update();
    }

    /// Renews everything held. What somebody else has claimed meanwhile is lost to us.
    void renew() {
        List<Held.Batch> batches = List.copyOf(registry.batches());
        if (!batches.isEmpty()) {
            long asked = bootClock.millis();
            Set<Long> ours = Set.copyOf(db.sql("""
                    WITH ours AS MATERIALIZED (
                        SELECT b.id FROM unnest(:id::bigint[], :fence::bigint[]) AS v (id, fence)
                          JOIN delivery_batch b ON b.id = v.id
                         WHERE b.fence = v.fence AND b.node_id = :node AND b.node_boot = :boot
                         ORDER BY b.id FOR UPDATE OF b)
                    UPDATE delivery_batch b SET leased_until = clock_timestamp() + :lease::interval
                      FROM ours WHERE b.id = ours.id
                    RETURNING b.id
                    """)
                    .param("lease", Lease.LENGTH.toString())
                    .param("id", batches.stream().map(b -> b.id).toArray(Long[]::new))
                    .param("fence", batches.stream().map(Held.Batch::fence).toArray(Long[]::new))
                    .param("node", node.id)
                    .param("boot", node.boot)
                    .query(Long.class)
                    .list());
            for (Held.Batch batch : batches) renewed(batch.lease(), ours.contains(batch.id), asked);
        }
        List<Held.Waiting> messages = List.copyOf(registry.waiting());
        if (!messages.isEmpty()) {
            long asked = bootClock.millis();
            Set<Key> ours = named(messages, """
                    WITH free AS MATERIALIZED (
                        SELECT w.mailing_id, w.no
                          FROM unnest(:mailing::bigint[], :no::int[], :fence::bigint[]) AS v (mailing_id, no, fence)
                          JOIN waiting_message w ON w.mailing_id = v.mailing_id AND w.no = v.no
                         WHERE w.fence = v.fence AND w.node_id = :node AND w.node_boot = :boot FOR UPDATE OF w SKIP LOCKED)
                    UPDATE waiting_message w SET leased_until = clock_timestamp() + :lease::interval
                      FROM free WHERE w.mailing_id = free.mailing_id AND w.no = free.no
                    RETURNING w.mailing_id, w.no
                    """);
            for (Held.Waiting message : messages) if (ours.contains(message.key())) message.lease().renewed(asked);
            List<Held.Waiting> others = messages.stream().filter(m -> !ours.contains(m.key())).toList();
            if (others.isEmpty()) return;
            // Whoever is being committed at this moment is still ours, and not renewed; nobody waits for the other.
            Set<Key> busy = named(others, """
                    SELECT w.mailing_id, w.no
                      FROM unnest(:mailing::bigint[], :no::int[], :fence::bigint[]) AS v (mailing_id, no, fence)
                      JOIN waiting_message w ON w.mailing_id = v.mailing_id AND w.no = v.no
                     WHERE w.fence = v.fence AND w.node_id = :node AND w.node_boot = :boot
                    """);
            for (Held.Waiting message : others) if (!busy.contains(message.key())) message.lease().lost();
        }
    }

    private Set<Key> named(List<Held.Waiting> messages, String question) {
        return Set.copyOf(db.sql(question)
                .param("lease", Lease.LENGTH.toString())
                .param("mailing", messages.stream().map(m -> m.mailing().value()).toArray(Long[]::new))
                .param("no", messages.stream().map(m -> m.recipient().no()).toArray(Integer[]::new))
                .param("fence", messages.stream().map(Held.Waiting::fence).toArray(Long[]::new))
                .param("node", node.id)
                .param("boot", node.boot)
                .query((row, _) -> new Key(row.getLong("mailing_id"), row.getInt("no")))
                .list());
    }

    /// Who asks why a mail waits can tell whether an engine is there at all.
    void signOfLife() {
        db.sql("UPDATE node SET seen_at = clock_timestamp() WHERE id = :node AND boot = :boot")
                .param("node", node.id)
                .param("boot", node.boot)
                .update();
    }

    private static void renewed(Lease lease, boolean ours, long asked) {
        if (ours) lease.renewed(asked);
        else lease.lost();
    }

    private static boolean sendsAgain(ResultSet row) throws SQLException {
        return Mailings.Kind.valueOf(row.getString("kind")).isTransactional();
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
