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
        return db.sql("""
                WITH placed AS (
                    SELECT r.no, coalesce(d.destination_id, 0) AS destination_id,
                           r.no - row_number() OVER (PARTITION BY coalesce(d.destination_id, 0) ORDER BY r.no) AS island
                      FROM mailing_recipient r JOIN address a ON a.id = r.address_id JOIN domain d ON d.id = a.domain_id
                     WHERE r.mailing_id = :mailing),
                chunked AS (
                    SELECT no, destination_id, island,
                           (row_number() OVER (PARTITION BY destination_id, island ORDER BY no) - 1) / :max AS chunk
                      FROM placed)
                INSERT INTO delivery_batch (mailing_id, destination_id, first_no, last_no, open_upto, priority, turn,
                                            not_before, expires_at)
                SELECT m.id, c.destination_id, min(c.no), max(c.no), min(c.no) - 1, m.priority,
                       row_number() OVER (PARTITION BY c.destination_id ORDER BY min(c.no)), m.created_at, m.expires_at
                  FROM chunked c, mailing m WHERE m.id = :mailing
                 GROUP BY m.id, c.destination_id, c.island, c.chunk
                """)
                .param("mailing", mailing.value())
                .param("max", MAX_RECIPIENTS)
                .update();
    }
}
