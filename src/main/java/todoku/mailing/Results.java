package todoku.mailing;


import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.AddressId;
import todoku.event.Event;
import todoku.event.Event.Environment;
import todoku.event.EventLedger;
import todoku.event.MailingId;
import todoku.event.Reason;

/// How recipients ended: one row each, whatever crashes. The only moves are none → result, unknown → delivered, failed or
/// waiting, and delivered → failed (bounced); everything else offered is already known and changes nothing.
/// Single rows are looked up laterally, each by its key: a join may be planned as a search through all partitions. Counters and events follow the rows that moved.
public final class Results {
    /// Counters of changes that no engine made are kept under this number.
    public static final long NO_NODE = 0;

    private static final int MAX_BOUNCES = 1_000;
    private static final long EVERYBODY = 0;
    /// Counters of a change: one per state of a result, then these.
    private static final int RATED = Result.State.values().length;
    private static final int REFUSED = RATED + 1;
    private static final int COUNTERS = REFUSED + 1;

    private final JdbcClient db;
    private final EventLedger ledger;

    public Results(JdbcClient db, EventLedger ledger) {
        this.db = db;
        this.ledger = ledger;
    }

    private record Moved(Event event, Result.State state, @Nullable String reason, Result.@Nullable State before) {}

    /// Records in the caller's transaction, at most one result per recipient. Returns how many moved.
    public int record(long nodeId, List<Result> results) {
        if (results.isEmpty()) return 0;
        List<Moved> moved = new ArrayList<>(insert(results));
        if (moved.size() < results.size()) moved.addAll(correct(results, moved));
        if (moved.size() < results.size()) moved.addAll(insert(missing(results, moved)));
        count(nodeId, moved);
        ledger.append(moved.stream().map(Moved::event).toList());
        return moved.size();
    }

    /// One recipient of one mailing.
    public record Place(MailingId mailing, int no) {}

    /// Takes back the unknown results of these recipients, in the caller's transaction: they are about to wait again.
    /// Returns those that were unknown.
    public Set<Place> takeBackUnknown(long nodeId, Collection<Place> asked) {
        Set<Long> mailings = withUnknown(asked);
        List<Place> places =
                asked.stream().filter(p -> mailings.contains(p.mailing().value())).toList();
        if (places.isEmpty()) return Set.of();
        Set<Place> taken = Set.copyOf(db.sql("""
                DELETE FROM recipient_result r USING unnest(:mailing::bigint[], :no::int[]) AS v (mailing_id, no)
                 WHERE r.mailing_id = v.mailing_id AND r.no = v.no AND r.state = 'UNKNOWN'
                RETURNING r.mailing_id, r.no
                """)
                .param("mailing", places.stream().map(p -> p.mailing().value()).toArray(Long[]::new))
                .param("no", places.stream().map(Place::no).toArray(Integer[]::new))
                .query((row, _) -> new Place(new MailingId(row.getLong("mailing_id")), row.getInt("no")))
                .list());
        Map<Long, Integer> byMailing = new TreeMap<>();
        for (Place place : taken) byMailing.merge(place.mailing().value(), 1, Integer::sum);
        byMailing.forEach((mailing, count) -> add(nodeId, mailing, new int[] {0, 0, 0, -count, 0, 0}, 0));
        return taken;
    }

    /// Mostly none: the counters say so without a look at the results.
    private Set<Long> withUnknown(Collection<Place> places) {
        if (places.isEmpty()) return Set.of();
        return Set.copyOf(db.sql("""
                SELECT DISTINCT mailing_id FROM mailing_progress WHERE mailing_id = ANY(:mailing::bigint[]) AND unknown <> 0
                """)
                .param("mailing", places.stream().map(p -> p.mailing().value()).distinct().toArray(Long[]::new))
                .query(Long.class)
                .list());
    }

    /// Notes that so many doubtful ones of a mailing are to be sent to again.
    public void countAgain(long nodeId, MailingId mailing, int count) {
        if (count > 0) add(nodeId, mailing.value(), new int[COUNTERS], count);
    }

    /// How a bounce ended.
    public enum Bounce {
        /// The result is an error now.
        MOVED,
        /// It was one already.
        KNOWN,
        /// There is no result yet: the bounce waits for it.
        WAITS,
        /// There is no such recipient, or no longer.
        NOBODY
    }

