package todoku.suppression;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.AddressId;
import todoku.event.EventFollower;
import todoku.event.LedgerEntry;
import todoku.event.Reason;
import tools.jackson.databind.json.JsonMapper;

/// Keeps the list in step with what happened in real delivery (LIVE events only): failures are counted per address and
/// reason, each event once, and an address that reaches the threshold of [FailureRules] is mailed no more; a complaint
/// suppresses at once. A new kind of event does not compile until this class has an opinion.
public final class SuppressionFollower implements EventFollower {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final JdbcClient db;
    private final Suppressions suppressions;
    private final FailureRules rules;

    public SuppressionFollower(JdbcClient db, Suppressions suppressions) {
        this.db = db;
        this.suppressions = suppressions;
        this.rules = new FailureRules(db);
    }

    @Override
    public String name() {
        return "suppression";
    }

    @Override
    public void follow(List<LedgerEntry> entries) {
        Map<Reason, FailureRule> thresholds = rules.all();
        FailureHistory history = FailureHistory.of(
                db,
                entries.stream().map(entry -> entry.event().address()).filter(Objects::nonNull).toList());
        Set<AddressId> failed = new LinkedHashSet<>();
        Set<AddressId> complained = new LinkedHashSet<>();
        for (LedgerEntry entry : entries) {
            AddressId address = entry.event().address();
            if (address == null) continue;
            switch (entry.event().kind()) {
                case FAILED, BOUNCED -> {
                    FailureRule rule = thresholds.get(reason(entry));
                    if (rule == null) continue;
                    history.failed(address, entry, rule.reason());
                    if (history.reaches(address, rule)) failed.add(address);
                }
                case DELIVERED -> history.delivered(address, entry);
                case COMPLAINED -> complained.add(address);
                case SKIPPED, UNKNOWN, OPENED, CLICKED -> {}
                case CUSTOMER_CREATED, ADDRESS_CHANGED, CUSTOMER_DELETED, CUSTOMER_MERGED, STATE_CHANGED -> {}
            }
        }
        history.write();
        suppressions.add(failed, Suppressions.Reason.PERMANENT_FAILURE);
        suppressions.add(complained, Suppressions.Reason.COMPLAINT);
    }

    /// An event without a reason, or with one that only a newer program knows, cannot be counted: it stands aside.
    private static Reason reason(LedgerEntry entry) {
        return Reason.valueOf(JSON.readTree(entry.event().detail()).path("reason").asString("absent"));
    }
}
