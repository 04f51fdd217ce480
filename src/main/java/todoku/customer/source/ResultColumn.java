package todoku.customer.source;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One column of a result: its place from 1, its name, and how its cells become text.
///
/// @param says the type as its server calls it
public record ResultColumn(int place, String name, String says, Type type) {
    /// A cell that is longer is refused with its row whatever follows.
    private static final int LONGEST_CELL_CHARS = 10_001;

    /// NUL cannot be registered; its picture shows where it was.
    private static final char NUL_PICTURE = '\u2400';

    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
    private static final Set<Integer> NUMBERS = Set.of(
            Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.NUMERIC, Types.DECIMAL, Types.REAL, Types.FLOAT, Types.DOUBLE);
    private static final Set<Integer> BYTES = Set.of(Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB);

    /// What its cells are.
    public enum Type { TEXT, NUMBER, DAY, TIME, MOMENT, YES_NO, BINARY }

    static List<ResultColumn> of(ResultSetMetaData result) throws SQLException {
        List<ResultColumn> columns = new ArrayList<>();
        for (int i = 1; i <= result.getColumnCount(); i++) {
            String says = String.valueOf(result.getColumnTypeName(i)).toLowerCase(Locale.ROOT);
            columns.add(new ResultColumn(i, result.getColumnLabel(i), says, type(result.getColumnType(i), says, result.getPrecision(i))));
        }
        return columns;
    }

    private static Type type(int sql, String says, int precision) {
        if (says.equals("timestamptz")) return Type.MOMENT;
        if (sql == Types.BOOLEAN || sql == Types.BIT && (says.startsWith("bool") || precision <= 1)) return Type.YES_NO;
        if (sql == Types.BIT) return Type.BINARY;
        if (sql == Types.DATE && !says.equals("year")) return Type.DAY;
        if (sql == Types.TIMESTAMP) return Type.TIME;
        if (NUMBERS.contains(sql)) return Type.NUMBER;
        return BYTES.contains(sql) ? Type.BINARY : Type.TEXT;
    }

    /// As it would stand in a file; NULL is an empty cell.
    String text(ResultSet row, ZoneId zone) throws SQLException {
        return switch (type) {
            case DAY -> text(row.getObject(place, LocalDate.class));
            case TIME -> {
                @Nullable LocalDateTime at = row.getObject(place, LocalDateTime.class);
                yield at == null ? "" : SECONDS.format(at);
            }
            case MOMENT -> {
                @Nullable OffsetDateTime at = row.getObject(place, OffsetDateTime.class);
                yield at == null ? "" : SECONDS.format(at.atZoneSameInstant(zone));
            }
            case YES_NO -> {
                boolean yes = row.getBoolean(place);
                yield row.wasNull() ? "" : String.valueOf(yes);
            }
            case NUMBER, TEXT -> plain(row.getString(place));
            case BINARY -> "";
        };
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    private static String plain(@Nullable String text) {
        if (text == null) return "";
        String cut = text.length() > LONGEST_CELL_CHARS ? text.substring(0, LONGEST_CELL_CHARS) : text;
        return cut.replace('\0', NUL_PICTURE);
    }
}
