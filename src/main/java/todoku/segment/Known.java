package todoku.segment;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a rule may name, as it stands at this moment: read once for a question, so that its parts agree.
///
/// @param groups   names by id
/// @param mailings names by id: of those that rules asked here name
/// @param segments the rules of saved segments by id, with their names
record Known(
        List<Field> fields,
        Map<Long, String> groups,
        Map<Long, String> mailings,
        Map<Long, RecordKind> kinds,
        Map<Long, Saved> segments) {

    /// A saved segment, as far as a rule needs it.
    record Saved(String name, Rule rule) {}

    Optional<Field> field(String id) {
        return Fields.find(fields, id);
    }

    Field mustKnow(String id) {
        return field(id).orElseThrow(() -> new IllegalArgumentException("no such field: " + id));
    }

    @Nullable RecordKind kind(long id) {
        return kinds.get(id);
    }

    boolean hasGroups(Set<Long> ids) {
        return groups.keySet().containsAll(ids);
    }

    /// The same rule without names of segments: each is what it says today.
    ///
    /// @throws IllegalArgumentException for one that does not exist, or names itself
    Rule resolved(Rule rule) {
        return resolved(rule, 0);
    }

    private Rule resolved(Rule rule, int depth) {
        return switch (rule) {
            case Rule.All(var rules) -> new Rule.All(rules.stream().map(each -> resolved(each, depth)).toList());
            case Rule.Any(var rules) -> new Rule.Any(rules.stream().map(each -> resolved(each, depth)).toList());
            case Rule.Not(var inner) -> new Rule.Not(resolved(inner, depth));
            case Rule.InSegment(long id) -> {
                Saved saved = segments.get(id);
                if (saved == null || depth >= RuleCheck.SEGMENTS_DEEP) throw new IllegalArgumentException("no usable segment: " + id);
                yield resolved(saved.rule(), depth + 1);
            }
            case Condition c -> c;
            case Rule.InGroup g -> g;
            case Rule.Behaviour b -> b;
            case Rule.Related r -> r;
            case Rule.FromDomain d -> d;
        };
    }
}
