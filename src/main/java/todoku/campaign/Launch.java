package todoku.campaign;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import todoku.database.Database;
import todoku.delivery.Batches;
import todoku.event.Event.Environment;
import todoku.event.MailingId;
import todoku.guard.GuardTable;
import todoku.mailing.Mailings;
import todoku.mailing.Mailings.Kind;
import todoku.mailing.Mailings.NewMailing;
import todoku.mailing.Partitions;
import todoku.mailing.Recipients;
import todoku.mailing.Recipients.Range;

/// Plans a campaign: either all of it is written, or none.
public final class Launch {
    /// Campaigns come after transactional mail, tests, spot and step mail (`docs/ARCHITECTURE.md`).
    private static final int CAMPAIGN_PRIORITY = 50;
    private static final int SPOT_PRIORITY = 30;

    private final Database database;
    private final Mailings mailings;
    private final Partitions partitions;
    private final Recipients recipients;
    private final Batches batches;
    private final Audience audience;
    private final GuardTable guards;

    public Launch(Database database, Mailings mailings, Batches batches, Audience audience) {
        this.database = database;
        this.mailings = mailings;
        this.partitions = new Partitions(database);
        this.recipients = new Recipients(database.client());
        this.batches = batches;
        this.audience = audience;
        this.guards = new GuardTable(database.client());
    }

    /// What goes to whom.
    public record Order(
            long departmentId,
            @Nullable Long categoryId,
            Target target,
            long mailVersionId,
            long senderId,
            Environment environment,
            Instant expiresAt) {

        /// To everybody in one group.
        public Order(
                long departmentId, long groupId, long mailVersionId, long senderId, Environment environment, Instant expiresAt) {
            this(departmentId, null, new Target(List.of(groupId)), mailVersionId, senderId, environment, expiresAt);
        }
    }

    /// 抽出数 = 配信数 + 除外 (each reason once).
    ///
    /// @param optedOut of the planned, those a spot mail reaches though they opted out
    public record Planned(MailingId mailing, int selected, int planned, Map<String, Integer> excluded, int optedOut) {
        public int excludedTotal() {
            return excluded.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    /// One transaction: those who meet the target, without those who must not get it, become recipients and batches.
    /// Nobody is planned when nobody is left; the mailing then has no recipients and is stopped at once.
    public Planned plan(Order order) {
        return plan(order, _ -> true).orElseThrow();
    }

    /// As above, but nothing is written when the number of recipients is not the one expected.
    Optional<Planned> plan(Order order, IntPredicate expected) {
        return database.inTransaction(() -> {
            int chosen = audience.choose(order.target(), recipients);
            if (!expected.test(chosen)) return Optional.<Planned>empty();
            boolean spot = order.target().reach() != Reach.WILLING;
            MailingId mailing = mailings.create(partitions.reserve(chosen), new NewMailing(
                    spot ? Kind.SPOT : Kind.GROUP,
                    order.environment(),
                    order.departmentId(),
                    order.categoryId(),
                    spot ? SPOT_PRIORITY : CAMPAIGN_PRIORITY,
                    order.mailVersionId(),
                    order.senderId(),
                    order.expiresAt()));
            recipients.fromGroups(mailing, order.target().groups());
            if (!order.target().reach().overridden().isEmpty()) recipients.evenOptedOut(mailing);
            List<Range> ranges = recipients.write(mailing);
            int planned = chosen;
            Audience.Count counted = audience.count(order.target());
            Map<String, Integer> excluded = counted.excluded();
            excluded.forEach((reason, count) -> recipients.excluded(mailing, reason, count));
            mailings.planned(mailing, planned);
            if (planned == 0) {
                mailings.stop(mailing);
            } else {
                int first = guards.settings().first(planned);
                if (first < planned) guards.plan(mailing, first);
                batches.cut(mailing, ranges, first);
                mailings.start(mailing);
            }
            int left = excluded.values().stream().mapToInt(Integer::intValue).sum();
            return Optional.of(new Planned(mailing, planned + left, planned, excluded, counted.optedOutTotal()));
        });
    }
}
