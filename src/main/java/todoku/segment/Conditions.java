package todoku.segment;

import java.math.BigDecimal;
import java.text.Normalizer;
import java.time.DateTimeException;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Lists of conditions that must all be met. Safe for many threads.
public final class Conditions {
    /// Rows of one list: more cannot be read as one sentence.
    public static final int ROWS_LIMIT = 20;
    /// Choices of one row.
    public static final int CHOICES_LIMIT = 100;
    /// Characters of one value.
    public static final int VALUE_LIMIT_CHARS = 200;
    /// A hundred years.
    private static final int DAYS_LIMIT = 36_525;

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<List<Condition>> LIST = new TypeReference<>() {};

    private final Fields fields;
    private final InstantSource clock;
    private final ZoneId zone;

    /// @param zone decides what today is
    public Conditions(Fields fields, InstantSource clock, ZoneId zone) {
        this.fields = fields;
        this.clock = clock;
        this.zone = zone;
    }

    /// What is wrong with one row, counted from 0.
    public record Problem(int row, Kind kind) {
        public enum Kind {
            TOO_MANY_ROWS,
            NO_FIELD,
            WRONG_OPERATOR,
            NO_VALUE,
            TOO_LONG,
            NOT_A_NUMBER,
            NOT_A_DATE,
            BACKWARDS,
            NOT_DAYS,
            NOT_A_MONTH
        }
    }

    public static String json(List<Condition> conditions) {
        return JSON.writeValueAsString(conditions);
    }

    public static List<Condition> read(String json) {
        return JSON.readValue(json, LIST);
    }

    /// All that is wrong; empty when [#where] will take the list.
    public List<Problem> problems(List<Condition> conditions) {
        List<Problem> problems = new ArrayList<>();
        if (conditions.size() > ROWS_LIMIT) problems.add(new Problem(ROWS_LIMIT, Problem.Kind.TOO_MANY_ROWS));
        List<Field> all = conditions.isEmpty() ? List.of() : fields.all();
        for (int i = 0; i < Math.min(conditions.size(), ROWS_LIMIT); i++) {
            Problem.Kind kind = problem(conditions.get(i), all);
            if (kind != null) problems.add(new Problem(i, kind));
        }
        return problems;
    }

    private static Problem.@Nullable Kind problem(Condition condition, List<Field> all) {
        Optional<Field> field = Fields.find(all, condition.field());
        if (field.isEmpty()) return Problem.Kind.NO_FIELD;
        Operator operator = condition.operator();
        if (!operator.fits(field.get().type())) return Problem.Kind.WRONG_OPERATOR;
        List<String> values = condition.values();
        if (values.size() < operator.needs() || values.stream().anyMatch(String::isBlank)) return Problem.Kind.NO_VALUE;
        if (values.size() > (operator.isChoice() ? CHOICES_LIMIT : operator.needs())) return Problem.Kind.TOO_LONG;
        if (values.stream().anyMatch(value -> value.length() > VALUE_LIMIT_CHARS)) return Problem.Kind.TOO_LONG;
        return switch (operator) {
            case EQUALS, NOT_EQUALS, CONTAINS, STARTS, ONE_OF, EMPTY, FILLED -> null;
            case AT_LEAST, AT_MOST, SAME -> number(values.getFirst()).isEmpty() ? Problem.Kind.NOT_A_NUMBER : null;
            case PAST_DAYS -> whole(values.getFirst(), 0, DAYS_LIMIT).isEmpty() ? Problem.Kind.NOT_DAYS : null;
            case IN_MONTH -> whole(values.getFirst(), 1, 12).isEmpty() ? Problem.Kind.NOT_A_MONTH : null;
            case BETWEEN -> {
                Optional<LocalDate> from = day(values.get(0));
                Optional<LocalDate> to = day(values.get(1));
                if (from.isEmpty() || to.isEmpty()) yield Problem.Kind.NOT_A_DATE;
                yield to.get().isBefore(from.get()) ? Problem.Kind.BACKWARDS : null;
            }
        };
    }

    /// All of them as one truth about `customer c`.
    ///
    /// @throws IllegalArgumentException when there is a problem
    public Where where(List<Condition> conditions) {
        if (conditions.isEmpty()) return Where.EVERYBODY;
        List<Problem> problems = problems(conditions);
        if (!problems.isEmpty()) throw new IllegalArgumentException("the conditions are not usable: " + problems);
        List<Field> all = fields.all();
        List<String> parts = new ArrayList<>();
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("zone", zone.getId());
        for (int i = 0; i < conditions.size(); i++) {
            Condition condition = conditions.get(i);
            parts.add(part(i, condition, Fields.find(all, condition.field()).orElseThrow(), parameters));
        }
        return new Where(String.join(" AND ", parts), parameters);
    }

