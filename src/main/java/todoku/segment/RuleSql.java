package todoku.segment;

import static java.time.ZoneOffset.UTC;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import todoku.customer.FieldType;
import tools.jackson.databind.json.JsonMapper;

/// A rule as SQL over `customer c`.
///
/// A piece of SQL made here is true for whoever meets its rule; for the others it is false or NULL, which is the same to
/// `AND`, `OR` and `WHERE`, and which every negation turns into true (`IS NOT TRUE`). What is not a column of the customer
/// is a set of ids, or of addresses, so that it can be joined by a hash as a whole.
final class RuleSql {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int MOST_LOOKED_UP = 20;

    private final Known known;
    private final Days days;
    private final Map<String, Object> parameters = new HashMap<>();

    /// Few customers are asked, whom the statement names as `asked (id)`: what each has is looked up by itself.
    private boolean ofFew;

    /// Those few are recipients of this mailing: `asked (id, no)`.
    private @Nullable Long recipientsOf;

    private RuleSql(Known known, Days days) {
        this.known = known;
        this.days = days;
    }

    /// @param rule without names of segments
    static Where where(Rule rule, Known known, Days days) {
        RuleSql sql = new RuleSql(known, days);
        String truth = sql.truth(rule), ids = sql.ids(rule);
        sql.ofFew = true;
        String ofFew = sql.truth(rule);
        Long mailing = sql.recipientsOf = mailing(rule);
        Where.Recipients recipients = mailing == null ? null : new Where.Recipients(mailing, sql.truth(rule));
        return new Where(truth, ofFew, recipients, ids, sql.parameters);
    }

    /// The mailing whose recipients are the only ones who can meet the rule: also who has not opened it has got it.
    private static @Nullable Long mailing(Rule rule) {
        return switch (rule) {
            case Rule.Behaviour b -> b.mailing();
            case Rule.All(var rules) -> rules.stream().map(RuleSql::mailing).filter(Objects::nonNull).findFirst().orElse(null);
            case Rule.Any(var rules) -> {
                List<@Nullable Long> each = rules.stream().map(RuleSql::mailing).distinct().toList();
                yield each.size() == 1 ? each.getFirst() : null;
            }
            case Rule.Not _, Rule.InGroup _, Rule.Related _, Rule.FromDomain _, Rule.InSegment _, Condition _ -> null;
        };
    }

    /// Nobody is in one group twice, nor has two addresses, and whoever is there is a customer.
    private String ids(Rule rule) {
        return switch (rule) {
            case Rule.All(var rules) when rules.size() == 1 -> ids(rules.getFirst());
            case Rule.Any(var rules) when rules.size() == 1 -> ids(rules.getFirst());
            case Rule.InGroup g when g.groups().size() == 1 -> set(g);
            case Rule.FromDomain domains -> set(domains);
            case Rule.Related records -> isGrouped(records) ? set(records) : "SELECT DISTINCT customer_id FROM (" + set(records) + ") t";
            default -> "";
        };
    }

    private String truth(Rule rule) {
        return switch (rule) {
            case Rule.All(var rules) -> joined(rules, " AND ", "true");
            case Rule.Any(var rules) -> joined(rules, " OR ", "false");
            case Rule.Not(var inner) -> negated(inner);
            case Condition c -> condition(c, known.mustKnow(c.field()), "c.custom");
            case Rule.Behaviour b when b.mailing() == null && b.kind().isMissing() ->
                negated(Rule.Behaviour.within(b.kind().isClick() ? Rule.Behaviour.Kind.CLICKED : Rule.Behaviour.Kind.OPENED, b.days()));
            case Rule.Related records when ofFew -> "EXISTS (" + related(records) + ")";
            case Rule.Behaviour b when ofFew && b.mailing() != null -> amongAsked(b, b.mailing()) + " IS TRUE";
            case Rule.FromDomain(var domains) -> "EXISTS (" + addressAt(domains) + " AND a.id = c.address_id)";
            case Rule.InGroup _, Rule.Behaviour _, Rule.Related _ ->
                ofFew ? "EXISTS (SELECT FROM (" + set(rule) + ") q WHERE q.customer_id = c.id)" : "c.id IN (" + set(rule) + ")";
            case Rule.InSegment(long id) -> throw new IllegalArgumentException("segment " + id + " is not resolved");
        };
    }

    private String joined(List<Rule> rules, String word, String whenEmpty) {
        if (rules.isEmpty()) return whenEmpty;
        return rules.stream().map(this::truth).collect(Collectors.joining(word, "(", ")"));
    }

