package todoku.campaign;

import java.util.List;
import todoku.segment.Rule;

/// 配信先: the members of these groups, each person once, who meet the rule.
public record Target(List<Long> groups, Rule rule) {
    public static final Target NOBODY = new Target(List.of());

    public Target {
        groups = groups.stream().distinct().sorted().toList();
    }

    /// Everybody in these groups.
    public Target(List<Long> groups) {
        this(groups, Rule.EVERYBODY);
    }

    /// Whether nobody of the groups is left out by the rule.
    boolean isEverybody() {
        return rule.equals(Rule.EVERYBODY);
    }
}