    /// What came back after a mail had been accepted: delivered or unknown becomes failed, once. Runs in the caller's
    /// transaction.
    public Bounce bounced(MailingId mailing, int no, Reason reason, @Nullable Long replyId, Instant at) {
        boolean waits = db.sql("""
                INSERT INTO waiting_bounce (mailing_id, no, reason, reply_id, at)
                SELECT r.mailing_id, r.no, :reason, :reply, :at FROM mailing_recipient r
                  JOIN mailing m ON m.id = r.mailing_id AND m.details_gone_at IS NULL
                 WHERE r.mailing_id = :mailing AND r.no = :no
                ON CONFLICT (mailing_id, no) DO UPDATE SET reason = EXCLUDED.reason
                """)
                        .param("reason", reason.name())
                        .param("reply", replyId)
                        .param("at", at.atOffset(ZoneOffset.UTC))
                        .param("mailing", mailing.value())
                        .param("no", no)
                        .update() == 1;
        if (!waits) return Bounce.NOBODY;
        if (settleBounces(mailing.value(), no) > 0) return Bounce.MOVED;
        boolean still = db.sql("SELECT count(*) FROM waiting_bounce WHERE mailing_id = :mailing AND no = :no")
                        .param("mailing", mailing.value())
                        .param("no", no)
                        .query(Integer.class)
                        .single() == 1;
        return still ? Bounce.WAITS : Bounce.KNOWN;
    }

    /// Moves the results that bounces have waited for. Runs in the caller's transaction; the engine does it all the time.
    public int settleBounces() {
        return settleBounces(EVERYBODY, 0);
    }

    private int settleBounces(long mailing, int no) {
        List<Moved> moved = db.sql("""
                WITH found AS (
                    SELECT b.mailing_id, b.no, b.reason, b.reply_id, b.at, r.state FROM waiting_bounce b
                     CROSS JOIN LATERAL (
                           SELECT state FROM recipient_result x WHERE x.mailing_id = b.mailing_id AND x.no = b.no
                            LIMIT 1 FOR UPDATE) r
                     WHERE :mailing = 0 OR (b.mailing_id = :mailing AND b.no = :no)
                     ORDER BY b.mailing_id, b.no LIMIT :max FOR UPDATE OF b),
                done AS (DELETE FROM waiting_bounce b USING found f WHERE b.mailing_id = f.mailing_id AND b.no = f.no),
                moved AS (
                    UPDATE recipient_result r SET state = 'FAILED', reason = f.reason, reply_id = f.reply_id, at = f.at
                      FROM found f WHERE r.mailing_id = f.mailing_id AND r.no = f.no AND f.state IN ('DELIVERED', 'UNKNOWN')
                    RETURNING r.mailing_id, r.no, r.reason, r.at, f.state AS before)
                SELECT d.*, p.address_id, m.environment FROM moved d JOIN mailing m ON m.id = d.mailing_id
                  JOIN mailing_recipient p ON p.mailing_id = d.mailing_id AND p.no = d.no
                """)
                .param("mailing", mailing)
                .param("no", no)
                .param("max", MAX_BOUNCES)
                .query((row, _) -> new Moved(
                        event(row, Event.Kind.BOUNCED, row.getString("reason")),
                        Result.State.FAILED,
                        row.getString("reason"),
                        Result.State.valueOf(row.getString("before"))))
                .list();
        count(NO_NODE, moved);
        ledger.append(moved.stream().map(Moved::event).toList());
        return moved.size();
    }

    private List<Moved> insert(List<Result> results) {
        if (results.isEmpty()) return List.of();
        return write("""
                INSERT INTO recipient_result (mailing_id, no, state, reason, reply_id, attempts, at)
                SELECT * FROM v ORDER BY mailing_id, no
                ON CONFLICT DO NOTHING
                RETURNING mailing_id, no, state, reason, at
                """, results, null);
    }

    /// Those who had a result already: only unknown ones can still become known. Somebody may release an unknown one in
    /// this very moment; then there is no row, and the caller inserts once more.
    private List<Moved> correct(List<Result> results, List<Moved> inserted) {
        return write("""
                UPDATE recipient_result r
                   SET state = v.state, reason = v.reason, reply_id = v.reply_id, attempts = v.attempts, at = v.at
                  FROM v WHERE r.mailing_id = v.mailing_id AND r.no = v.no AND r.state = 'UNKNOWN'
                               AND v.state IN ('DELIVERED', 'FAILED')
                RETURNING r.mailing_id, r.no, r.state, r.reason, r.at
                """, missing(results, inserted), Result.State.UNKNOWN);
    }

    private static List<Result> missing(List<Result> results, List<Moved> moved) {
        Set<String> done = new HashSet<>();
        for (Moved one : moved) done.add(one.event().mailing() + "/" + one.event().recipientNo());
        return results.stream().filter(r -> !done.contains(r.mailing() + "/" + r.no())).toList();
    }

