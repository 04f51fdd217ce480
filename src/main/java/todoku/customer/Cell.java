package todoku.customer;

import java.math.BigDecimal;
import java.net.InetAddress;
import java.text.Normalizer;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the text of one cell means. Values come as Japanese spreadsheets write them.
public final class Cell {
    private static final Pattern NUMBER = Pattern.compile("[-+]?(?:\\d{1,3}(?:,\\d{3})+|\\d{1,30})(?:\\.\\d{1,20})?");
    private static final String DAY = "(\\d{4})(?:([/.-])(\\d{1,2})\\2(\\d{1,2})|年(\\d{1,2})月(\\d{1,2})日)";
    private static final Pattern DATE = Pattern.compile(DAY);
    private static final Pattern DATE_TIME =
            Pattern.compile(DAY + "[ T]*(\\d{1,2})(?::(\\d{2})(?::(\\d{2}))?|時(\\d{1,2})分(?:(\\d{1,2})秒)?)");

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
        if (!NUMBER.matcher(digits).matches()) return Optional.empty();
        return Optional.of(new BigDecimal(digits.indexOf(',') < 0 ? digits : digits.replace(",", "")));
    }

    /// Whether this is a number and not a code: codes begin with zero (`007`) or are too long to count.
    static boolean looksLikeNumber(String text) {
        String digits = plain(text);
        boolean code = digits.length() > 1 && digits.charAt(0) == '0' && digits.charAt(1) != '.';
        return !code && digits.length() <= 15 && number(digits).isPresent();
    }

    /// `2024/1/5`, `2024-01-05`, `2024.1.5` or `2024年1月5日`.
    public static Optional<LocalDate> date(String text) {
        Matcher day = DATE.matcher(plain(text));
        return day.matches() ? date(day) : Optional.empty();
    }

    /// A date followed by `0:13`, `00:13:05` or `0時13分`; a date alone is its first instant.
    public static Optional<LocalDateTime> dateTime(String text) {
        Matcher at = DATE_TIME.matcher(plain(text));
        if (!at.matches()) return date(text).map(LocalDate::atStartOfDay);
        boolean colon = at.group(8) != null;
        try {
            int hour = Integer.parseInt(at.group(7)), minute = Integer.parseInt(at.group(colon ? 8 : 10));
            String second = at.group(colon ? 9 : 11);
            return date(at).map(day -> day.atTime(hour, minute, second == null ? 0 : Integer.parseInt(second)));
        } catch (DateTimeException e) {
            return Optional.empty();
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

    private static Optional<LocalDate> date(Matcher day) {
        boolean separated = day.group(2) != null;
        try {
            return Optional.of(LocalDate.of(Integer.parseInt(day.group(1)),
                    Integer.parseInt(day.group(separated ? 3 : 5)), Integer.parseInt(day.group(separated ? 4 : 6))));
        } catch (DateTimeException e) {
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