    private String negated(Rule rule) {
        boolean isSet = switch (rule) {
            case Rule.InGroup _, Rule.Related _ -> true;
            case Rule.Behaviour b -> b.mailing() != null || !b.kind().isMissing();
            case Rule.All _, Rule.Any _, Rule.Not _, Condition _, Rule.FromDomain _, Rule.InSegment _ -> false;
        };
        if (rule instanceof Rule.FromDomain) return "NOT " + truth(rule);
        if (ofFew && rule instanceof Rule.Related records) return "NOT EXISTS (" + related(records) + ")";
        if (ofFew && rule instanceof Rule.Behaviour b && b.mailing() != null) return amongAsked(b, b.mailing()) + " IS NOT TRUE";
        if (isSet) return "NOT EXISTS (SELECT FROM (" + set(rule) + ") q WHERE q.customer_id = c.id)";
        return "(" + truth(rule) + ") IS NOT TRUE";
    }

    private String set(Rule rule) {
        return switch (rule) {
            case Rule.InGroup g ->
                "SELECT m.customer_id FROM membership m WHERE m.group_id = ANY (" + parameter(g.groups().toArray(Long[]::new))
                        + ") AND m.state = ANY (" + parameter(g.states().stream().map(Enum::name).toArray(String[]::new)) + ")";
            case Rule.FromDomain(var domains) ->
                "SELECT k.id AS customer_id FROM customer k, LATERAL (" + addressAt(domains) + " AND a.id = k.address_id) a";
            case Rule.Behaviour b -> b.mailing() == null ? within(b) : ofMailing(b, b.mailing());
            case Rule.Related r when isGrouped(r) && !ofFew ->
                "WITH q AS MATERIALIZED (" + related(r) + ") SELECT customer_id FROM q"; // else each process adds up all
            case Rule.Related r -> related(r);
            case Rule.All _, Rule.Any _, Rule.Not _, Condition _, Rule.InSegment _ ->
                throw new IllegalArgumentException("no set of its own: " + rule);
        };
    }

    // ── what they did with our mail ──

    /// Who has got a mailing is not known by customer: those asked are found among its recipients first, in one walk, and what
    /// became of their mails is looked up. As a truth about each (`IS TRUE`) the set is made once; it would be joined otherwise.
    private String amongAsked(Rule.Behaviour b, long mailing) {
        return "(c.id IN (" + ofMailing(b, mailing) + "))";
    }

    private String ofMailing(Rule.Behaviour b, long mailing) {
        String it = parameter(mailing);
        String recipients = recipientsOf != null && recipientsOf == mailing
                ? "(SELECT " + it + " AS mailing_id, no, id AS customer_id FROM asked)"
                : ofFew ? "(SELECT mailing_id, no, customer_id FROM mailing_recipient WHERE mailing_id = " + it
                        + " AND customer_id IN (SELECT id FROM asked) OFFSET 0)"
                : "mailing_recipient";
        String people = " JOIN " + recipients + " r ON r.mailing_id = x.mailing_id AND r.no = x.no WHERE x.mailing_id = " + it
                + " AND r.mailing_id = " + it;
        String link = b.link() == null ? "" : " AND k.link_no = " + parameter(b.link());
        return switch (b.kind()) {
            case SENT -> "SELECT r.customer_id FROM recipient_result x" + people + " AND x.state = 'DELIVERED'";
            case BOUNCED -> "SELECT r.customer_id FROM recipient_result x" + people + " AND x.state = 'FAILED'";
            case OPENED -> "SELECT r.customer_id FROM first_open x" + people;
            case CLICKED -> "SELECT r.customer_id FROM first_click x" + people + link.replace("k.", "x.");
            case NOT_OPENED -> "SELECT r.customer_id FROM recipient_result x" + people + " AND x.state = 'DELIVERED'"
                    + " AND NOT EXISTS (SELECT FROM first_open k WHERE k.mailing_id = " + it + " AND k.no = x.no)";
            case NOT_CLICKED -> "SELECT r.customer_id FROM recipient_result x" + people + " AND x.state = 'DELIVERED'"
                    + " AND NOT EXISTS (SELECT FROM first_click k WHERE k.mailing_id = " + it + " AND k.no = x.no" + link + ")";
        };
    }

