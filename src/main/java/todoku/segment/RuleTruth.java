package todoku.segment;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A rule about one person, without the database: the same truth as [RuleSql] (AgreementTest).
///
/// @param days the same moment for all that is asked
record RuleTruth(Known known, Days days) {

    /// Of `2026-04-01`; what stands behind is the time.
    private static final int DAY_CHARS = 10;

    /// @param rule without names of segments
    boolean holds(Rule rule, Person person) {
        return switch (rule) {
            case Rule.All(var rules) -> rules.stream().allMatch(each -> holds(each, person));
            case Rule.Any(var rules) -> rules.stream().anyMatch(each -> holds(each, person));
            case Rule.Not(var inner) -> !holds(inner, person);
            case Condition c -> condition(c, known.mustKnow(c.field()), person);
            case Rule.InGroup g -> g.groups().stream()
                    .map(person.groups()::get)
                    .anyMatch(state -> state != null && g.states().stream().anyMatch(wanted -> wanted.name().equals(state)));
            case Rule.FromDomain(var domains) -> Carrier.domains(domains).contains(person.domain());
            case Rule.Behaviour b -> b.mailing() == null ? within(b, person) : ofMailing(b, b.mailing(), person);
            case Rule.Related r -> related(r, person);
            case Rule.InSegment(long id) -> throw new IllegalArgumentException("segment " + id + " is not resolved");
        };
    }

    private static boolean ofMailing(Rule.Behaviour b, long mailing, Person person) {
        return person.received().stream().filter(mail -> mail.mailing() == mailing).anyMatch(mail -> switch (b.kind()) {
            case SENT -> "DELIVERED".equals(mail.state());
            case BOUNCED -> "FAILED".equals(mail.state());
            case OPENED -> mail.opened();
            case CLICKED -> clicked(b, mail);
            case NOT_OPENED -> "DELIVERED".equals(mail.state()) && !mail.opened();
            case NOT_CLICKED -> "DELIVERED".equals(mail.state()) && !clicked(b, mail);
        });
    }

    private static boolean clicked(Rule.Behaviour b, Person.Received mail) {
        return b.link() == null ? !mail.links().isEmpty() : mail.links().contains(b.link());
    }

    private boolean within(Rule.Behaviour b, Person person) {
        if (b.asksDetails() && !b.kind().isMissing()) return mails(b, person) >= b.times();
        Instant since = days.since(b.days());
        boolean did = notBefore(b.kind().isClick() ? person.clickedAt() : person.openedAt(), since);
        return did != b.kind().isMissing();
    }

    private static boolean notBefore(@Nullable Instant at, Instant since) {
        return at != null && !at.isBefore(since);
    }

    /// Mails of the last days to which it happened.
    long mails(Rule.Behaviour b, Person person) {
        return person.received().stream()
                .filter(mail -> mail.counts() && notBefore(mail.startedAt(), days.since(b.days())))
                .filter(mail -> switch (b.kind()) {
                    case SENT -> "DELIVERED".equals(mail.state());
                    case BOUNCED -> "FAILED".equals(mail.state());
                    case OPENED, NOT_OPENED -> mail.opened();
                    case CLICKED, NOT_CLICKED -> !mail.links().isEmpty();
                })
                .map(Person.Received::mailing)
                .distinct()
                .count();
    }

    /// Records of the person that count for it.
    List<Person.Deed> deeds(Rule.Related r, Person person) {
        RecordKind kind = Objects.requireNonNull(known.kind(r.kind()));
        return person.deeds().stream()
                .filter(deed -> deed.kind() == r.kind())
                .filter(deed -> r.days() == 0 || notBefore(deed.at(), days.since(r.days())))
                .filter(deed -> r.conditions().stream().allMatch(condition -> {
                    Field field = Fields.find(kind.fields(), condition.field()).orElseThrow();
                    return condition(condition, field, Person.text(deed.data().get(field.key())), deed.data().get(field.key()));
                }))
                .toList();
    }

    private boolean related(Rule.Related r, Person person) {
        List<Person.Deed> deeds = deeds(r, person);
        if (deeds.size() < r.times()) return false;
        BigDecimal least = r.sum();
        if (least != null) {
            List<BigDecimal> amounts = deeds.stream().map(Person.Deed::amount).filter(Objects::nonNull).toList();
            if (amounts.isEmpty() || amounts.stream().reduce(BigDecimal.ZERO, BigDecimal::add).compareTo(least) < 0) return false;
        }
        return r.quietDays() == 0
                || deeds.stream().map(Person.Deed::at).max(Comparator.naturalOrder()).orElseThrow().isBefore(days.since(r.quietDays()));
    }

    private boolean condition(Condition condition, Field field, Person person) {
        return condition(condition, field, person.text(field), field.isColumn() ? null : person.custom().get(field.key()));
    }

