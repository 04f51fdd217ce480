package todoku.access;

import java.sql.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import todoku.database.Database;
import tools.jackson.databind.ObjectMapper;

/// Who did what, when, from where, and what it was before. Written in the transaction of the change: either both stand or
/// neither. Nothing here is ever changed or deleted.
@Component
public class Audit {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final JdbcClient db;
    private final InstantSource clock;

    public Audit(Database database, InstantSource clock) {
        this.db = database.client();
        this.clock = clock;
    }

    /// One line of the log.
    public record Entry(
            long id, Instant at, @Nullable String operator, @Nullable String ip, String act, String subject,
            @Nullable String before, @Nullable String after) {}

    /// Writes one line.
    ///
    /// @param act     `module.act`, such as `customer.edit`; the text key `audit.<act>` names it
    /// @param subject what it was done to, such as `customer:17`
    /// @param before  written as JSON; records and maps are welcome
    /// @throws IllegalStateException outside a transaction: the change could stand without its line
    public void write(Operator who, String act, String subject, @Nullable Object before, @Nullable Object after) {
        if (!TransactionSynchronizationManager.isActualTransactionActive())
            throw new IllegalStateException("audit outside a transaction: " + act);
        db.sql(
                        """
                        INSERT INTO audit (at, operator_id, ip, act, subject, before, after)
                        VALUES (:at, :operator, :ip, :act, :subject, CAST(:before AS jsonb), CAST(:after AS jsonb))
                        """)
                .param("at", Timestamp.from(clock.instant()))
                .param("operator", who.id())
                .param("ip", who.ip())
                .param("act", act)
                .param("subject", subject)
                .param("before", json(before))
                .param("after", json(after))
                .update();
    }

    /// The newest lines before a position, newest first.
    ///
    /// @param before id of the last line seen, or `Long.MAX_VALUE` for the first page
    List<Entry> page(long before, int limit) {
        return db.sql(
                        """
                        SELECT a.id, a.at, o.display_name AS operator, a.ip, a.act, a.subject,
                               a.before::text AS before, a.after::text AS after
                          FROM audit a LEFT JOIN operator o ON o.id = a.operator_id
                         WHERE a.id < :before ORDER BY a.id DESC LIMIT :limit
                        """)
                .param("before", before)
                .param("limit", limit)
                .query((row, n) -> new Entry(
                        row.getLong("id"),
                        row.getTimestamp("at").toInstant(),
                        row.getString("operator"),
                        row.getString("ip"),
                        row.getString("act"),
                        row.getString("subject"),
                        row.getString("before"),
                        row.getString("after")))
                .list();
    }

    private static @Nullable String json(@Nullable Object value) {
        return value == null ? null : JSON.writeValueAsString(value);
    }
}
