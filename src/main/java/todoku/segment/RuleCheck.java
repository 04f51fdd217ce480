package todoku.segment;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Whether a rule can be asked at all, row by row.
final class RuleCheck {
    /// Rows of one rule: more cannot be read as one sentence.
    static final int ROWS_LIMIT = 50;
    /// Groups within groups: more cannot be read at all.
    static final int GROUPS_DEEP = 3;
    /// Segments within segments.
    static final int SEGMENTS_DEEP = 5;
    /// Pasted numbers of members; PostgreSQL hashes them.
    static final int CHOICES_LIMIT = 10_000;
    /// Characters of one value.
    static final int VALUE_LIMIT_CHARS = 200;
    /// A hundred years.
    static final int DAYS_LIMIT = 36_525;
    /// Mails or records counted.
    static final int TIMES_LIMIT = 1_000;
    /// Conditions on the records of one row.
    static final int RECORD_CONDITIONS_LIMIT = 5;

    private final Known known;
    private final List<Problem> problems = new ArrayList<>();
    private int rows;

    private RuleCheck(Known known) {
        this.known = known;
    }

    static List<Problem> problems(Rule rule, Known known) {
        RuleCheck check = new RuleCheck(known);
        switch (rule) {
            case Rule.All(var rules) -> check.group(rules, "", 1);
            case Rule.Any(var rules) -> check.group(rules, "", 1);
            default -> check.row(rule, "0", 1);
        }
        if (check.rows > ROWS_LIMIT) check.problems.add(new Problem("", Problem.Kind.TOO_MANY_ROWS));
        return check.problems;
    }

    private void group(List<Rule> rules, String path, int depth) {
        for (int i = 0; i < rules.size(); i++) row(rules.get(i), Rules.path(path, i), depth);
    }

    private void row(Rule rule, String path, int depth) {
        rows++;
        if (rows > ROWS_LIMIT) return;
        Problem.Kind kind = problem(rule, path, depth);
        if (kind != null) problems.add(new Problem(path, kind));
    }

    private Problem.@Nullable Kind problem(Rule rule, String path, int depth) {
        return switch (rule) {
            case Rule.All(var rules) -> inner(rules, path, depth);
            case Rule.Any(var rules) -> inner(rules, path, depth);
            case Rule.Not(var inner) -> inner instanceof Rule.Not ? Problem.Kind.TOO_DEEP : problem(inner, path, depth);
            case Condition c -> condition(c, known.field(c.field()));
            case Rule.InGroup g -> g.groups().isEmpty() || g.states().isEmpty() || !known.hasGroups(new HashSet<>(g.groups()))
                    ? Problem.Kind.NO_GROUP
                    : null;
            case Rule.Behaviour b -> behaviour(b);
            case Rule.Related r -> related(r);
            case Rule.InSegment(long id) -> segment(id, 1);
            case Rule.FromDomain(var domains) -> choices(domains);
        };
    }

    private Problem.@Nullable Kind inner(List<Rule> rules, String path, int depth) {
        if (depth >= GROUPS_DEEP) return Problem.Kind.TOO_DEEP;
        if (rules.isEmpty()) return Problem.Kind.EMPTY_GROUP;
        group(rules, path, depth + 1);
        return null;
    }

    private Problem.@Nullable Kind behaviour(Rule.Behaviour b) {
        if (b.times() < 1 || b.times() > TIMES_LIMIT) return Problem.Kind.NOT_TIMES;
        if (b.times() > 1 && (b.mailing() != null || b.kind().isMissing())) return Problem.Kind.NOT_TIMES;
        if (b.mailing() == null) {
            if (b.link() != null) return Problem.Kind.NO_MAILING;
            return b.days() < 1 || b.days() > DAYS_LIMIT ? Problem.Kind.NOT_DAYS : null;
        }
        if (b.link() != null && !b.kind().isClick()) return Problem.Kind.NO_MAILING;
        return known.mailings().containsKey(b.mailing()) ? null : Problem.Kind.NO_MAILING;
    }

