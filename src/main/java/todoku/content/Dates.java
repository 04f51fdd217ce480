package todoku.content;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;

/// Dates as Japanese readers write them; a moment is shown in Japanese time.
final class Dates {
    private static final ZoneId JAPAN = ZoneId.of("Asia/Tokyo");
    private static final String WEEKDAYS = "月火水木金土日";

    static @Nullable LocalDateTime moment(@Nullable Object value) {
        return switch (value) {
            case LocalDate day -> day.atStartOfDay();
            case LocalDateTime moment -> moment;
            case Instant moment -> moment.atZone(JAPAN).toLocalDateTime();
            case OffsetDateTime moment -> moment.atZoneSameInstant(JAPAN).toLocalDateTime();
            case ZonedDateTime moment -> moment.withZoneSameInstant(JAPAN).toLocalDateTime();
            case String text -> parsed(text.strip());
            case null, default -> null;
        };
    }

    /// `2026-04-01`, `2026/4/1`, with or without a time and an offset.
    private static @Nullable LocalDateTime parsed(String text) {
        if (text.length() < 8 || text.length() > 40 || !Character.isDigit(text.charAt(0))) return null;
        try {
            int split = 0;
            while (split < text.length() && text.charAt(split) != ' ' && text.charAt(split) != 'T') split++;
            String[] parts = text.substring(0, split).replace('/', '-').split("-", -1);
            if (parts.length != 3) return null;
            var day = LocalDate.of(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
            if (split == text.length()) return day.atStartOfDay();
            String iso = day + "T" + text.substring(split + 1);
            boolean offset = iso.endsWith("Z") || iso.indexOf('+') > 0 || iso.lastIndexOf('-') > 10;
            return offset ? moment(OffsetDateTime.parse(iso)) : LocalDateTime.parse(iso);
        } catch (DateTimeException | NumberFormatException notADate) {
            return null;
        }
    }

    /// The first directive of a format that is not known here, or null.
    static @Nullable String unknownDirective(String format) {
        for (int i = format.indexOf('%'); i >= 0; i = format.indexOf('%', i + 1)) {
            int at = i + 1;
            if (at < format.length() && format.charAt(at) == '-') at++;
            if (at >= format.length()) return format.substring(i);
            if ("YymdeHIMSpPaAbBjFTRD%".indexOf(format.charAt(at)) < 0) return format.substring(i, at + 1);
            i = at;
        }
        return null;
    }

    static String format(LocalDateTime moment, String format) {
        var out = new StringBuilder(format.length() + 16);
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                out.append(c);
                continue;
            }
            c = format.charAt(++i);
            boolean bare = c == '-' && i + 1 < format.length();
            if (bare) c = format.charAt(++i);
            int width = bare ? 1 : 2;
            int hour12 = moment.getHour() % 12 == 0 ? 12 : moment.getHour() % 12;
            switch (c) {
                case 'Y' -> out.append(moment.getYear());
                case 'y' -> digits(out, moment.getYear() % 100, width);
                case 'm' -> digits(out, moment.getMonthValue(), width);
                case 'd' -> digits(out, moment.getDayOfMonth(), width);
                case 'e' -> digits(out, moment.getDayOfMonth(), 1);
                case 'H' -> digits(out, moment.getHour(), width);
                case 'I' -> digits(out, hour12, width);
                case 'M' -> digits(out, moment.getMinute(), width);
                case 'S' -> digits(out, moment.getSecond(), width);
                case 'p' -> out.append(moment.getHour() < 12 ? "午前" : "午後");
                case 'P' -> out.append(moment.getHour() < 12 ? "am" : "pm");
                case 'a' -> out.append(WEEKDAYS.charAt(moment.getDayOfWeek().getValue() - 1));
                case 'A' -> out.append(WEEKDAYS.charAt(moment.getDayOfWeek().getValue() - 1)).append("曜日");
                case 'b', 'B' -> out.append(moment.getMonthValue()).append('月');
                case 'j' -> digits(out, moment.getDayOfYear(), bare ? 1 : 3);
                case 'F' -> out.append(moment.toLocalDate());
                case 'T' -> out.append(format(moment, "%H:%M:%S"));
                case 'R' -> out.append(format(moment, "%H:%M"));
                case 'D' -> out.append(format(moment, "%m/%d/%y"));
                case '%' -> out.append('%');
                default -> out.append('%').append(c);
            }
        }
        return out.toString();
    }

    private static void digits(StringBuilder out, int number, int width) {
        String text = Integer.toString(number);
        for (int i = text.length(); i < width; i++) out.append('0');
        out.append(text);
    }

    private Dates() {}
}
