package todoku.campaign;

import java.util.List;
import todoku.segment.Condition;

/// 配信先: the members of these groups, each person once, who meet all conditions.
public record Target(List<Long> groups, List<Condition> conditions) {
    public static final Target NOBODY = new Target(List.of(), List.of());

    public Target {
        groups = groups.stream().distinct().sorted().toList();
        conditions = List.copyOf(conditions);
    }
}