    /// The last open and click of everybody stand in one narrow table; how often is asked of the mailings of those days.
    private String within(Rule.Behaviour b) {
        boolean response = b.kind() == Rule.Behaviour.Kind.OPENED || b.kind() == Rule.Behaviour.Kind.CLICKED;
        String since = parameter(time(b.days()));
        if (response && b.times() == 1)
            return "SELECT a.customer_id FROM customer_activity a WHERE a.environment = (SELECT environment FROM installation) AND a."
                    + (b.kind().isClick() ? "clicked_at" : "opened_at") + " >= " + since;
        String rows = switch (b.kind()) {
            case OPENED -> "first_open";
            case CLICKED -> "first_click";
            case SENT, BOUNCED -> "recipient_result";
            case NOT_OPENED, NOT_CLICKED -> throw new IllegalArgumentException("no set of its own: " + b);
        };
        String state = response ? "" : " AND x.state = '" + (b.kind() == Rule.Behaviour.Kind.SENT ? "DELIVERED" : "FAILED") + "'";
        return "SELECT r.customer_id FROM mailing m JOIN " + rows + " x ON x.mailing_id = m.id"
                + " JOIN mailing_recipient r ON r.mailing_id = x.mailing_id AND r.no = x.no"
                + " WHERE m.environment = (SELECT environment FROM installation) AND m.kind <> 'TEST' AND m.started_at >= " + since + state
                + (b.times() == 1 ? "" : " GROUP BY r.customer_id HAVING count(DISTINCT x.mailing_id) >= " + parameter(b.times()));
    }

    // ── 取引データ ──

    private String related(Rule.Related r) {
        RecordKind kind = known.kind(r.kind());
        if (kind == null) throw new IllegalArgumentException("no such kind of records: " + r.kind());
        StringBuilder sql = new StringBuilder("SELECT t.customer_id FROM related_record t WHERE t.kind_id = ").append(parameter(r.kind()));
        if (r.days() > 0) sql.append(" AND t.at >= ").append(parameter(time(r.days())));
        for (Condition condition : r.conditions()) {
            Field field = Fields.find(kind.fields(), condition.field()).orElseThrow();
            sql.append(" AND ").append(isValue(condition, field) ? valueOf(field, condition.values()) : condition(condition, field, "t.data"));
        }
        if (ofFew) sql.append(" AND t.customer_id = c.id");
        List<String> having = new ArrayList<>();
        if (r.times() > 1) having.add("count(*) >= " + parameter(r.times()));
        BigDecimal sum = r.sum();
        if (sum != null) having.add("sum(t.amount) >= " + parameter(sum));
        if (r.quietDays() > 0) having.add("max(t.at) < " + parameter(time(r.quietDays())));
        if (!having.isEmpty()) sql.append(" GROUP BY t.customer_id HAVING ").append(String.join(" AND ", having));
        return sql.toString();
    }

    private static boolean isGrouped(Rule.Related r) {
        return r.times() > 1 || r.sum() != null || r.quietDays() > 0;
    }

    /// One index knows all values of all fields; of very many values each record is asked instead.
    private static boolean isValue(Condition condition, Field field) {
        boolean isText = field.type() == Operator.Type.TEXT || field.type() == Operator.Type.CHOICE;
        boolean isOneOf = condition.operator() == Operator.EQUALS || condition.operator() == Operator.ONE_OF;
        return isText && isOneOf && condition.values().size() <= MOST_LOOKED_UP;
    }

    private String valueOf(Field field, List<String> values) {
        return values.stream()
                .map(value -> "t.data @> " + parameter(JSON.writeValueAsString(Map.of(field.key(), value.strip()))) + "::jsonb")
                .collect(Collectors.joining(" OR ", "(", ")"));
    }

    // ── values ──

    /// @param json the column the house's own values are kept in
    private String condition(Condition condition, Field field, String json) {
        String it = expression(field, json);
        List<String> values = condition.values();
        return switch (condition.operator()) {
            case EMPTY -> field.type() == Operator.Type.CHOICES
                    ? "coalesce(" + it + ", 'null') IN ('null', '[]', '\"\"')"
                    : "coalesce(" + it + "::text, '') = ''";
            case FILLED -> field.type() == Operator.Type.CHOICES
                    ? "coalesce(" + it + ", 'null') NOT IN ('null', '[]', '\"\"')"
                    : "coalesce(" + it + "::text, '') <> ''";
            case YES -> it + " = 'true'";
            case NO -> it + " = 'false'";
            case CONTAINS -> it + " LIKE " + parameter("%" + like(values) + "%");
            case NOT_CONTAINS -> "(" + it + " LIKE " + parameter("%" + like(values) + "%") + ") IS NOT TRUE";
            case STARTS -> it + " LIKE " + parameter(like(values) + "%");
            case ONE_OF -> oneOf(field, it, values);
            case NONE_OF -> "(" + oneOf(field, it, values) + ") IS NOT TRUE";
            case ALL_OF -> values.stream().map(value -> has(it, value)).collect(Collectors.joining(" AND ", "(", ")"));
            case EQUALS, SAME -> it + " = " + value(field, values.getFirst());
            case NOT_EQUALS -> it + " IS DISTINCT FROM " + value(field, values.getFirst());
            case AT_LEAST -> it + " >= " + value(field, values.getFirst());
            case AT_MOST -> it + " <= " + value(field, values.getFirst());
            case BETWEEN -> field.type() == Operator.Type.NUMBER
                    ? it + " BETWEEN " + value(field, values.get(0)) + " AND " + value(field, values.get(1))
                    : between(field, it, days.range(condition));
            case PAST_DAYS, NEXT_DAYS, DAYS_AGO, DAYS_AHEAD -> between(field, it, days.range(condition));
            case IN_MONTH -> {
                int month = Typed.whole(values.getFirst(), 1, 12).orElseThrow();
                yield field.isColumn()
                        ? "extract(month FROM " + it + ") = " + parameter(month)
                        : "substr(" + it + ", 6, 2) = " + parameter("%02d".formatted(month));
            }
            case BIRTHDAY_IN -> field.isColumn()
                    ? "(extract(month FROM " + it + ") * 100 + extract(day FROM " + it + "))::int = ANY ("
                            + parameter(days.comingRound(condition).toArray(Integer[]::new)) + ")"
                    : "(substr(" + it + ", 6, 2) || substr(" + it + ", 9, 2)) = ANY ("
                            + parameter(days.comingRound(condition).stream().map("%04d"::formatted).toArray(String[]::new)) + "::text[])";
        };
    }

