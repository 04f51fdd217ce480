package todoku.campaign;

import java.util.List;
import todoku.segment.Rule;

/// 配信先: the members of these groups, each person once, who meet the rule and are within reach.
///
/// @param once 重複配信チェック: of several customers with one address only the first gets the mail
public record Target(List<Long> groups, Rule rule, Reach reach, boolean once) {
    public static final Target NOBODY = new Target(List.of());

    public Target {
        groups = groups.stream().distinct().sorted().toList();
    }

    public Target(List<Long> groups, Rule rule, Reach reach) {
        this(groups, rule, reach, true);
    }

    public Target(List<Long> groups, Rule rule) {
        this(groups, rule, Reach.WILLING);
    }

    /// Everybody in these groups.
    public Target(List<Long> groups) {
        this(groups, Rule.EVERYBODY);
    }

    public Target reaching(Reach reach) {
        return new Target(groups, rule, reach, once);
    }

    /// The same, each address once or all who have it.
    Target once(boolean once) {
        return new Target(groups, rule, reach, once);
    }

    /// Whether nobody of the groups is left out by the rule.
    boolean isEverybody() {
        return rule.equals(Rule.EVERYBODY);
    }
}
