package todoku.mailing;


import java.time.OffsetDateTime;
import java.util.ArrayList;
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

/// How recipients ended: one row each, whatever crashes. The only moves are none → result and unknown → delivered or
/// failed; everything else offered is already known and changes nothing. Counters and events follow the rows that moved.
public final class Results {
    private final JdbcClient db;
    private final EventLedger ledger;

    public Results(JdbcClient db, EventLedger ledger) {
        this.db = db;
        this.ledger = ledger;
    }

    private record Moved(Event event, Result.State state, boolean wasUnknown) {}

    /// Records in the caller's transaction, at most one result per recipient. Returns how many moved.
    public int record(long nodeId, List<Result> results) {
        if (results.isEmpty()) return 0;
        List<Moved> moved = new ArrayList<>(write("""
                INSERT INTO recipient_result (mailing_id, no, state, reason, reply_id, attempts, at)
                SELECT * FROM v ORDER BY mailing_id, no
                ON CONFLICT DO NOTHING
                RETURNING mailing_id, no, state, reason, at
                """, results, false));
        if (moved.size() < results.size()) moved.addAll(correct(results, moved));
        count(nodeId, moved);
        ledger.append(moved.stream().map(Moved::event).toList());
        return moved.size();
    }

    /// Those who had a result already: only unknown ones can still become known.
    private List<Moved> correct(List<Result> results, List<Moved> inserted) {
        Set<String> done = new HashSet<>();
        for (Moved one : inserted) done.add(one.event().mailing() + "/" + one.event().recipientNo());
        return write("""
                UPDATE recipient_result r
                   SET state = v.state, reason = v.reason, reply_id = v.reply_id, attempts = v.attempts, at = v.at
                  FROM v WHERE r.mailing_id = v.mailing_id AND r.no = v.no AND r.state = 'UNKNOWN'
                               AND v.state IN ('DELIVERED', 'FAILED')
                RETURNING r.mailing_id, r.no, r.state, r.reason, r.at
                """, results.stream().filter(r -> !done.contains(r.mailing() + "/" + r.no())).toList(), true);
    }

    private List<Moved> write(String change, List<Result> results, boolean wasUnknown) {
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
                  JOIN mailing_recipient r ON r.mailing_id = d.mailing_id AND r.no = d.no
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
                    return new Moved(
                            new Event(
                                    row.getObject("at", OffsetDateTime.class).toInstant(),
                                    Event.Kind.valueOf(state.name()),
                                    Environment.valueOf(row.getString("environment")),
                                    new MailingId(row.getLong("mailing_id")),
                                    row.getInt("no"),
                                    new AddressId(row.getLong("address_id")),
                                    reason == null ? "{}" : "{\"reason\":\"" + reason + "\"}"),
                            state,
                            wasUnknown);
                })
                .list();
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
            int[] delta = deltas.computeIfAbsent(mailing.value(), _ -> new int[4]);
            delta[one.state().ordinal()]++;
            if (one.wasUnknown()) delta[Result.State.UNKNOWN.ordinal()]--;
        }
        deltas.forEach((mailing, delta) -> db.sql("""
                INSERT INTO mailing_progress AS p (mailing_id, node_id, delivered, failed, skipped, unknown)
                VALUES (:mailing, :node, :delivered, :failed, :skipped, :unknown)
                ON CONFLICT (mailing_id, node_id) DO UPDATE
                   SET delivered = p.delivered + EXCLUDED.delivered, failed = p.failed + EXCLUDED.failed,
                       skipped = p.skipped + EXCLUDED.skipped, unknown = p.unknown + EXCLUDED.unknown
                """)
                .param("mailing", mailing)
                .param("node", nodeId)
                .param("delivered", delta[0])
                .param("failed", delta[1])
                .param("skipped", delta[2])
                .param("unknown", delta[3])
                .update());
    }
}
