package todoku.delivery.standing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What is stored about one recipient.
/// @param destination 0 when nobody knows it yet
/// @param result null while there is none
/// @param waits there is a row that says when it is sent to again
/// @param open a node has it and has begun
/// @param stage of its batch
/// @param pool whose addresses may take it; 0 when nobody knows
record RecipientRow(
        MailingRow mailing, long destination, String name, @Nullable String result, @Nullable String reason, int attempts,
        @Nullable Instant at, @Nullable String reply, boolean waits, boolean doubtful, boolean open, @Nullable Instant due,
        @Nullable Instant expires, int stage, @Nullable Instant notBefore, long pool) {
    /// Of `:mailing` and `:no`.
    static final String QUESTION = "SELECT " + MailingRow.COLUMNS + ", "
            + """
            coalesce(d.id, 0) AS destination_id, CASE WHEN d.id = 0 THEN n.name ELSE coalesce(d.name, n.name) END AS destination,
                   x.state AS result, x.reason, coalesce(x.attempts, w.attempts, 0) AS attempts, x.at, t.text AS reply,
                   w.no IS NOT NULL AS waits, coalesce(w.doubtful, false) AS doubtful,
                   CASE WHEN w.no IS NOT NULL THEN w.opened AND w.leased_until > clock_timestamp()
                        ELSE b.open_upto >= r.no AND b.leased_until > clock_timestamp() END AS open,
                   w.due_at, coalesce(w.expires_at, b.expires_at) AS expires_at, coalesce(b.stage, 0) AS stage, b.not_before,
                   coalesce(w.pool_id, b.pool_id, 0) AS pool
              FROM mailing m
              JOIN mailing_recipient r ON r.mailing_id = m.id AND r.no = :no
              JOIN address a ON a.id = r.address_id
              JOIN domain n ON n.id = a.domain_id
              LEFT JOIN recipient_result x ON x.mailing_id = m.id AND x.no = r.no
              LEFT JOIN waiting_message w ON w.mailing_id = m.id AND w.no = r.no
              LEFT JOIN reply_text t ON t.id = coalesce(x.reply_id, w.reply_id)
              LEFT JOIN LATERAL (SELECT * FROM delivery_batch b WHERE b.mailing_id = m.id AND b.first_no <= r.no
                                  ORDER BY b.first_no DESC LIMIT 1) b ON true
              LEFT JOIN destination d ON d.id = coalesce(w.destination_id, nullif(b.destination_id, 0), n.destination_id, 0)
             WHERE m.id = :mailing
            """;

    static RecipientRow of(ResultSet row, int ignored) throws SQLException {
        return new RecipientRow(
                MailingRow.of(row),
                row.getLong("destination_id"),
                row.getString("destination"),
                row.getString("result"),
                row.getString("reason"),
                row.getInt("attempts"),
                MailingRow.instant(row, "at"),
                row.getString("reply"),
                row.getBoolean("waits"),
                row.getBoolean("doubtful"),
                row.getBoolean("open"),
                MailingRow.instant(row, "due_at"),
                MailingRow.instant(row, "expires_at"),
                row.getInt("stage"),
                MailingRow.instant(row, "not_before"),
                row.getLong("pool"));
    }
}
