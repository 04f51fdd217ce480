package todoku.guard;

import java.util.List;
import todoku.access.Function;
import todoku.access.Operator;

/// お知らせ: errors and warnings that nobody has seen, as far as they are this operator's business.
public final class Notices {
    private static final int LOOKED_AT = 100;
    private static final int SHOWN = 5;

    private final SystemLog log;

    public Notices(SystemLog log) {
        this.log = log;
    }

    /// The newest first.
    public List<SystemEvent> of(Operator operator) {
        return log.open(LOOKED_AT).stream()
                .filter(event -> mayBeSeenBy(event, operator))
                .limit(SHOWN)
                .toList();
    }

    /// What is about a campaign is for those who may look into it, everything else for those who look after the system.
    static boolean mayBeSeenBy(SystemEvent event, Operator operator) {
        SystemEvent.Named campaign = event.campaign();
        if (operator.may(Function.AUDIT_VIEW)) return true;
        return campaign != null && operator.may(Function.CAMPAIGN_VIEW, campaign.department());
    }
}
