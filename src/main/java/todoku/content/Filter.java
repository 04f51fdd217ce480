package todoku.content;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The filters there are, each with the number of arguments it takes.
enum Filter {
    DEFAULT(1, 1), UPCASE(0, 0), DOWNCASE(0, 0), DATE(1, 1), NUMBER(0, 0), APPEND(1, 1), PREPEND(1, 1), REPLACE(2, 2),
    TRUNCATE(0, 2), ESCAPE(0, 0), STRIP(0, 0), PLUS(1, 1), MINUS(1, 1), TIMES(1, 1), DIVIDED_BY(1, 1), SIZE(0, 0),
    FIRST(0, 0), LAST(0, 0), JOIN(0, 1);

    private static final int TRUNCATED_LENGTH = 50;

    final int fewest;
    final int most;

    Filter(int fewest, int most) {
        this.fewest = fewest;
        this.most = most;
    }

    static @Nullable Filter named(String name) {
        for (Filter filter : values()) if (filter.name().toLowerCase(Locale.ROOT).equals(name)) return filter;
        return null;
    }

    @Nullable Object apply(Rendering rendering, @Nullable Object in, @Nullable Object first, @Nullable Object second) {
        return switch (this) {
            case DEFAULT -> in == null || Boolean.FALSE.equals(in) || Values.equal(in, Values.Nothing.BLANK) ? first : in;
            case UPCASE -> cost(rendering, Values.text(in).toUpperCase(Locale.ROOT));
            case DOWNCASE -> cost(rendering, Values.text(in).toLowerCase(Locale.ROOT));
            case DATE -> {
                var moment = Dates.moment(in);
                yield moment == null ? in : cost(rendering, Dates.format(moment, Values.text(first)));
            }
            case NUMBER -> {
                BigDecimal number = Values.number(in);
                yield number == null ? in : cost(rendering, grouped(Values.text(number)));
            }
            case APPEND -> joined(rendering, Values.text(in), Values.text(first));
            case PREPEND -> joined(rendering, Values.text(first), Values.text(in));
            case REPLACE -> replaced(rendering, Values.text(in), Values.text(first), Values.text(second));
            case TRUNCATE -> cost(rendering, truncated(Values.text(in), first, second == null ? "..." : Values.text(second)));
            case ESCAPE -> rendering.escapesHtml() ? in : cost(rendering, Html.escape(Values.text(in)));
            case STRIP -> cost(rendering, stripped(Values.text(in)));
            case PLUS, MINUS, TIMES, DIVIDED_BY -> calculated(Values.number(in), Values.number(first));
            case SIZE -> Values.size(in);
            case FIRST -> Values.first(in);
            case LAST -> Values.last(in);
            case JOIN -> listed(rendering, in, first == null ? " " : Values.text(first));
        };
    }

    private static String cost(Rendering rendering, String text) {
        rendering.filterProduces(text.length());
        return text;
    }

    private static String joined(Rendering rendering, String left, String right) {
        rendering.filterProduces((long) left.length() + right.length());
        return left + right;
    }

    private static String replaced(Rendering rendering, String text, String old, String fresh) {
        if (old.isEmpty()) return text;
        rendering.filterProduces(text.length());
        var out = new StringBuilder();
        int from = 0;
        for (int found = text.indexOf(old); found >= 0; found = text.indexOf(old, from)) {
            rendering.filterProduces(fresh.length() + 1L);
            out.append(text, from, found).append(fresh);
            from = found + old.length();
        }
        return from == 0 ? text : out.append(text, from, text.length()).toString();
    }

    /// The length counts characters as people do and includes the sign of omission.
    private static String truncated(String text, @Nullable Object length, String omission) {
        BigDecimal wanted = Values.number(length);
        int most = wanted == null ? TRUNCATED_LENGTH : Math.clamp(wanted.longValue(), 0, Limits.OUTPUT_CHARS);
        if (text.codePointCount(0, text.length()) <= most) return text;
        int kept = Math.max(0, most - omission.codePointCount(0, omission.length()));
        return text.substring(0, text.offsetByCodePoints(0, kept)) + omission;
    }

    private static String stripped(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && (text.charAt(from) <= ' ' || Lexer.isSpace(text.charAt(from)))) from++;
        while (to > from && (text.charAt(to - 1) <= ' ' || Lexer.isSpace(text.charAt(to - 1)))) to--;
        return text.substring(from, to);
    }

    private static String grouped(String plain) {
        int start = plain.startsWith("-") ? 1 : 0;
        int point = start;
        while (point < plain.length() && plain.charAt(point) >= '0' && plain.charAt(point) <= '9') point++;
        var out = new StringBuilder(plain.length() + 8).append(plain, 0, start);
        for (int i = start; i < point; i++) {
            if (i > start && (point - i) % 3 == 0) out.append(',');
            out.append(plain.charAt(i));
        }
        return out.append(plain, point, plain.length()).toString();
    }

    /// Whole numbers divide to whole numbers, downwards, as in Liquid; a division by zero gives nothing.
    private @Nullable Object calculated(@Nullable BigDecimal left, @Nullable BigDecimal right) {
        BigDecimal a = left == null ? BigDecimal.ZERO : left;
        BigDecimal b = right == null ? BigDecimal.ZERO : right;
        try {
            return switch (this) {
                case PLUS -> a.add(b, MathContext.DECIMAL128);
                case MINUS -> a.subtract(b, MathContext.DECIMAL128);
                case TIMES -> a.multiply(b, MathContext.DECIMAL128);
                default -> {
                    if (b.signum() == 0) yield null;
                    BigDecimal quotient = a.divide(b, MathContext.DECIMAL128);
                    yield a.scale() <= 0 && b.scale() <= 0 && quotient.scale() > 0 ? quotient.setScale(0, RoundingMode.FLOOR) : quotient;
                }
            };
        } catch (ArithmeticException beyondAllNumbers) {
            return null;
        }
    }

    private static @Nullable Object listed(Rendering rendering, @Nullable Object in, String between) {
        if (!(in instanceof Collection<?> items)) return in;
        var out = new StringBuilder();
        boolean later = false;
        for (Object item : items) {
            String text = Values.text(item);
            rendering.filterProduces((long) text.length() + between.length());
            if (later) out.append(between);
            out.append(text);
            later = true;
        }
        return out.toString();
    }
}
