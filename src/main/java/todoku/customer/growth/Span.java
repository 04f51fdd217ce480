package todoku.customer.growth;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/// What one row of a report of growth spans.
public enum Span {
    HOUR("hour", ChronoUnit.HOURS, 24, "M/d H:00"),
    DAY("day", ChronoUnit.DAYS, 31, "yyyy/MM/dd"),
    MONTH("month", ChronoUnit.MONTHS, 12, "yyyy/MM"),
    YEAR("year", ChronoUnit.YEARS, 10, "yyyy");

    /// As `date_trunc` calls it.
    final String unit;

    private final ChronoUnit step;
    /// Rows of one page.
    final int rows;

    private final DateTimeFormatter format;

    Span(String unit, ChronoUnit step, int rows, String format) {
        this.unit = unit;
        this.step = step;
        this.rows = rows;
        this.format = DateTimeFormatter.ofPattern(format, Locale.ROOT);
    }

    /// In addresses of pages.
    public String key() {
        return unit;
    }

    /// DAY for what nobody offered.
    static Span of(String key) {
        for (Span span : values()) if (span.unit.equals(key)) return span;
        return DAY;
    }

    LocalDateTime next(LocalDateTime from, long times) {
        return from.plus(times, step);
    }

    LocalDateTime begin(LocalDateTime in) {
        LocalDate day = in.toLocalDate();
        return switch (this) {
            case HOUR -> in.truncatedTo(ChronoUnit.HOURS);
            case DAY -> day.atStartOfDay();
            case MONTH -> day.withDayOfMonth(1).atStartOfDay();
            case YEAR -> day.withDayOfYear(1).atStartOfDay();
        };
    }

    public String label(LocalDateTime from) {
        return format.format(from);
    }
}
