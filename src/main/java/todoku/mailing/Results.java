package todoku.mailing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
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
    /// Reasons that speak for the error rate, and those that are an error of it.
    private static final String[] RATED = named(Reason::isRated);
    private static final String[] REFUSED = named(Reason::isAddressRefused);

    /// What follows from results that moved (`moved`: mailing_id, no, state, reason, at, what they were before, and the kind
    /// of what happened; `v`: mailing_id, no, address_id of whoever was asked about), in the statement that moves them: their
    /// events and counters. For the error rate, delivered counts and failed by its reason. No table of recipients is asked
    /// here: it has a partition for every large mailing of the past, and the statement would get slower with each.
    private static final String FOLLOWED = """
            , told AS (
            """ + EventLedger.INSERT + """
                SELECT d.at, d.kind, m.environment, d.mailing_id, d.no, v.address_id,
                       CASE WHEN d.reason IS NULL THEN '{}' ELSE jsonb_build_object('reason', d.reason) END
                  FROM moved d JOIN v ON v.mailing_id = d.mailing_id AND v.no = d.no JOIN mailing m ON m.id = d.mailing_id
                 WHERE v.address_id IS NOT NULL),
            counted AS (
                INSERT INTO mailing_progress AS p (mailing_id, node_id, delivered, failed, skipped, unknown, rated, refused)
                SELECT mailing_id, :node, count(*) FILTER (WHERE state = 'DELIVERED') - count(*) FILTER (WHERE before = 'DELIVERED'),
                       count(*) FILTER (WHERE state = 'FAILED'), count(*) FILTER (WHERE state = 'SKIPPED'),
                       count(*) FILTER (WHERE state = 'UNKNOWN') - count(*) FILTER (WHERE before = 'UNKNOWN'),
                       count(*) FILTER (WHERE state = 'DELIVERED' OR state = 'FAILED' AND reason = ANY (:rated::text[]))
                           - count(*) FILTER (WHERE before = 'DELIVERED'),
                       count(*) FILTER (WHERE state = 'FAILED' AND reason = ANY (:refused::text[]))
                  FROM moved GROUP BY mailing_id ORDER BY mailing_id
                ON CONFLICT (mailing_id, node_id) DO UPDATE
                   SET delivered = p.delivered + EXCLUDED.delivered, failed = p.failed + EXCLUDED.failed,
                       skipped = p.skipped + EXCLUDED.skipped, unknown = p.unknown + EXCLUDED.unknown,
                       rated = p.rated + EXCLUDED.rated, refused = p.refused + EXCLUDED.refused)
            SELECT mailing_id, no FROM moved
            """;

    private final JdbcClient db;
    private final Recipients recipients;

    public Results(JdbcClient db) {
        this.db = db;
        this.recipients = new Recipients(db);
    }

    /// Records in the caller's transaction, at most one result per recipient. Returns how many moved.
    public int record(long nodeId, List<Result> results) {
        if (results.isEmpty()) return 0;
        List<Result> all = addressed(results);
        Set<Place> moved = insert(nodeId, all);
        if (moved.size() < all.size()) moved.addAll(correct(nodeId, missing(all, moved)));
        if (moved.size() < all.size()) moved.addAll(insert(nodeId, missing(all, moved)));
        return moved.size();
    }

    /// With their addresses; those of recipients who are forgotten stay without.
    private List<Result> addressed(List<Result> results) {
        List<Result> without = results.stream().filter(r -> r.address() == null).toList();
        if (without.isEmpty()) return results;
        Map<Place, Recipients.Who> who = recipients.who(without.stream().map(r -> new Place(r.mailing(), r.no())).toList());
        return results.stream()
                .map(r -> r.address() != null ? r : r.with(who.get(new Place(r.mailing(), r.no()))))
                .toList();
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
                .query(Results::place)
                .list());
        Map<Long, Integer> byMailing = new TreeMap<>();
        for (Place place : taken) byMailing.merge(place.mailing().value(), 1, Integer::sum);
        byMailing.forEach((mailing, count) -> add(nodeId, mailing, -count, 0));
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
        if (count > 0) add(nodeId, mailing.value(), 0, count);
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
        boolean waiting = db.sql("SELECT EXISTS (SELECT FROM waiting_bounce)").query(Boolean.class).single();
        return waiting ? settleBounces(EVERYBODY, 0) : 0;
    }

    private int settleBounces(long mailing, int no) {
        return db.sql("""
                WITH v AS (
                    SELECT b.mailing_id, b.no, b.reason, b.reply_id, b.at, r.state,
                           (SELECT address_id FROM mailing_recipient p WHERE p.mailing_id = b.mailing_id AND p.no = b.no LIMIT 1)
                               AS address_id
                      FROM waiting_bounce b
                     CROSS JOIN LATERAL (
                           SELECT state FROM recipient_result x WHERE x.mailing_id = b.mailing_id AND x.no = b.no
                            LIMIT 1 FOR UPDATE) r
                     WHERE :mailing = 0 OR (b.mailing_id = :mailing AND b.no = :no)
                     ORDER BY b.mailing_id, b.no LIMIT :max FOR UPDATE OF b),
                done AS (DELETE FROM waiting_bounce b USING v WHERE b.mailing_id = v.mailing_id AND b.no = v.no),
                moved AS (
                    UPDATE recipient_result r SET state = 'FAILED', reason = v.reason, reply_id = v.reply_id, at = v.at
                      FROM v WHERE r.mailing_id = v.mailing_id AND r.no = v.no AND v.state IN ('DELIVERED', 'UNKNOWN')
                    RETURNING r.mailing_id, r.no, r.state, r.reason, r.at, v.state AS before, 'BOUNCED' AS kind)
                """ + FOLLOWED)
                .param("mailing", mailing)
                .param("no", no)
                .param("max", MAX_BOUNCES)
                .param("node", NO_NODE)
                .param("rated", RATED)
                .param("refused", REFUSED)
                .query(Results::place)
                .list()
                .size();
    }

    private Set<Place> insert(long nodeId, List<Result> results) {
        return write(nodeId, results, """
                INSERT INTO recipient_result (mailing_id, no, state, reason, reply_id, attempts, at)
                SELECT mailing_id, no, state, reason, reply_id, attempts, at FROM v ORDER BY mailing_id, no
                ON CONFLICT DO NOTHING
                RETURNING mailing_id, no, state, reason, at, NULL::text AS before, state AS kind
                """);
    }

    /// Those who had a result already: only unknown ones can still become known. Somebody may release an unknown one in
    /// this very moment; then there is no row, and the caller inserts once more.
    private Set<Place> correct(long nodeId, List<Result> results) {
        return write(nodeId, results, """
                UPDATE recipient_result r
                   SET state = v.state, reason = v.reason, reply_id = v.reply_id, attempts = v.attempts, at = v.at
                  FROM v WHERE r.mailing_id = v.mailing_id AND r.no = v.no AND r.state = 'UNKNOWN'
                               AND v.state IN ('DELIVERED', 'FAILED')
                RETURNING r.mailing_id, r.no, r.state, r.reason, r.at, 'UNKNOWN' AS before, r.state AS kind
                """);
    }

    private static List<Result> missing(List<Result> results, Set<Place> moved) {
        return results.stream().filter(r -> !moved.contains(new Place(r.mailing(), r.no()))).toList();
    }

    private Set<Place> write(long nodeId, List<Result> results, String change) {
        if (results.isEmpty()) return new HashSet<>();
        return new HashSet<>(db.sql("""
                WITH v AS (
                    SELECT * FROM unnest(:mailing::bigint[], :no::int[], :state::text[], :reason::text[], :reply::bigint[],
                                         :attempts::smallint[], :at::timestamptz[], :address::bigint[])
                        AS v (mailing_id, no, state, reason, reply_id, attempts, at, address_id)),
                moved AS (
                """ + change + ")\n" + FOLLOWED)
                .param("mailing", results.stream().map(r -> r.mailing().value()).toArray(Long[]::new))
                .param("no", results.stream().map(Result::no).toArray(Integer[]::new))
                .param("state", results.stream().map(r -> r.state().name()).toArray(String[]::new))
                .param("reason", results.stream().map(Results::reason).toArray(String[]::new))
                .param("reply", results.stream().map(Result::replyId).toArray(Long[]::new))
                .param("attempts", results.stream().map(r -> (short) r.attempts()).toArray(Short[]::new))
                .param("at", results.stream().map(r -> r.at().toString()).toArray(String[]::new))
                .param("address", results.stream().map(Results::address).toArray(Long[]::new))
                .param("node", nodeId)
                .param("rated", RATED)
                .param("refused", REFUSED)
                .query(Results::place)
                .list());
    }

    private static Place place(ResultSet row, int ignored) throws SQLException {
        return new Place(new MailingId(row.getLong("mailing_id")), row.getInt("no"));
    }

    private static @Nullable String reason(Result result) {
        var reason = result.reason();
        return reason == null ? null : reason.name();
    }

    private static @Nullable Long address(Result result) {
        var address = result.address();
        return address == null ? null : address.value();
    }

    private static String[] named(Predicate<Reason> which) {
        return Arrays.stream(Reason.values()).filter(which).map(Reason::name).toArray(String[]::new);
    }

    private void add(long nodeId, long mailing, int unknown, int again) {
        db.sql("""
                INSERT INTO mailing_progress AS p (mailing_id, node_id, unknown, again) VALUES (:mailing, :node, :unknown, :again)
                ON CONFLICT (mailing_id, node_id) DO UPDATE
                   SET unknown = p.unknown + EXCLUDED.unknown, again = p.again + EXCLUDED.again
                """)
                .param("mailing", mailing)
                .param("node", nodeId)
                .param("unknown", unknown)
                .param("again", again)
                .update();
    }
}