    private String oneOf(Field field, String it, List<String> values) {
        if (field.type() == Operator.Type.CHOICES)
            return values.stream().map(value -> has(it, value)).collect(Collectors.joining(" OR ", "(", ")"));
        if (field.type() == Operator.Type.NUMBER)
            return it + " = ANY (" + parameter(values.stream().map(value -> Typed.number(value).orElseThrow().toPlainString()).toArray(String[]::new))
                    + "::text[]::numeric[])";
        return it + " = ANY (" + parameter(texts(values)) + "::text[])";
    }

    private String has(String it, String choice) {
        return it + " @> to_jsonb(" + parameter(choice.strip()) + "::text)";
    }

    private String between(Field field, String it, Days.Range range) {
        return it + " BETWEEN " + day(field, range.from().toString()) + " AND " + day(field, range.to().toString());
    }

    private String value(Field field, String typed) {
        return switch (field.type()) {
            case NUMBER -> parameter(Typed.number(typed).orElseThrow());
            case DATE -> day(field, Typed.day(typed).orElseThrow().toString());
            case TEXT, CHOICE, CHOICES, YES_NO -> parameter(typed.strip());
        };
    }

    /// A day in a custom field is text that sorts as days do; the time behind it does not count.
    private String day(Field field, String day) {
        return parameter(day) + (field.isColumn() ? "::date" : "");
    }

    private String expression(Field field, String json) {
        if (field.isColumn()) {
            String column = Fields.COLUMNS.get(field.id());
            if (column == null) throw new IllegalArgumentException("no such field: " + field.id());
            if (field.id().equals("created_at")) parameters.put("zone", days.zone().getId());
            return column;
        }
        // As in the index of the field. Keys are names that were checked once.
        if (json.equals("c.custom")) return todoku.customer.Field.sql(field.key(), stored(field.type()), "c");
        String key = "'" + field.key().replace("'", "''") + "'";
        return switch (field.type()) {
            case TEXT, CHOICE, YES_NO -> "(" + json + " ->> " + key + ")";
            case NUMBER -> "(CASE WHEN jsonb_typeof(" + json + " -> " + key + ") = 'number' THEN (" + json + " ->> " + key + ")::numeric END)";
            case DATE -> "left(" + json + " ->> " + key + ", 10)";
            case CHOICES -> "(" + json + " -> " + key + ")";
        };
    }

    /// Of the types that are compared alike, one.
    private static FieldType stored(Operator.Type type) {
        return switch (type) {
            case TEXT -> FieldType.TEXT;
            case NUMBER -> FieldType.NUMBER;
            case DATE -> FieldType.DATE;
            case YES_NO -> FieldType.YES_NO;
            case CHOICE -> FieldType.CHOICE;
            case CHOICES -> FieldType.CHOICES;
        };
    }

    private Object time(int ago) {
        Instant since = days.since(ago);
        return since.atOffset(UTC);
    }

    /// The domains are looked up beforehand: addresses and customers are then joined by all processes together.
    private String addressAt(List<String> domains) {
        return "SELECT FROM address a WHERE a.domain_id = ANY (ARRAY(SELECT d.id FROM domain d WHERE d.name = ANY ("
                + parameter(Carrier.domains(domains).toArray(String[]::new)) + ")))";
    }

    private String parameter(Object value) {
        String name = "v" + parameters.size();
        parameters.put(name, value);
        return ":" + name;
    }

    private static String[] texts(List<String> values) {
        return values.stream().map(String::strip).toArray(String[]::new);
    }

    private static String like(List<String> values) {
        return values.getFirst().strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    }
}
