package todoku.segment;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import todoku.access.Masking;
import tools.jackson.databind.JsonNode;

/// 「この人は入りますか」: each row of a rule, whether one person meets it, and what they have.
record Ticks(RuleTruth truth, boolean japanese, Masking mask) {

    /// The whole is the last.
    List<Tick> of(Rule rule, Person person) {
        List<Tick> ticks = new ArrayList<>();
        for (Rule row : rule instanceof Rule.All(var rules) ? rules : List.of(rule)) add(row, 0, person, ticks);
        ticks.add(new Tick(0, "", "", holds(rule, person)));
        return ticks;
    }

    private void add(Rule rule, int depth, Person person, List<Tick> ticks) {
        switch (rule) {
            case Rule.All(var rules) -> group(rule, rules, japanese ? "次のすべて" : "all of these", depth, person, ticks);
            case Rule.Any(var rules) -> group(rule, rules, japanese ? "次のいずれか" : "any of these", depth, person, ticks);
            case Rule.Not(var inner) -> ticks.add(new Tick(depth, words().said(rule), has(inner, person), holds(rule, person)));
            default -> ticks.add(new Tick(depth, words().said(rule), has(rule, person), holds(rule, person)));
        }
    }

    private void group(Rule group, List<Rule> rules, String sentence, int depth, Person person, List<Tick> ticks) {
        ticks.add(new Tick(depth, sentence, "", holds(group, person)));
        rules.forEach(each -> add(each, depth + 1, person, ticks));
    }

    private RuleWords words() {
        return new RuleWords(truth.known(), japanese);
    }

    private boolean holds(Rule rule, Person person) {
        return truth.holds(truth.known().resolved(rule), person);
    }

    /// Empty where it is no more than that it holds or not.
    private String has(Rule rule, Person person) {
        return switch (rule) {
            case Condition c -> value(truth.known().mustKnow(c.field()), person);
            case Rule.InGroup g -> groups(g, person);
            case Rule.FromDomain _ -> person.domain();
            case Rule.Behaviour b -> b.mailing() == null ? within(b, person) : ofMailing(b.mailing(), person);
            case Rule.Related r -> deeds(truth.deeds(r, person));
            case Rule.InSegment _, Rule.All _, Rule.Any _, Rule.Not _ -> "";
        };
    }

    private String value(Field field, Person person) {
        JsonNode node = field.isColumn() ? null : person.custom().get(field.key());
        String text = field.type() == Operator.Type.CHOICES ? String.join("、", Person.choices(node)) : person.text(field);
        if (text == null || text.isEmpty()) return japanese ? "値なし" : "no value";
        if (field.id().equals("address")) return mask.address(text);
        if (field.personal()) return mask.text(text);
        return switch (field.type()) {
            case YES_NO -> text.equals("true") ? japanese ? "はい" : "yes" : japanese ? "いいえ" : "no";
            case DATE -> text.substring(0, Math.min(10, text.length())).replace('-', '/');
            case TEXT, CHOICE, CHOICES, NUMBER -> text;
        };
    }

    private String groups(Rule.InGroup g, Person person) {
        String states = g.groups().stream()
                .filter(person.groups()::containsKey)
                .map(id -> switch (person.groups().getOrDefault(id, "")) {
                    case "SUBSCRIBED" -> japanese ? "配信中" : "subscribed";
                    case "BANNED" -> japanese ? "配信禁止" : "banned";
                    default -> japanese ? "配信停止" : "unsubscribed";
                })
                .distinct()
                .collect(Collectors.joining("、"));
        return states.isEmpty() ? japanese ? "入っていない" : "not in it" : states;
    }

    private String within(Rule.Behaviour b, Person person) {
        if (b.asksDetails()) return japanese ? truth.mails(b, person) + " 通" : String.valueOf(truth.mails(b, person));
        boolean click = b.kind().isClick();
        Instant at = click ? person.clickedAt() : person.openedAt();
        String deed = japanese ? click ? "最後のクリック " : "最後の開封 " : click ? "last click " : "last open ";
        return deed + (at == null ? japanese ? "なし" : "never" : day(at));
    }

    private String ofMailing(@Nullable Long mailing, Person person) {
        Optional<Person.Received> found = person.received().stream().filter(mail -> Objects.equals(mail.mailing(), mailing)).findFirst();
        if (found.isEmpty()) return japanese ? "配信していない" : "was not mailed";
        Person.Received mail = found.get();
        if (!mail.links().isEmpty()) return japanese ? "クリックした" : "clicked";
        if (mail.opened()) return japanese ? "開封した" : "opened";
        if ("DELIVERED".equals(mail.state())) return japanese ? "届いた" : "delivered";
        return japanese ? "届いていない" : "not delivered";
    }

    private String deeds(List<Person.Deed> deeds) {
        if (deeds.isEmpty()) return japanese ? "0 回" : "0";
        BigDecimal sum = deeds.stream().map(Person.Deed::amount).filter(Objects::nonNull).reduce(BigDecimal.ZERO, BigDecimal::add);
        Instant last = deeds.stream().map(Person.Deed::at).max(Comparator.naturalOrder()).orElseThrow();
        return (japanese ? "%,d 回、合計 %,.0f、最後は %s" : "%,d, sum %,.0f, last on %s").formatted(deeds.size(), sum, day(last));
    }

    private String day(Instant at) {
        return LocalDate.ofInstant(at, truth.days().zone()).toString().replace('-', '/');
    }
}
