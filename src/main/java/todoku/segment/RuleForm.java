package todoku.segment;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import todoku.customer.Memberships;

/// The builder's form. Every part of a row is named by the row's place: `0.what`, `2.1.op`. Buttons change a [RuleTree].
final class RuleForm {
    /// More than can be saved, so that one too many is told and not lost.
    static final int ROWS_LIMIT = RuleCheck.ROWS_LIMIT + 10;

    /// Conditions on records of one row.
    static final int RECORD_CONDITIONS = RuleCheck.RECORD_CONDITIONS_LIMIT;

    private static final Pattern PART = Pattern.compile("((?:[0-9]{1,3}\\.){1,4})([a-z]+[0-9]?[a-z]*)");
    private static final Pattern SEPARATORS = Pattern.compile("[,，、\\t\\r\\n]+");

    private final Known known;

    RuleForm(Known known) {
        this.known = known;
    }

    // ── from the form ──

    /// What was typed, as a tree of rows.
    static RuleRow rows(Map<String, List<String>> form) {
        Map<String, Map<String, List<String>>> byPath = new HashMap<>();
        form.forEach((name, values) -> {
            var matcher = PART.matcher(name);
            if (!matcher.matches() || byPath.size() > ROWS_LIMIT) return;
            String path = matcher.group(1).substring(0, matcher.group(1).length() - 1);
            byPath.computeIfAbsent(path, _ -> new HashMap<>()).put(matcher.group(2), List.copyOf(values));
        });
        List<String> whole = form.getOrDefault("whole", List.of());
        String what = !whole.isEmpty() && whole.getFirst().equals("ANY") ? "ANY" : "ALL";
        return placed(new RuleRow("", what, false, below("", byPath), Map.of(), null), "");
    }

    private static List<RuleRow> below(String above, Map<String, Map<String, List<String>>> byPath) {
        Map<Integer, RuleRow> rows = new TreeMap<>();
        byPath.forEach((path, values) -> {
            int dot = path.lastIndexOf('.');
            if (!(dot < 0 ? "" : path.substring(0, dot)).equals(above)) return;
            Map<String, List<String>> parts = new HashMap<>(values);
            List<String> what = parts.getOrDefault("what", List.of());
            parts.remove("what");
            boolean except = parts.remove("except") != null;
            rows.put(
                    Integer.parseInt(path.substring(dot + 1)),
                    new RuleRow(path, what.isEmpty() ? "" : what.getFirst(), except, below(path, byPath), parts, null));
        });
        return List.copyOf(rows.values());
    }

    private static RuleRow placed(RuleRow row, String path) {
        List<RuleRow> rows = new ArrayList<>();
        for (RuleRow each : row.rows()) rows.add(placed(each, Rules.path(path, rows.size())));
        return row.at(path, rows);
    }

    // ── to the rule ──

    /// The rule the rows say; unfinished rows without a choice are left out.
    Rule rule(RuleRow group) {
        List<Rule> met = new ArrayList<>();
        List<Rule> without = new ArrayList<>();
        for (RuleRow row : group.rows()) said(row).ifPresent(rule -> {
            if (row.except()) without.add(new Rule.Not(rule));
            else met.add(rule);
        });
        if (met.isEmpty() && without.isEmpty()) return Rule.EVERYBODY;
        if (!group.what().equals("ANY")) return new Rule.All(joined(met, without));
        if (without.isEmpty()) return new Rule.Any(met);
        return new Rule.All(joined(met.isEmpty() ? List.of() : List.of(new Rule.Any(met)), without));
    }

    /// What one row says; empty while nothing is chosen.
    Optional<Rule> said(RuleRow row) {
        if (row.isGroup()) {
            boolean blank = row.rows().stream().allMatch(each -> said(each).isEmpty());
            return blank ? Optional.empty() : Optional.of(rule(row));
        }
        if (!row.field().isEmpty()) return Optional.of(condition(row.field(), known.field(row.field()), row, ""));
        if (row.recordKind() > 0) return Optional.of(related(row));
        return Optional.ofNullable(switch (row.what()) {
            case "GROUP" -> new Rule.InGroup(numbers(row, "group"), states(row));
            case "MAIL" -> mail(row);
            case "SEGMENT" -> new Rule.InSegment(number(row.value("segment"), 0));
            case "DOMAIN" -> new Rule.FromDomain(
                    joined(row.values().getOrDefault("carrier", List.of()), list(row.value("v"))));
            default -> null;
        });
    }

