package todoku.delivery;

import static java.time.ZoneOffset.UTC;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mailing.Mailings;
import todoku.mailing.Result;
import todoku.mailing.Results;
import todoku.mailing.Results.Place;

/// Settles what a dead process left open: whoever may have been sent to ends as unknown (of a transactional mailing: waits
/// as doubtful), everybody else waits again, due at once and with no attempt counted. Runs in the caller's transaction; twice is the same as once.
final class Settlement {
    private final JdbcClient db;
    private final Results results;
    private final Doubtful doubtful;
    private final long nodeId;

    Settlement(JdbcClient db, Results results, long nodeId) {
        this.db = db;
        this.results = results;
        this.doubtful = new Doubtful(db, results);
        this.nodeId = nodeId;
    }

    /// Everybody of a batch at or below its mark who has neither a result nor a waiting row.
    void batch(long batch, MailingId mailing, int firstNo, int upto, Instant now, Predicate<Key> maybeSent) {
        List<Integer> open = db.sql("""
                SELECT no FROM mailing_recipient r
                 WHERE mailing_id = :mailing AND no BETWEEN :first AND :upto
                   AND NOT EXISTS (SELECT FROM recipient_result x WHERE x.mailing_id = r.mailing_id AND x.no = r.no)
                   AND NOT EXISTS (SELECT FROM waiting_message w WHERE w.mailing_id = r.mailing_id AND w.no = r.no)
                 ORDER BY no
                """)
                .param("mailing", mailing.value())
                .param("first", firstNo)
                .param("upto", upto)
                .query(Integer.class)
                .list();
        List<Key> sent = new ArrayList<>();
        List<Integer> back = new ArrayList<>();
        for (int no : open) {
            var key = new Key(mailing.value(), no);
            if (maybeSent.test(key)) sent.add(key);
            else back.add(no);
        }
        if (isSentAgain(mailing)) {
            doubtful.count(nodeId, places(sent));
            doubtful.wait(
                    places(sent).stream().map(place -> new Doubtful.Waiter(place, now, 1, null)).toList(), null);
        } else {
            unknown(sent, now);
        }
        db.sql("""
                INSERT INTO waiting_message (mailing_id, no, destination_id, priority, due_at, expires_at, dated_at, attempts,
                                             pool_id)
                SELECT b.mailing_id, v.no, b.destination_id, b.priority, :now, b.expires_at, coalesce(b.dated_at, :now), 0,
                       b.pool_id
                  FROM unnest(:no::int[]) AS v (no), delivery_batch b WHERE b.id = :batch
                ON CONFLICT DO NOTHING
                """)
                .param("now", now.atOffset(UTC))
                .param("no", back.toArray(Integer[]::new))
                .param("batch", batch)
                .update();
    }

    /// Waiting messages that were open.
    void waiting(List<Key> open, Instant now, Predicate<Key> maybeSent) {
        if (open.isEmpty()) return;
        List<Key> sent = open.stream().filter(maybeSent).toList();
        Set<Key> again = sendAgain(sent);
        List<Key> ended = sent.stream().filter(key -> !again.contains(key)).toList();
        unknown(ended, now);
        change("DELETE FROM waiting_message w USING v WHERE w.mailing_id = v.mailing_id AND w.no = v.no", ended);
        doubtful.count(nodeId, places(again));
        change("UPDATE waiting_message w SET doubtful = true FROM v WHERE w.mailing_id = v.mailing_id AND w.no = v.no", again);
        change("""
                UPDATE waiting_message w SET opened = false, node_id = NULL, node_boot = NULL, leased_until = '-infinity'
                  FROM v WHERE w.mailing_id = v.mailing_id AND w.no = v.no
                """, open.stream().filter(key -> !ended.contains(key)).toList());
    }

    /// Once more, and no more: who was doubtful already is not asked for again.
    private Set<Key> sendAgain(List<Key> sent) {
        if (sent.isEmpty()) return Set.of();
        Set<Key> fresh = Set.copyOf(db.sql("""
                SELECT w.mailing_id, w.no FROM waiting_message w
                  JOIN unnest(:mailing::bigint[], :no::int[]) AS v (mailing_id, no) ON w.mailing_id = v.mailing_id AND w.no = v.no
                 WHERE NOT w.doubtful
                """)
                .param("mailing", sent.stream().map(Key::mailing).toArray(Long[]::new))
                .param("no", sent.stream().map(Key::no).toArray(Integer[]::new))
                .query((row, _) -> new Key(row.getLong("mailing_id"), row.getInt("no")))
                .list());
        Set<Long> transactional = fresh.stream()
                .map(Key::mailing)
                .distinct()
                .filter(mailing -> isSentAgain(new MailingId(mailing)))
                .collect(Collectors.toSet());
        return fresh.stream().filter(key -> transactional.contains(key.mailing())).collect(Collectors.toSet());
    }

    /// Nothing is sent of a mailing that was stopped.
    private boolean isSentAgain(MailingId mailing) {
        return db.sql("SELECT kind, state FROM mailing WHERE id = :id")
                .param("id", mailing.value())
                .query((row, _) -> Mailings.Kind.valueOf(row.getString("kind")).isTransactional()
                        && Mailings.State.valueOf(row.getString("state")) != Mailings.State.STOPPED)
                .single();
    }

    private static List<Place> places(Collection<Key> keys) {
        return keys.stream().map(key -> new Place(new MailingId(key.mailing()), key.no())).toList();
    }

    private void unknown(List<Key> keys, Instant now) {
        results.record(
                nodeId,
                keys.stream()
                        .map(key -> new Result(
                                new MailingId(key.mailing()),
                                key.no(),
                                Result.State.UNKNOWN,
                                Reason.NODE_LOST,
                                null,
                                1,
                                now))
                        .toList());
    }

    private void change(String change, Collection<Key> keys) {
        if (keys.isEmpty()) return;
        db.sql("WITH v AS (SELECT * FROM unnest(:mailing::bigint[], :no::int[]) AS v (mailing_id, no)) " + change)
                .param("mailing", keys.stream().map(Key::mailing).toArray(Long[]::new))
                .param("no", keys.stream().map(Key::no).toArray(Integer[]::new))
                .update();
    }
}
