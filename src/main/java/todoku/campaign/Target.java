package todoku.campaign;

import java.util.List;
import todoku.segment.Rule;

/// 配信先: the members of these groups, each person once, who meet the rule and are within reach.
public record Target(List<Long> groups, Rule rule, Reach reach) {
    public static final Target NOBODY = new Target(List.of());

    public Target {
        groups = groups.stream().distinct().sorted().toList();
    }

    public Target(List<Long> groups, Rule rule) {
        this(groups, rule, Reach.WILLING);
    }

    /// Everybody in these groups.
    public Target(List<Long> groups) {
        this(groups, Rule.EVERYBODY);
    }

    public Target reaching(Reach reach) {
        return new Target(groups, rule, reach);
    }

    /// Whether nobody of the groups is left out by the rule.
    boolean isEverybody() {
        return rule.equals(Rule.EVERYBODY);
    }
}
