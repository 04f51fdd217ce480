package todoku.segment;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/// What "today" and "the last days" are, the same for SQL and for one person.
///
/// @param zone decides when a day begins
record Days(LocalDate today, ZoneId zone) {
    /// Both ends count.
    record Range(LocalDate from, LocalDate to) {
        boolean has(String day) {
            return day.compareTo(from.toString()) >= 0 && day.compareTo(to.toString()) <= 0;
        }
    }

    /// The first moment of the day so many days before today.
    Instant since(int days) {
        return today.minusDays(days).atStartOfDay(zone).toInstant();
    }

    /// The days a condition names. Only for operators that name days.
    Range range(Condition condition) {
        List<String> values = condition.values();
        return switch (condition.operator()) {
            case BETWEEN -> new Range(Typed.day(values.get(0)).orElseThrow(), Typed.day(values.get(1)).orElseThrow());
            case PAST_DAYS -> new Range(today.minusDays(days(condition)), today);
            case NEXT_DAYS -> new Range(today, today.plusDays(days(condition)));
            case DAYS_AGO -> new Range(today.minusDays(days(condition)), today.minusDays(days(condition)));
            case DAYS_AHEAD -> new Range(today.plusDays(days(condition)), today.plusDays(days(condition)));
            default -> throw new IllegalArgumentException(condition.operator() + " names no days");
        };
    }

    /// Month and day of today and the days that follow, as `0229`. Whoever was born on 29 February has their day on the
    /// 28th in other years.
    List<Integer> comingRound(Condition condition) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i <= Math.min(days(condition), 366); i++) {
            LocalDate day = today.plusDays(i);
            int monthAndDay = day.getMonthValue() * 100 + day.getDayOfMonth();
            found.add(monthAndDay);
            if (monthAndDay == 228 && !day.isLeapYear()) found.add(229);
        }
        return found;
    }

    private static int days(Condition condition) {
        return Typed.whole(condition.values().getFirst(), 0, RuleCheck.DAYS_LIMIT).orElseThrow();
    }
}