    private String part(int row, Condition condition, Field field, Map<String, Object> parameters) {
        String value = ":w" + row;
        String second = ":x" + row;
        List<String> values = condition.values();
        String it = expression(row, field, parameters);
        switch (condition.operator()) {
            case EQUALS, NOT_EQUALS -> parameters.put("w" + row, values.getFirst().strip());
            case CONTAINS -> parameters.put("w" + row, "%" + like(values.getFirst().strip()) + "%");
            case STARTS -> parameters.put("w" + row, like(values.getFirst().strip()) + "%");
            case ONE_OF -> parameters.put("w" + row, values.stream().map(String::strip).toArray(String[]::new));
            case AT_LEAST, AT_MOST, SAME -> parameters.put("w" + row, number(values.getFirst()).orElseThrow());
            case BETWEEN -> {
                parameters.put("w" + row, day(values.get(0)).orElseThrow().toString());
                parameters.put("x" + row, day(values.get(1)).orElseThrow().toString());
            }
            case PAST_DAYS -> {
                LocalDate today = LocalDate.ofInstant(clock.instant(), zone);
                int days = whole(values.getFirst(), 0, DAYS_LIMIT).orElseThrow();
                parameters.put("w" + row, today.minusDays(days).toString());
                parameters.put("x" + row, today.toString());
            }
            case IN_MONTH -> parameters.put("w" + row, String.format(Locale.ROOT, "-%02d", whole(values.getFirst(), 1, 12).orElseThrow()));
            case EMPTY, FILLED -> {}
        }
        String cast = field.type() == Operator.Type.DATE && !field.isCustom() ? "::date" : "";
        return switch (condition.operator()) {
            case EQUALS -> it + " = " + value;
            case NOT_EQUALS -> it + " IS DISTINCT FROM " + value;
            case CONTAINS, STARTS -> it + " LIKE " + value;
            case ONE_OF -> it + " = ANY (" + value + "::text[])";
            case AT_LEAST -> it + " >= " + value;
            case AT_MOST -> it + " <= " + value;
            case SAME -> it + " = " + value;
            case BETWEEN, PAST_DAYS -> it + " BETWEEN " + value + cast + " AND " + second + cast;
            case IN_MONTH -> "substr(" + it + "::text, 5, 3) = " + value;
            case EMPTY -> "coalesce(" + it + "::text, '') = ''";
            case FILLED -> "coalesce(" + it + "::text, '') <> ''";
        };
    }

    /// A day in a custom field is text that sorts as days do; the time behind it does not count.
    private static String expression(int row, Field field, Map<String, Object> parameters) {
        if (!field.isCustom()) {
            String column = Fields.COLUMNS.get(field.id());
            if (column == null) throw new IllegalArgumentException("no such field: " + field.id());
            return column;
        }
        parameters.put("k" + row, field.key());
        String key = ":k" + row;
        return switch (field.type()) {
            case TEXT -> "(c.custom ->> " + key + ")";
            case NUMBER -> "(CASE WHEN jsonb_typeof(c.custom -> " + key + ") = 'number' THEN (c.custom ->> " + key + ")::numeric END)";
            case DATE -> "left(c.custom ->> " + key + ", 10)";
        };
    }

    /// The whole as one sentence, the way it also stands in approvals and logs. Empty for no condition.
    public String sentence(List<Condition> conditions, Locale locale) {
        if (conditions.isEmpty()) return "";
        List<Field> all = fields.all();
        boolean japanese = locale.getLanguage().equals("ja");
        return conditions.stream()
                .map(condition -> said(condition, Fields.find(all, condition.field()), japanese))
                .collect(Collectors.joining(japanese ? "、かつ " : " and "));
    }

    private static String said(Condition condition, Optional<Field> field, boolean japanese) {
        String name = field.map(f -> japanese ? f.label() : f.labelEnglish()).orElse(condition.field());
        Operator operator = condition.operator();
        String text = name + (japanese ? operator.japanese : " " + operator.english);
        if (operator.isChoice()) {
            String choices = condition.values().stream()
                    .map(value -> japanese ? "「" + value + "」" : '"' + value + '"')
                    .collect(Collectors.joining(japanese ? "" : ", "));
            return text.replace("{0}", choices);
        }
        for (int i = 0; i < Math.min(operator.needs(), condition.values().size()); i++)
            text = text.replace("{" + i + "}", condition.values().get(i));
        return text;
    }

    private static String like(String text) {
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    }

    private static String plain(String typed) {
        return Normalizer.normalize(typed, Normalizer.Form.NFKC).strip();
    }

    private static Optional<BigDecimal> number(String typed) {
        String plain = plain(typed).replace(",", "");
        if (plain.length() > 30 || !plain.matches("[+-]?[0-9]+(\\.[0-9]+)?")) return Optional.empty();
        return Optional.of(new BigDecimal(plain));
    }

    private static Optional<Integer> whole(String typed, int from, int to) {
        return number(typed)
                .filter(n -> n.stripTrailingZeros().scale() <= 0)
                .filter(n -> n.compareTo(BigDecimal.valueOf(from)) >= 0 && n.compareTo(BigDecimal.valueOf(to)) <= 0)
                .map(BigDecimal::intValueExact);
    }

    /// `2026-04-01`, `2026/4/1`, in half or full width.
    private static Optional<LocalDate> day(String typed) {
        String[] parts = plain(typed).split("[-/.年月日]");
        if (parts.length != 3) return Optional.empty();
        try {
            int year = Integer.parseInt(parts[0]);
            if (year < 1 || year > 9999) return Optional.empty();
            return Optional.of(LocalDate.of(year, Integer.parseInt(parts[1]), Integer.parseInt(parts[2])));
        } catch (NumberFormatException | DateTimeException notADay) {
            return Optional.empty();
        }
    }
}
