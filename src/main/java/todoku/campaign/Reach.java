package todoku.campaign;

import java.util.Set;
import todoku.suppression.Suppressions.Reason;

/// How far into a group a campaign reaches. Addresses where mail fails for good, complaints and banned domains are out of
/// reach always.
public enum Reach {
    /// Those who are 配信中 and not suppressed: every campaign that is no spot mail.
    WILLING,
    /// スポット配信: whoever is in the groups, also as 配信停止 or 配信禁止, without the suppressed ones.
    MEMBERS,
    /// The same with those who asked for no mail at all, or were banned everywhere.
    OPTED_OUT;

    /// The suppressions that do not count.
    Set<Reason> overridden() {
        return this == OPTED_OUT ? Reason.OPT_OUTS : Set.of();
    }
}
