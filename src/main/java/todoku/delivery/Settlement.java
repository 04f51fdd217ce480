package todoku.delivery;

import static java.time.ZoneOffset.UTC;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mailing.Result;
import todoku.mailing.Results;

/// Settles what a dead process left open: whoever may have been sent to ends as unknown, everybody else waits again,
/// due at once and with no attempt counted. Runs in the caller's transaction; twice is the same as once.
final class Settlement {
    private final JdbcClient db;
    private final Results results;
    private final long nodeId;

    Settlement(JdbcClient db, Results results, long nodeId) {
        this.db = db;
        this.results = results;
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
        unknown(sent, 1, now);
        db.sql("""
                INSERT INTO waiting_message (mailing_id, no, destination_id, priority, due_at, expires_at, dated_at, attempts)
                SELECT b.mailing_id, v.no, b.destination_id, b.priority, :now, b.expires_at, coalesce(b.dated_at, :now), 0
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
        List<Key> sent = open.stream().filter(maybeSent).toList();
        List<Key> back = open.stream().filter(maybeSent.negate()).toList();
        unknown(sent, 1, now);
        change("DELETE FROM waiting_message w USING v WHERE w.mailing_id = v.mailing_id AND w.no = v.no", sent);
        change("""
                UPDATE waiting_message w SET opened = false, node_id = NULL, node_boot = NULL, leased_until = '-infinity'
                  FROM v WHERE w.mailing_id = v.mailing_id AND w.no = v.no
                """, back);
    }

    private void unknown(List<Key> keys, int attempts, Instant now) {
        results.record(
                nodeId,
                keys.stream()
                        .map(key -> new Result(
                                new MailingId(key.mailing()),
                                key.no(),
                                Result.State.UNKNOWN,
                                Reason.NODE_LOST,
                                null,
                                attempts,
                                now))
                        .toList());
    }

    private void change(String change, List<Key> keys) {
        if (keys.isEmpty()) return;
        db.sql("WITH v AS (SELECT * FROM unnest(:mailing::bigint[], :no::int[]) AS v (mailing_id, no)) " + change)
                .param("mailing", keys.stream().map(Key::mailing).toArray(Long[]::new))
                .param("no", keys.stream().map(Key::no).toArray(Integer[]::new))
                .update();
    }
}
