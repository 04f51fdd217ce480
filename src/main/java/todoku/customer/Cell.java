package todoku.customer;

import java.math.BigDecimal;
import java.net.InetAddress;
import java.text.Normalizer;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// What the text of one cell means. Values come as Japanese spreadsheets write them.
public final class Cell {
    private static final Pattern NUMBER = Pattern.compile("[-+]?(?:\\d{1,3}(?:,\\d{3})+|\\d{1,30})(?:\\.\\d{1,20})?");
    /// Of what is surely a `long`.
    private static final int COUNT_DIGITS = 18;

    /// No character of a cell.
    private static final char END = '\uFFFF';

    private static final Pattern IP4 = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}");

    private Cell() {}

    /// Without the spaces around it, full-width ones too.
    public static String trimmed(String text) {
        int start = 0, end = text.length();
        while (start < end && isSpace(text.charAt(start))) start++;
        while (end > start && isSpace(text.charAt(end - 1))) end--;
        return text.substring(start, end);
    }

    /// Trimmed; full-width ASCII becomes ASCII and half-width kana become full-width. Nothing else is touched:
    /// NFKC over the whole text would also rewrite ㈱ and ①, which people typed on purpose.
    public static String plain(String text) {
        String trimmed = trimmed(text);
        int i = 0;
        while (i < trimmed.length() && !isWidthVariant(trimmed.charAt(i))) i++;
        if (i == trimmed.length()) return trimmed;
        var plain = new StringBuilder(trimmed.length()).append(trimmed, 0, i);
        while (i < trimmed.length()) {
            int end = i;
            while (end < trimmed.length() && isHalfKana(trimmed.charAt(end))) end++;
            if (end > i) {
                plain.append(Normalizer.normalize(trimmed.substring(i, end), Normalizer.Form.NFKC));
                i = end;
                continue;
            }
            char c = trimmed.charAt(i++);
            plain.append(c == '\u3000' ? ' ' : c >= '\uFF01' && c <= '\uFF5E' ? (char) (c - 0xFEE0) : c);
        }
        return plain.toString();
    }

    /// A number with or without thousands separators, yen sign or 円.
    public static Optional<BigDecimal> number(String text) {
        String digits = plain(text);
        if (digits.startsWith("¥") || digits.startsWith("￥") || digits.startsWith("\\")) digits = digits.substring(1);
        if (digits.endsWith("円")) digits = digits.substring(0, digits.length() - 1);
        if (isCount(digits)) return Optional.of(BigDecimal.valueOf(Long.parseLong(digits)));
        if (!NUMBER.matcher(digits).matches()) return Optional.empty();
        return Optional.of(new BigDecimal(digits.indexOf(',') < 0 ? digits : digits.replace(",", "")));
    }

    /// Whether this is a number and not a code: codes begin with zero (`007`) or are too long to count.
    static boolean looksLikeNumber(String text) {
        String digits = plain(text);
        boolean code = digits.length() > 1 && digits.charAt(0) == '0' && digits.charAt(1) != '.';
        return !code && digits.length() <= 15 && number(digits).isPresent();
    }

    /// Digits alone, as most numbers are.
    private static boolean isCount(String digits) {
        if (digits.isEmpty() || digits.length() > COUNT_DIGITS) return false;
        for (int i = 0; i < digits.length(); i++) if (!Moment.isDigit(digits.charAt(i))) return false;
        return true;
    }

    /// `2024/1/5`, `2024-01-05`, `2024.1.5` or `2024年1月5日`.
    public static Optional<LocalDate> date(String text) {
        return new Moment(plain(text)).dateAlone();
    }

    /// A date followed by `0:13`, `00:13:05` or `0時13分`; a date alone is its first instant.
    public static Optional<LocalDateTime> dateTime(String text) {
        return new Moment(plain(text)).dateTime();
    }

    /// Reads a date and a time from left to right; a file of a million lines has millions of them.
    private static final class Moment {
        private final String text;
        private int at;

        /// Whether everything so far was where it belongs.
        private boolean fits = true;

        Moment(String text) {
            this.text = text;
        }

        Optional<LocalDate> date() {
            int year = number(4, 4);
            char between = next();
            boolean worded = between == '年';
            fits &= worded || between == '/' || between == '.' || between == '-';
            int month = number(1, 2);
            take(worded ? '月' : between);
            int day = number(1, 2);
            if (worded) take('日');
            return fits ? valid(() -> LocalDate.of(year, month, day)) : Optional.empty();
        }

        Optional<LocalDate> dateAlone() {
            Optional<LocalDate> date = date();
            return at == text.length() ? date : Optional.empty();
        }

        Optional<LocalDateTime> dateTime() {
            Optional<LocalDate> date = date();
            if (date.isEmpty() || at == text.length()) return date.map(LocalDate::atStartOfDay);
            while (peek() == ' ' || peek() == 'T') at++;
            int hour = number(1, 2), minute, second = 0;
            if (next() == ':') {
                minute = number(2, 2);
                if (at < text.length()) {
                    take(':');
                    second = number(2, 2);
                }
            } else {
                fits &= at > 0 && text.charAt(at - 1) == '時';
                minute = number(1, 2);
                take('分');
                if (at < text.length()) {
                    second = number(1, 2);
                    take('秒');
                }
            }
            if (!fits || at < text.length()) return Optional.empty();
            int seconds = second;
            return valid(() -> date.get().atTime(hour, minute, seconds));
        }

        private int number(int least, int most) {
            int value = 0, digits = 0;
            while (digits < most && isDigit(peek())) {
                value = 10 * value + next() - '0';
                digits++;
            }
            fits &= digits >= least;
            return value;
        }

        private void take(char wanted) {
            fits &= next() == wanted;
        }

        private char peek() {
            return at < text.length() ? text.charAt(at) : END;
        }

        private char next() {
            char next = peek();
            if (at < text.length()) at++;
            return next;
        }

        private static boolean isDigit(char c) {
            return c >= '0' && c <= '9';
        }

        private static <T> Optional<T> valid(Supplier<T> moment) {
            try {
                return Optional.of(moment.get());
            } catch (DateTimeException e) {
                return Optional.empty();
            }
        }
    }

    /// An IPv4 address with four numbers, or an IPv6 address; nothing is looked up.
    public static Optional<InetAddress> ip(String text) {
        String address = plain(text);
        if (!address.contains(":") && !IP4.matcher(address).matches() || address.contains("%") || address.contains("[")) return Optional.empty();
        try {
            return Optional.of(InetAddress.ofLiteral(address));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isSpace(char c) {
        return c <= ' ' || c == '\u3000' || c == '\u00A0' || c == '\uFEFF' || c == '\u200B';
    }

    private static boolean isWidthVariant(char c) {
        return c == '\u3000' || c >= '\uFF01' && c <= '\uFF5E' || isHalfKana(c);
    }

    private static boolean isHalfKana(char c) {
        return c >= '\uFF61' && c <= '\uFF9F';
    }
}
