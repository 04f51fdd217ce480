package todoku.delivery;

import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.MailingId;
import todoku.mailing.Recipients.Range;

/// Cuts a planned mailing into batches. Runs in the transaction that plans and starts the mailing.
public final class Batches {
    /// Small enough to hand back quickly, large enough that claiming costs nothing.
    static final int MAX_RECIPIENTS = 1_000;

    private final JdbcClient db;

    public Batches(JdbcClient db) {
        this.db = db;
    }

    /// Each batch is part of one of these ranges, at most 1,000 recipients; returns how many. Domains that nobody has resolved
    /// yet make batches that the engine resolves.
    public int cut(MailingId mailing, List<Range> ranges) {
        return cut(mailing, ranges, Integer.MAX_VALUE);
    }

    /// As above; only so many recipients, the same share of every range, belong to the first stage, and the others wait until
    /// the mailing has come to the next.
    public int cut(MailingId mailing, List<Range> ranges, int first) {
        long whole = ranges.stream().mapToLong(Range::size).sum();
        List<Batch> batches = new ArrayList<>();
        long upto = 0;
        for (Range range : ranges) {
            long before = upto;
            upto += range.size();
            // Whole numbers whose sum is the number asked for, however small the ranges are.
            int share = first >= whole ? range.size() : (int) (upto * first / whole - before * first / whole);
            cut(range.destination(), range.first(), range.first() + share - 1, 0, batches);
            cut(range.destination(), range.first() + share, range.last(), 1, batches);
        }
        return db.sql("""
                INSERT INTO delivery_batch (mailing_id, destination_id, first_no, last_no, open_upto, priority, turn,
                                            not_before, expires_at, stage, pool_id)
                SELECT m.id, b.destination, b.first, b.last, b.first - 1, m.priority,
                       row_number() OVER (PARTITION BY b.destination ORDER BY b.first), m.created_at, m.expires_at, b.stage,
                       -- The sender's own pool, or that of the category, or of the kind of mail: somebody waits for these,
                       -- and for those not.
                       (SELECT coalesce(
                                   (SELECT p.pool_id FROM sender_profile p WHERE p.id = m.sender_id),
                                   (SELECT c.pool_id FROM category c WHERE c.id = m.category_id),
                                   CASE WHEN m.kind IN ('TRIGGERED', 'RELAY', 'NOTICE', 'FORM', 'TEST')
                                        THEN e.transactional_pool_id ELSE e.marketing_pool_id END)
                          FROM egress_setting e)
                  FROM unnest(:destination::bigint[], :first::int[], :last::int[], :stage::int[]) b (destination, first, last, stage), mailing m
                 WHERE m.id = :mailing
                """)
                .param("destination", batches.stream().map(Batch::destination).toArray(Long[]::new))
                .param("first", batches.stream().map(Batch::first).toArray(Integer[]::new))
                .param("last", batches.stream().map(Batch::last).toArray(Integer[]::new))
                .param("stage", batches.stream().map(Batch::stage).toArray(Integer[]::new))
                .param("mailing", mailing.value())
                .update();
    }

    private record Batch(long destination, int first, int last, int stage) {}

    private static void cut(long destination, int first, int last, int stage, List<Batch> into) {
        for (int from = first; from <= last; from += MAX_RECIPIENTS)
            into.add(new Batch(destination, from, Math.min(last, from + MAX_RECIPIENTS - 1), stage));
    }
}