    private List<Moved> write(String change, List<Result> results, Result.@Nullable State before) {
        return db.sql("""
                WITH v AS (
                    SELECT * FROM unnest(:mailing::bigint[], :no::int[], :state::text[], :reason::text[], :reply::bigint[],
                                         :attempts::smallint[], :at::timestamptz[])
                        AS v (mailing_id, no, state, reason, reply_id, attempts, at)),
                moved AS (
                """ + change + """
                )
                SELECT d.mailing_id, d.no, d.state, d.reason, d.at, r.address_id, m.environment
                  FROM moved d JOIN mailing m ON m.id = d.mailing_id
                 CROSS JOIN LATERAL (
                       SELECT address_id FROM mailing_recipient p WHERE p.mailing_id = d.mailing_id AND p.no = d.no LIMIT 1) r
                """)
                .param("mailing", results.stream().map(r -> r.mailing().value()).toArray(Long[]::new))
                .param("no", results.stream().map(Result::no).toArray(Integer[]::new))
                .param("state", results.stream().map(r -> r.state().name()).toArray(String[]::new))
                .param("reason", results.stream().map(Results::reason).toArray(String[]::new))
                .param("reply", results.stream().map(Result::replyId).toArray(Long[]::new))
                .param("attempts", results.stream().map(r -> (short) r.attempts()).toArray(Short[]::new))
                .param("at", results.stream().map(r -> r.at().toString()).toArray(String[]::new))
                .query((row, _) -> {
                    Result.State state = Result.State.valueOf(row.getString("state"));
                    @Nullable String reason = row.getString("reason");
                    return new Moved(event(row, Event.Kind.valueOf(state.name()), reason), state, reason, before);
                })
                .list();
    }

    private static Event event(ResultSet row, Event.Kind kind, @Nullable String reason) throws SQLException {
        return new Event(
                row.getObject("at", OffsetDateTime.class).toInstant(),
                kind,
                Environment.valueOf(row.getString("environment")),
                new MailingId(row.getLong("mailing_id")),
                row.getInt("no"),
                new AddressId(row.getLong("address_id")),
                reason == null ? "{}" : "{\"reason\":\"" + reason + "\"}");
    }

    private static @Nullable String reason(Result result) {
        var reason = result.reason();
        return reason == null ? null : reason.name();
    }

    private void count(long nodeId, List<Moved> moved) {
        Map<Long, int[]> deltas = new TreeMap<>();
        for (Moved one : moved) {
            var mailing = one.event().mailing();
            if (mailing == null) continue;
            int[] delta = deltas.computeIfAbsent(mailing.value(), _ -> new int[COUNTERS]);
            delta[one.state().ordinal()]++;
            Result.State before = one.before();
            if (before != null) delta[before.ordinal()]--;
            rate(delta, one);
        }
        deltas.forEach((mailing, delta) -> add(nodeId, mailing, delta, 0));
    }

    /// For the error rate: delivered counts, failed by its reason.
    private static void rate(int[] delta, Moved one) {
        if (one.state() == Result.State.DELIVERED) delta[RATED]++;
        if (one.before() == Result.State.DELIVERED) delta[RATED]--;
        String name = one.reason();
        if (one.state() != Result.State.FAILED || name == null) return;
        Reason reason = Reason.valueOf(name);
        if (reason.isRated()) delta[RATED]++;
        if (reason.isAddressRefused()) delta[REFUSED]++;
    }

    private void add(long nodeId, long mailing, int[] delta, int again) {
        db.sql("""
                INSERT INTO mailing_progress AS p (mailing_id, node_id, delivered, failed, skipped, unknown, again, rated, refused)
                VALUES (:mailing, :node, :delivered, :failed, :skipped, :unknown, :again, :rated, :refused)
                ON CONFLICT (mailing_id, node_id) DO UPDATE
                   SET delivered = p.delivered + EXCLUDED.delivered, failed = p.failed + EXCLUDED.failed,
                       skipped = p.skipped + EXCLUDED.skipped, unknown = p.unknown + EXCLUDED.unknown,
                       again = p.again + EXCLUDED.again, rated = p.rated + EXCLUDED.rated,
                       refused = p.refused + EXCLUDED.refused
                """)
                .param("mailing", mailing)
                .param("node", nodeId)
                .param("delivered", delta[0])
                .param("failed", delta[1])
                .param("skipped", delta[2])
                .param("unknown", delta[3])
                .param("again", again)
                .param("rated", delta[RATED])
                .param("refused", delta[REFUSED])
                .update();
    }
}