    private boolean condition(Condition condition, Field field, @Nullable String text, @Nullable JsonNode node) {
        return switch (field.type()) {
            case TEXT, CHOICE, YES_NO -> text(condition, text);
            case NUMBER -> number(condition, node != null && node.isNumber() ? node.decimalValue() : null);
            case DATE -> day(condition, text == null ? null : text.substring(0, Math.min(DAY_CHARS, text.length())));
            case CHOICES -> choices(condition, Person.choices(node));
        };
    }

    private static boolean text(Condition condition, @Nullable String text) {
        String value = condition.values().isEmpty() ? "" : condition.values().getFirst().strip();
        return switch (condition.operator()) {
            case EMPTY -> text == null || text.isEmpty();
            case FILLED -> text != null && !text.isEmpty();
            case YES -> "true".equals(text);
            case NO -> "false".equals(text);
            case EQUALS -> value.equals(text);
            case NOT_EQUALS -> !value.equals(text);
            case CONTAINS -> text != null && text.contains(value);
            case NOT_CONTAINS -> text == null || !text.contains(value);
            case STARTS -> text != null && text.startsWith(value);
            case ONE_OF -> text != null && among(condition, text);
            case NONE_OF -> text == null || !among(condition, text);
            default -> throw wrong(condition);
        };
    }

    private static boolean among(Condition condition, String text) {
        return condition.values().stream().anyMatch(value -> value.strip().equals(text));
    }

    private static boolean number(Condition condition, @Nullable BigDecimal number) {
        List<BigDecimal> values = condition.values().stream().map(value -> Typed.number(value).orElseThrow()).toList();
        return switch (condition.operator()) {
            case EMPTY -> number == null;
            case FILLED -> number != null;
            case SAME -> number != null && number.compareTo(values.getFirst()) == 0;
            case NOT_EQUALS -> number == null || number.compareTo(values.getFirst()) != 0;
            case AT_LEAST -> number != null && number.compareTo(values.getFirst()) >= 0;
            case AT_MOST -> number != null && number.compareTo(values.getFirst()) <= 0;
            case BETWEEN -> number != null && number.compareTo(values.get(0)) >= 0 && number.compareTo(values.get(1)) <= 0;
            case ONE_OF -> number != null && values.stream().anyMatch(value -> value.compareTo(number) == 0);
            case NONE_OF -> number == null || values.stream().allMatch(value -> value.compareTo(number) != 0);
            default -> throw wrong(condition);
        };
    }

    /// Days are texts here as they are in `customer.custom`; those of columns are written the same way.
    private boolean day(Condition condition, @Nullable String day) {
        return switch (condition.operator()) {
            case EMPTY -> day == null || day.isEmpty();
            case FILLED -> day != null && !day.isEmpty();
            case EQUALS -> typedDay(condition).equals(day);
            case NOT_EQUALS -> !typedDay(condition).equals(day);
            case AT_LEAST -> day != null && day.compareTo(typedDay(condition)) >= 0;
            case AT_MOST -> day != null && day.compareTo(typedDay(condition)) <= 0;
            case BETWEEN, PAST_DAYS, NEXT_DAYS, DAYS_AGO, DAYS_AHEAD -> day != null && days.range(condition).has(day);
            case IN_MONTH -> day != null
                    && part(day, 5, 7).equals("%02d".formatted(Typed.whole(condition.values().getFirst(), 1, 12).orElseThrow()));
            case BIRTHDAY_IN -> {
                if (day == null) yield false;
                String monthAndDay = part(day, 5, 7) + part(day, 8, 10);
                yield new HashSet<>(days.comingRound(condition).stream().map("%04d"::formatted).toList()).contains(monthAndDay);
            }
            default -> throw wrong(condition);
        };
    }

    private static String typedDay(Condition condition) {
        return Typed.day(condition.values().getFirst()).orElseThrow().toString();
    }

    private static String part(String text, int from, int to) {
        return text.substring(Math.min(from, text.length()), Math.min(to, text.length()));
    }

    private static boolean choices(Condition condition, List<String> chosen) {
        List<String> wanted = condition.values().stream().map(String::strip).toList();
        return switch (condition.operator()) {
            case EMPTY -> chosen.isEmpty() || chosen.equals(List.of(""));
            case FILLED -> !chosen.isEmpty() && !chosen.equals(List.of(""));
            case ONE_OF -> wanted.stream().anyMatch(chosen::contains);
            case NONE_OF -> wanted.stream().noneMatch(chosen::contains);
            case ALL_OF -> new HashSet<>(chosen).containsAll(wanted);
            default -> throw wrong(condition);
        };
    }

    private static IllegalArgumentException wrong(Condition condition) {
        return new IllegalArgumentException(condition.operator() + " does not fit " + condition.field());
    }
}
