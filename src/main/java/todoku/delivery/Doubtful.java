package todoku.delivery;

import static java.time.ZoneOffset.UTC;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.MailingId;
import todoku.mailing.Results;
import todoku.mailing.Results.Place;

/// Puts recipients in line who may have the mail already: by policy, by a person, or because a late answer says "later".
/// Where a waiting row is gone, the batch that the recipient was in knows priority, Date and expiry.
final class Doubtful {
    private final JdbcClient db;
    private final Results results;

    Doubtful(JdbcClient db, Results results) {
        this.db = db;
        this.results = results;
    }

    /// One who is to wait.
    record Waiter(Place place, Instant due, int attempts, @Nullable Long replyId) {}

    /// Runs in the caller's transaction. Nobody who has a result waits.
    ///
    /// @param expiresAt instead of the batch's own expiry, which may have passed
    void wait(Collection<Waiter> waiters, @Nullable Instant expiresAt) {
        if (waiters.isEmpty()) return;
        db.sql("""
                INSERT INTO waiting_message (mailing_id, no, destination_id, priority, due_at, expires_at, dated_at, attempts,
                                             reply_id, doubtful, pool_id)
                SELECT r.mailing_id, r.no, coalesce(d.destination_id, b.destination_id), coalesce(b.priority, m.priority), v.due,
                       coalesce(:expires::timestamptz, b.expires_at, m.expires_at), coalesce(b.dated_at, m.created_at),
                       v.attempts, v.reply, true, coalesce(b.pool_id, 1)
                  FROM unnest(:mailing::bigint[], :no::int[], :due::timestamptz[], :attempts::smallint[], :reply::bigint[])
                           AS v (mailing_id, no, due, attempts, reply)
                  JOIN mailing m ON m.id = v.mailing_id
                  JOIN mailing_recipient r ON r.mailing_id = v.mailing_id AND r.no = v.no
                  JOIN address a ON a.id = r.address_id JOIN domain d ON d.id = a.domain_id
                  LEFT JOIN LATERAL (
                       SELECT destination_id, priority, expires_at, dated_at, pool_id FROM delivery_batch x
                        WHERE x.mailing_id = v.mailing_id AND x.first_no <= v.no ORDER BY x.first_no DESC LIMIT 1) b ON true
                 WHERE NOT EXISTS (SELECT FROM recipient_result x WHERE x.mailing_id = v.mailing_id AND x.no = v.no)
                 ORDER BY r.mailing_id, r.no
                ON CONFLICT (mailing_id, no) DO UPDATE SET doubtful = true
                """)
                .param("expires", expiresAt == null ? null : expiresAt.atOffset(UTC))
                .param("mailing", waiters.stream().map(w -> w.place().mailing().value()).toArray(Long[]::new))
                .param("no", waiters.stream().map(w -> w.place().no()).toArray(Integer[]::new))
                .param("due", waiters.stream().map(w -> w.due().toString()).toArray(String[]::new))
                .param("attempts", waiters.stream().map(w -> (short) w.attempts()).toArray(Short[]::new))
                .param("reply", waiters.stream().map(Waiter::replyId).toArray(Long[]::new))
                .update();
    }

    /// Counts those who will be sent to again although they may have the mail: apart, for everybody to see. Who is doubtful
    /// already was counted before.
    void count(long nodeId, List<Place> places) {
        if (places.isEmpty()) return;
        Map<Long, Integer> byMailing = new TreeMap<>();
        Set<Place> before = Set.copyOf(db.sql("""
                SELECT w.mailing_id, w.no FROM waiting_message w
                  JOIN unnest(:mailing::bigint[], :no::int[]) AS v (mailing_id, no) ON w.mailing_id = v.mailing_id AND w.no = v.no
                 WHERE w.doubtful
                """)
                .param("mailing", places.stream().map(p -> p.mailing().value()).toArray(Long[]::new))
                .param("no", places.stream().map(Place::no).toArray(Integer[]::new))
                .query((row, _) -> new Place(new MailingId(row.getLong("mailing_id")), row.getInt("no")))
                .list());
        for (Place place : places) if (!before.contains(place)) byMailing.merge(place.mailing().value(), 1, Integer::sum);
        byMailing.forEach((mailing, count) ->
                results.countAgain(nodeId, new MailingId(mailing), count));
    }
}
