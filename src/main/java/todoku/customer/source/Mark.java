package todoku.customer.source;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/// How far the rows of a database have been read, in the column that says when they were changed.
sealed interface Mark {

    /// A row whose transaction began earlier may appear later: it is looked for so far back.
    Duration OVERLAP = Duration.ofMinutes(10);

    DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS");

    record Time(LocalDateTime at) implements Mark {}

    record Moment(Instant at) implements Mark {}

    record Day(LocalDate day) implements Mark {}

    record Number(BigDecimal number) implements Mark {}

    /// The mark this row would set; null when its cell is empty or lies in a future that cannot be meant.
    static @Nullable Mark of(ResultSet row, ResultColumn column, Instant now, ZoneId zone) throws SQLException {
        Instant tomorrow = now.plus(Duration.ofDays(1));
        return switch (column.type()) {
            case TIME -> {
                @Nullable LocalDateTime at = row.getObject(column.place(), LocalDateTime.class);
                yield at == null || at.isAfter(LocalDateTime.ofInstant(tomorrow, zone)) ? null : new Time(at);
            }
            case MOMENT -> {
                @Nullable OffsetDateTime at = row.getObject(column.place(), OffsetDateTime.class);
                yield at == null || at.toInstant().isAfter(tomorrow) ? null : new Moment(at.toInstant());
            }
            case DAY -> {
                @Nullable LocalDate day = row.getObject(column.place(), LocalDate.class);
                yield day == null || day.isAfter(LocalDate.ofInstant(tomorrow, zone)) ? null : new Day(day);
            }
            case NUMBER -> {
                @Nullable BigDecimal number = row.getBigDecimal(column.place());
                yield number == null ? null : new Number(number);
            }
            case YES_NO, TEXT, BINARY -> null;
        };
    }

    /// Whichever is further; a column that became of another type begins anew.
    static Mark later(@Nullable Mark one, Mark other) {
        if (one == null) return other;
        return switch (one) {
            case Time(LocalDateTime at) when other instanceof Time that -> that.at.isAfter(at) ? other : one;
            case Moment(Instant at) when other instanceof Moment that -> that.at.isAfter(at) ? other : one;
            case Day(LocalDate day) when other instanceof Day that -> that.day.isAfter(day) ? other : one;
            case Number(BigDecimal number) when other instanceof Number that -> that.number.compareTo(number) > 0 ? other : one;
            default -> other;
        };
    }

    /// What is compared with, as SQL. It is written from values, never from text.
    default String literal() {
        return switch (this) {
            case Time(LocalDateTime at) -> "TIMESTAMP '" + SECONDS.format(at.minus(OVERLAP)) + "'";
            case Moment(Instant at) -> "TIMESTAMPTZ '" + SECONDS.format(at.minus(OVERLAP).atOffset(java.time.ZoneOffset.UTC)) + "+00'";
            case Day(LocalDate day) -> "DATE '" + day + "'";
            case Number(BigDecimal number) -> number.toPlainString();
        };
    }

    default String stored() {
        return switch (this) {
            case Time(LocalDateTime at) -> "TIME " + at;
            case Moment(Instant at) -> "MOMENT " + at;
            case Day(LocalDate day) -> "DAY " + day;
            case Number(BigDecimal number) -> "NUMBER " + number.toPlainString();
        };
    }

    static @Nullable Mark of(@Nullable String stored) {
        if (stored == null) return null;
        String text = stored.substring(stored.indexOf(' ') + 1);
        return switch (stored.substring(0, stored.indexOf(' '))) {
            case "TIME" -> new Time(LocalDateTime.parse(text));
            case "MOMENT" -> new Moment(Instant.parse(text));
            case "DAY" -> new Day(LocalDate.parse(text));
            case "NUMBER" -> new Number(new BigDecimal(text));
            default -> throw new IllegalArgumentException("not a mark: " + stored);
        };
    }
}
