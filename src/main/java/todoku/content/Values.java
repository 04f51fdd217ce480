package todoku.content;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How values read, compare and print. Only known types are looked into; nothing is called by reflection.
final class Values {
    /// Digits beyond which a number prints in scientific notation instead of filling the mail with zeros.
    private static final int PLAIN_DIGITS = 60;
    private static final int NUMBER_CHARS = 40;

    /// The literals `blank` and `empty`.
    enum Nothing {
        BLANK,
        EMPTY
    }

    static String text(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case String text -> text;
            case BigDecimal number -> plain(number);
            case Double number -> Double.isFinite(number) ? plain(BigDecimal.valueOf(number)) : "";
            case Float number -> Float.isFinite(number) ? plain(new BigDecimal(number.toString())) : "";
            case Collection<?> items -> {
                var out = new StringBuilder();
                for (Object item : items) out.append(item instanceof Collection<?> ? "" : text(item));
                yield out.toString();
            }
            case Map<?, ?> map -> "";
            case Nothing nothing -> "";
            default -> value.toString();
        };
    }

    private static String plain(BigDecimal number) {
        if (Math.abs((long) number.scale()) > PLAIN_DIGITS) return number.toString();
        if (number.signum() == 0) return "0";
        return number.scale() <= 0 ? number.toPlainString() : number.stripTrailingZeros().toPlainString();
    }

    static boolean isTrue(@Nullable Object value) {
        return value != null && !Boolean.FALSE.equals(value);
    }

    /// A number, or a text that is one; null otherwise.
    static @Nullable BigDecimal number(@Nullable Object value) {
        return switch (value) {
            case BigDecimal number -> number;
            case Long number -> BigDecimal.valueOf(number);
            case Integer number -> BigDecimal.valueOf(number);
            case Short number -> BigDecimal.valueOf(number);
            case Byte number -> BigDecimal.valueOf(number);
            case Double number -> Double.isFinite(number) ? BigDecimal.valueOf(number) : null;
            case Float number -> Float.isFinite(number) ? new BigDecimal(number.toString()) : null;
            case BigInteger number -> new BigDecimal(number);
            case String text -> parsed(text);
            case null, default -> null;
        };
    }

    private static @Nullable BigDecimal parsed(String text) {
        String trimmed = text.strip();
        if (trimmed.isEmpty() || trimmed.length() > NUMBER_CHARS) return null;
        for (int i = 0; i < trimmed.length(); i++) {
            char c = trimmed.charAt(i);
            if (!(c >= '0' && c <= '9' || c == '.' || i == 0 && (c == '-' || c == '+'))) return null;
        }
        try {
            return new BigDecimal(trimmed);
        } catch (NumberFormatException notANumber) {
            return null;
        }
    }

    static boolean equal(@Nullable Object left, @Nullable Object right) {
        if (left instanceof Nothing nothing) return isNothing(right, nothing);
        if (right instanceof Nothing nothing) return isNothing(left, nothing);
        if (left == null || right == null) return left == right;
        if (left instanceof Number || right instanceof Number) {
            BigDecimal a = number(left);
            BigDecimal b = number(right);
            return a != null && b != null && a.compareTo(b) == 0;
        }
        if (left instanceof Boolean || left instanceof Collection<?> || left instanceof Map<?, ?>) return left.equals(right);
        return text(left).equals(text(right));
    }

    private static boolean isNothing(@Nullable Object value, Nothing nothing) {
        return switch (value) {
            case null -> true;
            case Boolean truth -> nothing == Nothing.BLANK && !truth;
            case String text -> nothing == Nothing.BLANK ? text.isBlank() : text.isEmpty();
            case Collection<?> items -> items.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            default -> false;
        };
    }

    /// Less than zero, zero or more; null when the two cannot be put in order, and then no comparison holds.
    static @Nullable Integer order(@Nullable Object left, @Nullable Object right) {
        if (left == null || right == null) return null;
        BigDecimal a = number(left);
        BigDecimal b = number(right);
        if (a != null && b != null) return a.compareTo(b);
        if (left instanceof Number || right instanceof Number) return null;
        var day = Dates.moment(left);
        var other = Dates.moment(right);
        if (day != null && other != null) return day.compareTo(other);
        return text(left).compareTo(text(right));
    }

    static boolean contains(@Nullable Object whole, @Nullable Object part) {
        if (whole == null || part == null) return false;
        if (whole instanceof Collection<?> items) {
            for (Object item : items) if (equal(item, part)) return true;
            return false;
        }
        if (whole instanceof Map<?, ?> map) return map.containsKey(text(part));
        return text(whole).contains(text(part));
    }

    static @Nullable Object member(@Nullable Object value, Object key) {
        if (value instanceof Map<?, ?> map) {
            Object found = map.get(text(key));
            if (found != null || map.containsKey(text(key))) return found;
        }
        if (value instanceof List<?> items && key instanceof Long index) {
            long place = index < 0 ? items.size() + index : index;
            return place >= 0 && place < items.size() ? items.get((int) place) : null;
        }
        if ("size".equals(key)) return size(value);
        if ("first".equals(key)) return first(value);
        if ("last".equals(key)) return last(value);
        return null;
    }

    static @Nullable Object size(@Nullable Object value) {
        return switch (value) {
            case Collection<?> items -> (long) items.size();
            case Map<?, ?> map -> (long) map.size();
            case String text -> (long) text.codePointCount(0, text.length());
            case null, default -> 0L;
        };
    }

    static @Nullable Object first(@Nullable Object value) {
        return value instanceof List<?> items && !items.isEmpty() ? items.getFirst() : null;
    }

    static @Nullable Object last(@Nullable Object value) {
        return value instanceof List<?> items && !items.isEmpty() ? items.getLast() : null;
    }

    private Values() {}
}