    private Problem.@Nullable Kind related(Rule.Related r) {
        RecordKind kind = known.kind(r.kind());
        if (kind == null) return Problem.Kind.NO_RECORD_KIND;
        if (r.days() < 0 || r.days() > DAYS_LIMIT || r.quietDays() < 0 || r.quietDays() > DAYS_LIMIT) return Problem.Kind.NOT_DAYS;
        if (r.times() < 1 || r.times() > TIMES_LIMIT) return Problem.Kind.NOT_TIMES;
        if (r.sum() != null && r.sum().signum() < 0) return Problem.Kind.NOT_A_NUMBER;
        if (r.conditions().size() > RECORD_CONDITIONS_LIMIT) return Problem.Kind.TOO_MANY_ROWS;
        for (Condition condition : r.conditions()) {
            Problem.Kind found = condition(condition, Fields.find(kind.fields(), condition.field()));
            if (found != null) return found;
        }
        return null;
    }

    private Problem.@Nullable Kind segment(long id, int depth) {
        Known.Saved saved = known.segments().get(id);
        if (saved == null) return Problem.Kind.NO_SEGMENT;
        if (depth >= SEGMENTS_DEEP) return Problem.Kind.CIRCLE;
        for (long next : Rules.segmentsIn(saved.rule())) {
            Problem.Kind found = segment(next, depth + 1);
            if (found != null) return found;
        }
        return null;
    }

    private static Problem.@Nullable Kind choices(List<String> values) {
        if (values.isEmpty() || values.stream().anyMatch(String::isBlank)) return Problem.Kind.NO_VALUE;
        if (values.size() > CHOICES_LIMIT) return Problem.Kind.TOO_MANY_VALUES;
        if (values.stream().anyMatch(value -> value.length() > VALUE_LIMIT_CHARS)) return Problem.Kind.TOO_LONG;
        return values.stream().allMatch(RuleCheck::isStorable) ? null : Problem.Kind.NOT_A_CHARACTER;
    }

    /// Neither U+0000 nor half a character.
    private static boolean isStorable(String value) {
        return value.codePoints().noneMatch(c -> c == 0 || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    private static Problem.@Nullable Kind condition(Condition condition, Optional<Field> field) {
        if (field.isEmpty()) return Problem.Kind.NO_FIELD;
        Operator.Type type = field.get().type();
        Operator operator = condition.operator();
        if (!operator.fits(type)) return Problem.Kind.WRONG_OPERATOR;
        List<String> values = condition.values();
        if (operator.needs() == 0) return values.isEmpty() ? null : Problem.Kind.TOO_LONG;
        if (values.size() < operator.needs()) return Problem.Kind.NO_VALUE;
        if (!operator.isChoice() && values.size() > operator.needs()) return Problem.Kind.TOO_LONG;
        Problem.Kind found = choices(values);
        if (found != null) return found;
        if (operator.inDays()) return Typed.whole(values.getFirst(), 0, DAYS_LIMIT).isEmpty() ? Problem.Kind.NOT_DAYS : null;
        if (operator == Operator.IN_MONTH) return Typed.whole(values.getFirst(), 1, 12).isEmpty() ? Problem.Kind.NOT_A_MONTH : null;
        return switch (type) {
            case NUMBER -> numbers(operator, values);
            case DATE -> days(operator, values);
            case TEXT, CHOICE, CHOICES, YES_NO -> null;
        };
    }

    private static Problem.@Nullable Kind numbers(Operator operator, List<String> values) {
        if (values.stream().anyMatch(value -> Typed.number(value).isEmpty())) return Problem.Kind.NOT_A_NUMBER;
        boolean backwards = operator == Operator.BETWEEN
                && Typed.number(values.get(1)).orElseThrow().compareTo(Typed.number(values.get(0)).orElseThrow()) < 0;
        return backwards ? Problem.Kind.BACKWARDS : null;
    }

    private static Problem.@Nullable Kind days(Operator operator, List<String> values) {
        if (values.stream().anyMatch(value -> Typed.day(value).isEmpty())) return Problem.Kind.NOT_A_DATE;
        if (operator != Operator.BETWEEN) return null;
        LocalDate from = Typed.day(values.get(0)).orElseThrow();
        return Typed.day(values.get(1)).orElseThrow().isBefore(from) ? Problem.Kind.BACKWARDS : null;
    }
}