    private static <T> List<T> joined(List<T> one, List<T> other) {
        List<T> all = new ArrayList<>(one);
        all.addAll(other);
        return all;
    }

    private static Condition condition(String id, Optional<Field> field, RuleRow row, String prefix) {
        Operator operator = operator(field, row.value(prefix + "op"));
        String first = row.value(prefix + "v");
        if (operator.isChoice()) {
            List<String> chosen = row.values().getOrDefault(prefix + "v", List.of());
            boolean known = field.isPresent() && field.get().choices().containsAll(chosen);
            return new Condition(id, operator, chosen.size() > 1 || known ? chosen : list(first));
        }
        return switch (operator.needs()) {
            case 0 -> new Condition(id, operator);
            case 1 -> new Condition(id, operator, first.strip());
            default -> new Condition(id, operator, first.strip(), row.value(prefix + "w").strip());
        };
    }

    /// One that fits the field, whatever was sent.
    static Operator operator(Optional<Field> field, String typed) {
        List<Operator> fitting = fitting(field);
        return fitting.stream()
                .filter(operator -> operator.name().equals(typed))
                .findFirst()
                .orElse(fitting.isEmpty() ? Operator.EQUALS : fitting.getFirst());
    }

    static List<Operator> fitting(Optional<Field> field) {
        return field.map(known -> Arrays.stream(Operator.values()).filter(o -> o.fits(known.type())).toList()).orElse(List.of());
    }

    private static List<Memberships.State> states(RuleRow row) {
        List<Memberships.State> states = Arrays.stream(Memberships.State.values()).filter(state -> row.has("state", state.name())).toList();
        return states.isEmpty() ? List.of(Memberships.State.SUBSCRIBED) : states;
    }

    private static Rule mail(RuleRow row) {
        Rule.Behaviour.Kind kind = Arrays.stream(Rule.Behaviour.Kind.values())
                .filter(each -> each.name().equals(row.value("deed")))
                .findFirst()
                .orElse(Rule.Behaviour.Kind.OPENED);
        long mailing = number(row.value("mailing"), 0);
        if (mailing == 0) {
            int times = kind.isMissing() ? 1 : whole(row.value("times"), 1);
            return new Rule.Behaviour(kind, null, whole(row.value("days"), -1), null, times);
        }
        long link = kind.isClick() ? number(row.value("link"), 0) : 0;
        return new Rule.Behaviour(kind, mailing, 0, link == 0 ? null : (int) link, 1);
    }

    private Rule related(RuleRow row) {
        RecordKind kind = known.kind(row.recordKind());
        List<Condition> conditions = new ArrayList<>();
        for (int i = 0; i < RECORD_CONDITIONS; i++) {
            String id = row.value("c" + i + "field");
            if (id.isEmpty()) continue;
            Optional<Field> field = kind == null ? Optional.empty() : Fields.find(kind.fields(), id);
            conditions.add(condition(id, field, row, "c" + i));
        }
        String typed = row.value("sum");
        BigDecimal sum = typed.isBlank() ? null : Typed.number(typed).orElse(BigDecimal.ONE.negate());
        return new Rule.Related(
                row.recordKind(),
                whole(row.value("days"), 0),
                conditions,
                whole(row.value("times"), 1),
                sum,
                whole(row.value("quiet"), 0));
    }

    private static List<Long> numbers(RuleRow row, String part) {
        return row.values().getOrDefault(part, List.of()).stream().map(typed -> number(typed, 0)).filter(n -> n > 0).toList();
    }

    /// An id as it was sent.
    static long number(String typed, long otherwise) {
        return typed.matches("[0-9]{1,18}") ? Long.parseLong(typed) : otherwise;
    }

    /// A number as it was typed; -1, which no rule takes, for what is none.
    private static int whole(String typed, int without) {
        return typed.isBlank() ? without : Typed.whole(typed, 0, Integer.MAX_VALUE).orElse(-1);
    }

    private static List<String> list(String typed) {
        return Arrays.stream(SEPARATORS.split(typed)).map(String::strip).filter(text -> !text.isEmpty()).distinct().toList();
    }

    /// The same rows, each with what is wrong with it.
    RuleRow judged(RuleRow row) {
        List<RuleRow> rows = row.rows().stream().map(this::judged).toList();
        RuleRow same = row.at(row.path(), rows);
        if (row.isGroup()) return depth(row.path()) >= RuleCheck.GROUPS_DEEP ? same.wrong(new Problem("", Problem.Kind.TOO_DEEP).key()) : same;
        return said(row).flatMap(rule -> RuleCheck.problems(rule, known).stream().findFirst())
                .map(problem -> same.wrong(problem.key()))
                .orElse(same);
    }

