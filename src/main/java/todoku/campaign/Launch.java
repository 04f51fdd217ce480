package todoku.campaign;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;
import todoku.delivery.Batches;
import todoku.event.Event.Environment;
import todoku.event.MailingId;
import todoku.mailing.Mailings;
import todoku.mailing.Mailings.Kind;
import todoku.mailing.Mailings.NewMailing;
import todoku.mailing.Recipients;

/// Plans a campaign: either all of it is written, or none.
public final class Launch {
    /// Campaigns come after transactional mail, tests, spot and step mail (`docs/ARCHITECTURE.md`).
    private static final int CAMPAIGN_PRIORITY = 50;

    private final Database database;
    private final JdbcClient db;
    private final Mailings mailings;
    private final Recipients recipients;
    private final Batches batches;

    public Launch(Database database, Mailings mailings, Batches batches) {
        this.database = database;
        this.db = database.client();
        this.mailings = mailings;
        this.recipients = new Recipients(db);
        this.batches = batches;
    }

    /// What goes to whom.
    public record Order(
            long departmentId, long groupId, long mailVersionId, long senderId, Environment environment, Instant expiresAt) {}

    /// 抽出数 = 配信数 + 除外 (each reason once).
    public record Planned(MailingId mailing, int selected, int planned, Map<String, Integer> excluded) {
        public int excludedTotal() {
            return excluded.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    /// One transaction: the members of the group, without those who must not get it, become recipients and batches.
    /// Nobody is planned when nobody is left; the mailing then has no recipients and is stopped at once.
    public Planned plan(Order order) {
        return database.inTransaction(() -> {
            MailingId mailing = mailings.create(new NewMailing(
                    Kind.GROUP,
                    order.environment(),
                    order.departmentId(),
                    null,
                    CAMPAIGN_PRIORITY,
                    order.mailVersionId(),
                    order.senderId(),
                    order.expiresAt()));
            recipients.fromGroup(mailing, order.groupId());
            batches.assignDestinations();
            recipients.open();
            choose(order);
            int planned = recipients.write(mailing);
            Map<String, Integer> excluded = excluded(order);
            excluded.forEach((reason, count) -> recipients.excluded(mailing, reason, count));
            mailings.planned(mailing, planned);
            if (planned == 0) {
                mailings.stop(mailing);
            } else {
                batches.cut(mailing);
                mailings.start(mailing);
            }
            int left = excluded.values().stream().mapToInt(Integer::intValue).sum();
            return new Planned(mailing, planned + left, planned, excluded);
        });
    }

    private void choose(Order order) {
        db.sql(
                        """
                        INSERT INTO chosen (customer_id, address_id)
                        SELECT c.id, c.address_id
                          FROM membership m JOIN customer c ON c.id = m.customer_id
                         WHERE m.group_id = :group AND m.state = 'SUBSCRIBED'
                           AND NOT EXISTS (SELECT FROM suppression s WHERE s.address_id = c.address_id)
                        """)
                .param("group", order.groupId())
                .update();
    }

    private Map<String, Integer> excluded(Order order) {
        Map<String, Integer> byReason = new TreeMap<>();
        db.sql(
                        """
                        SELECT CASE m.state WHEN 'SUBSCRIBED' THEN 'SUPPRESSED' ELSE m.state END AS reason, count(*) AS n
                          FROM membership m JOIN customer c ON c.id = m.customer_id
                         WHERE m.group_id = :group
                           AND (m.state <> 'SUBSCRIBED'
                                OR EXISTS (SELECT FROM suppression s WHERE s.address_id = c.address_id))
                         GROUP BY 1
                        """)
                .param("group", order.groupId())
                .query(row -> {
                    byReason.put(row.getString("reason"), row.getInt("n"));
                });
        return byReason;
    }
}
