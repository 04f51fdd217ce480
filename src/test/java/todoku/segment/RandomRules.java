package todoku.segment;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import todoku.customer.Memberships.State;
import todoku.segment.Rule.Behaviour;

/// Usable rules of every shape.
final class RandomRules {
    private static final List<String> DAYS = List.of("2026/04/02", "2026-03-01", "2025/12/31", "2024/2/29", "1990/02/28");

    private final Random random;
    private final Known known;
    private final List<Long> mailings;

    RandomRules(Random random, Known known, List<Long> mailings) {
        this.random = random;
        this.known = known;
        this.mailings = mailings;
    }

    Rule next() {
        return new Rule.All(many(1, 3, 1));
    }

    private List<Rule> many(int least, int most, int depth) {
        List<Rule> rules = new ArrayList<>();
        for (int i = least + random.nextInt(most - least + 1); i > 0; i--) rules.add(row(depth));
        return rules;
    }

    private Rule row(int depth) {
        if (random.nextInt(4) == 0) return new Rule.Not(positive(depth));
        return positive(depth);
    }

    private Rule positive(int depth) {
        if (depth < RuleCheck.GROUPS_DEEP && random.nextInt(4) == 0)
            return random.nextBoolean() ? new Rule.Any(many(1, 3, depth + 1)) : new Rule.All(many(1, 3, depth + 1));
        return leaf();
    }

    Rule leaf() {
        return switch (random.nextInt(8)) {
            case 0 -> new Rule.InGroup(some(List.copyOf(known.groups().keySet())), some(List.of(State.values())));
            case 1 -> behaviour();
            case 2 -> related();
            case 3 -> new Rule.FromDomain(some(List.of("example.jp", "AU", "DOCOMO", "Shop.Example", "nowhere.example")));
            default -> condition(one(known.fields()));
        };
    }

    private Rule behaviour() {
        Behaviour.Kind kind = one(List.of(Behaviour.Kind.values()));
        if (random.nextBoolean()) {
            boolean click = kind == Behaviour.Kind.CLICKED || kind == Behaviour.Kind.NOT_CLICKED;
            return new Behaviour(kind, one(mailings), 0, click && random.nextBoolean() ? 1 + random.nextInt(2) : null, 1);
        }
        boolean missing = kind == Behaviour.Kind.NOT_OPENED || kind == Behaviour.Kind.NOT_CLICKED;
        return new Behaviour(kind, null, 1 + random.nextInt(90), null, missing ? 1 : 1 + random.nextInt(3));
    }

    private Rule related() {
        RecordKind kind = one(List.copyOf(known.kinds().values()));
        List<Condition> conditions = new ArrayList<>();
        if (random.nextBoolean()) conditions.add(condition(one(kind.fields())));
        return new Rule.Related(
                kind.id(),
                random.nextBoolean() ? 0 : 1 + random.nextInt(120),
                conditions,
                1 + random.nextInt(3),
                random.nextInt(3) == 0 ? BigDecimal.valueOf(random.nextInt(12_000)) : null,
                random.nextInt(3) == 0 ? random.nextInt(90) : 0);
    }

    private Condition condition(Field field) {
        List<Operator> fitting = List.of(Operator.values()).stream().filter(operator -> operator.fits(field.type())).toList();
        Operator operator = one(fitting);
        if (operator.needs() == 0) return new Condition(field.id(), operator);
        if (operator.inDays()) return new Condition(field.id(), operator, String.valueOf(random.nextInt(60)));
        if (operator == Operator.IN_MONTH) return new Condition(field.id(), operator, String.valueOf(1 + random.nextInt(12)));
        if (operator == Operator.BETWEEN)
            return field.type() == Operator.Type.NUMBER
                    ? new Condition(field.id(), operator, "-3", one(List.of("10", "１，２００.5")))
                    : new Condition(field.id(), operator, "1990/1/1", one(DAYS));
        if (operator.isChoice()) return new Condition(field.id(), operator, some(values(field)));
        return new Condition(field.id(), operator, one(values(field)));
    }

    private List<String> values(Field field) {
        return switch (field.type()) {
            case NUMBER -> List.of("0", "10", "-3", "1200.50", "3");
            case DATE -> DAYS;
            case CHOICES -> Crowd.TAGS;
            case TEXT, CHOICE, YES_NO -> List.of(
                    "東京都", "大阪府", "ゴールド", "プラチナ%_\\", "it's", "佐", "佐藤", "_1%", "M", "女", "茶碗", "p1", "example.jp", "ー");
        };
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private <T> List<T> some(List<T> of) {
        List<T> some = new ArrayList<>(of);
        while (some.size() > 1 && random.nextBoolean()) some.remove(random.nextInt(some.size()));
        return some;
    }
}
