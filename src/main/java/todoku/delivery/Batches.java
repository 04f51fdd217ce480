package todoku.delivery;

import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.MailingId;

/// Cuts a planned mailing into batches. Runs in the transaction that plans and starts the mailing.
public final class Batches {
    /// Small enough to hand back quickly, large enough that claiming costs nothing.
    static final int MAX_RECIPIENTS = 1_000;

    private final JdbcClient db;

    public Batches(JdbcClient db) {
        this.db = db;
    }

    /// Ranges of consecutive numbers towards one destination, at most 1,000 each; returns how many. Numbers that do not
    /// follow the destinations are right too, only in more batches. Domains that nobody has resolved yet make batches that
    /// the engine resolves.
    public int cut(MailingId mailing) {
        return cut(mailing, Integer.MAX_VALUE);
    }

    /// As above; only so many recipients, the same share of every destination, belong to the first stage, and the others
    /// wait until the mailing has come to the next.
    public int cut(MailingId mailing, int first) {
        return db.sql("""
                WITH placed AS (
                    SELECT r.no, coalesce(d.destination_id, 0) AS destination_id,
                           row_number() OVER (PARTITION BY coalesce(d.destination_id, 0) ORDER BY r.no) AS rank
                      FROM mailing_recipient r JOIN address a ON a.id = r.address_id JOIN domain d ON d.id = a.domain_id
                     WHERE r.mailing_id = :mailing),
                size AS (SELECT destination_id, count(*) AS n FROM placed GROUP BY destination_id),
                running AS (
                    SELECT destination_id, n, sum(n) OVER (ORDER BY destination_id) AS upto, sum(n) OVER () AS whole FROM size),
                -- Whole numbers whose sum is the number asked for, however small the destinations are.
                share AS (
                    SELECT destination_id,
                           CASE WHEN :first >= whole THEN n
                                ELSE floor(upto * :first / whole) - floor((upto - n) * :first / whole) END AS first
                      FROM running),
                chunked AS (
                    SELECT p.no, p.destination_id, p.rank > s.first AS later, p.no - p.rank AS island,
                           (CASE WHEN p.rank > s.first THEN p.rank - s.first ELSE p.rank END - 1)::bigint / :max AS chunk
                      FROM placed p JOIN share s ON s.destination_id = p.destination_id)
                INSERT INTO delivery_batch (mailing_id, destination_id, first_no, last_no, open_upto, priority, turn,
                                            not_before, expires_at, stage)
                SELECT m.id, c.destination_id, min(c.no), max(c.no), min(c.no) - 1, m.priority,
                       row_number() OVER (PARTITION BY c.destination_id ORDER BY min(c.no)), m.created_at, m.expires_at,
                       CASE WHEN c.later THEN 1 ELSE 0 END
                  FROM chunked c, mailing m WHERE m.id = :mailing
                 GROUP BY m.id, c.destination_id, c.later, c.island, c.chunk
                """)
                .param("mailing", mailing.value())
                .param("first", (long) first)
                .param("max", MAX_RECIPIENTS)
                .update();
    }
}