    private static int depth(String path) {
        return path.isEmpty() ? 0 : path.split("\\.").length;
    }

    // ── from a rule ──

    static RuleRow of(Rule rule) {
        RuleRow whole = switch (rule) {
            case Rule.All _, Rule.Any _ -> row(rule, false);
            default -> new RuleRow("", "ALL", false, List.of(row(rule, false)), Map.of(), null);
        };
        return placed(whole, "");
    }

    private static RuleRow row(Rule rule, boolean except) {
        return switch (rule) {
            case Rule.All(var rules) when anyWithout(rules) -> {
                Rule.Any any = (Rule.Any) rules.getFirst();
                List<RuleRow> rows = new ArrayList<>(any.rules().stream().map(each -> row(each, false)).toList());
                rules.stream().skip(1).forEach(each -> rows.add(row(each, false)));
                yield new RuleRow("", "ANY", except, rows, Map.of(), null);
            }
            case Rule.All(var rules) ->
                new RuleRow("", "ALL", except, rules.stream().map(each -> row(each, false)).toList(), Map.of(), null);
            case Rule.Any(var rules) -> new RuleRow(
                    "", "ANY", except,
                    rules.stream().map(each -> row(each instanceof Rule.Not ? new Rule.All(List.of(each)) : each, false)).toList(),
                    Map.of(), null);
            case Rule.Not(var inner) -> row(inner, !except);
            case Condition c -> leaf("field:" + c.field(), except, values(c, ""));
            case Rule.InGroup g -> leaf("GROUP", except, Map.of(
                    "group", g.groups().stream().map(String::valueOf).toList(),
                    "state", g.states().stream().map(Enum::name).toList()));
            case Rule.Behaviour b -> leaf("MAIL", except, Map.of(
                    "deed", List.of(b.kind().name()),
                    "mailing", List.of(b.mailing() == null ? "" : String.valueOf(b.mailing())),
                    "days", List.of(b.mailing() == null ? String.valueOf(b.days()) : ""),
                    "times", List.of(String.valueOf(b.times())),
                    "link", List.of(b.link() == null ? "" : String.valueOf(b.link()))));
            case Rule.Related r -> leaf("RECORD:" + r.kind(), except, values(r));
            case Rule.InSegment(long id) -> leaf("SEGMENT", except, Map.of("segment", List.of(String.valueOf(id))));
            case Rule.FromDomain(var domains) -> {
                Map<Boolean, List<String>> byKind =
                        domains.stream().collect(Collectors.partitioningBy(name -> Carrier.named(name).isPresent()));
                yield leaf("DOMAIN", except, Map.of(
                        "carrier", byKind.getOrDefault(true, List.of()),
                        "v", List.of(String.join("、", byKind.getOrDefault(false, List.of())))));
            }
        };
    }

    private static boolean anyWithout(List<Rule> rules) {
        return rules.size() > 1
                && rules.getFirst() instanceof Rule.Any
                && rules.stream().skip(1).allMatch(Rule.Not.class::isInstance);
    }

    private static RuleRow leaf(String what, boolean except, Map<String, List<String>> values) {
        return new RuleRow("", what, except, List.of(), values, null);
    }

    private static Map<String, List<String>> values(Condition c, String prefix) {
        Map<String, List<String>> values = new HashMap<>();
        values.put(prefix + "op", List.of(c.operator().name()));
        boolean choice = c.operator().isChoice();
        if (choice) values.put(prefix + "v", c.values());
        else if (!c.values().isEmpty()) values.put(prefix + "v", List.of(c.values().getFirst()));
        if (!choice && c.values().size() > 1) values.put(prefix + "w", List.of(c.values().get(1)));
        return values;
    }

    private static Map<String, List<String>> values(Rule.Related r) {
        Map<String, List<String>> values = new HashMap<>();
        values.put("days", List.of(r.days() == 0 ? "" : String.valueOf(r.days())));
        values.put("times", List.of(String.valueOf(r.times())));
        values.put("sum", List.of(r.sum() == null ? "" : r.sum().toPlainString()));
        values.put("quiet", List.of(r.quietDays() == 0 ? "" : String.valueOf(r.quietDays())));
        for (int i = 0; i < r.conditions().size(); i++) {
            Condition c = r.conditions().get(i);
            values.put("c" + i + "field", List.of(c.field()));
            values.putAll(values(c, "c" + i));
        }
        return values;
    }
}
