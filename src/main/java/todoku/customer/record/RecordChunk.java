package todoku.customer.record;

import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.ImportKey;
import todoku.customer.KeptLines;
import todoku.customer.LineClass;
import todoku.customer.record.RecordLine.Bad;
import todoku.customer.record.RecordLine.Good;
import todoku.database.CopyRows;
import todoku.database.Database;

/// Registers one chunk of lines; all statements run in the caller's transaction.
///
/// The lines are copied into a table of this connection, their customers and the records of their numbers are looked up by
/// index, what becomes of each line is decided in the order of the file, and two statements write.
final class RecordChunk {
    /// Room for one line on its way in.
    private static final int LINE_CHARS = 300;

    private final Database database;
    private final JdbcClient db;
    private final RecordKind kind;
    private final ImportKey by;
    private final RecordColumns columns;
    private final boolean overwrite;

    RecordChunk(Database database, RecordKind kind, ImportKey by, RecordColumns columns, boolean overwrite) {
        this.database = database;
        this.db = database.client();
        this.kind = kind;
        this.by = by;
        this.columns = columns;
        this.overwrite = overwrite;
    }

    /// What became of one line.
    record Ending(RecordLine line, LineClass lineClass, String reason) implements KeptLines.Ended {
        @Override
        public int number() {
            return line.row();
        }

        @Override
        public List<String> cells() {
            return line.cells();
        }
    }

    /// What a line meets.
    ///
    /// @param customer null when there is nobody
    /// @param many     customers the line may mean
    /// @param record   of this number; null when there is none
    /// @param same     that record says already what the line says
    /// @param twin     a record without a number says so
    private record Met(@Nullable Long customer, int many, @Nullable Long record, boolean same, boolean twin) {}

    /// A line to be written.
    ///
    /// @param record null: a new one
    private record Write(int line, long customer, @Nullable Long record) {}

    List<Ending> write(List<RecordLine> lines) {
        Map<Integer, Met> met = met(lines.stream().filter(Good.class::isInstance).map(Good.class::cast).toList());
        Map<String, Write> writes = new LinkedHashMap<>();
        Map<String, Integer> firstRow = new HashMap<>();
        Set<Good> unnumbered = new HashSet<>();
        List<Ending> endings = new ArrayList<>(lines.size());
        for (RecordLine line : lines) {
            endings.add(switch (line) {
                case Bad bad -> new Ending(bad, LineClass.FAILURE, bad.why());
                case Good good -> decided(good, met.getOrDefault(good.row(), NOTHING), writes, firstRow, unnumbered);
            });
        }
        insert(writes.values().stream().filter(write -> write.record() == null).toList());
        update(writes.values().stream().filter(write -> write.record() != null).toList());
        return endings;
    }

    private static final Met NOTHING = new Met(null, 0, null, false, false);

    private Ending decided(Good line, Met met, Map<String, Write> writes, Map<String, Integer> firstRow, Set<Good> unnumbered) {
        @Nullable Long customer = met.customer();
        if (customer == null) return new Ending(line, LineClass.FAILURE, nobody(line));
        if (met.many() > 1)
            return new Ending(line, LineClass.FAILURE, "この" + by() + "の顧客が" + met.many() + "人います（" + line.customer() + "）");
        @Nullable String number = line.number();
        if (number == null) {
            boolean twice = !unnumbered.add(new Good(0, List.of(), Long.toString(customer), null, line.at(), line.amount(), line.data()));
            if (met.twin() || twice) return new Ending(line, LineClass.OTHER, "同じ内容の記録があります");
            writes.put("row " + line.row(), new Write(line.row(), customer, null));
            return new Ending(line, LineClass.SUCCESS, "登録しました");
        }
        @Nullable Integer before = firstRow.putIfAbsent(number, line.row());
        if (before != null && !overwrite)
            return new Ending(line, LineClass.OTHER, "同じ" + kind.numberLabel() + "が" + before + "行目にあります（" + number + "）");
        if (before == null && met.record() != null && met.same()) return new Ending(line, LineClass.OTHER, "変更はありません");
        if (met.record() != null && !overwrite)
            return new Ending(line, LineClass.OTHER, "登録済みの" + kind.numberLabel() + "です（" + number + "）");
        writes.put("number " + number, new Write(line.row(), customer, met.record()));
        return new Ending(line, LineClass.SUCCESS, met.record() == null && before == null ? "登録しました" : "上書きしました");
    }

    private String nobody(Good line) {
        return "この" + by() + "の顧客がいません（" + line.customer() + "）。顧客を登録してから、もう一度読み込んでください";
    }

    private String by() {
        return by == ImportKey.NUMBER ? "会員番号" : "メールアドレス";
    }

    private Map<Integer, Met> met(List<Good> lines) {
        if (lines.isEmpty()) return Map.of();
        copy(lines);
        Map<Integer, Met> met = new HashMap<>();
        String customers = by == ImportKey.NUMBER
                ? "SELECT min(c.id) AS id, count(*)::int AS many FROM customer c WHERE c.number = l.customer"
                : "SELECT min(c.id) AS id, count(*)::int AS many FROM address a JOIN customer c ON c.address_id = a.id WHERE a.canonical = l.customer";
        db.sql("SELECT l.line, c.id, c.many, r.id, r.customer_id = c.id AND r.at = l.at AND (NOT :amount OR r.amount IS NOT DISTINCT FROM l.amount)"
                        + " AND (r.data - :fields::text[]) || l.data = r.data, t.twin"
                        + " FROM record_line l CROSS JOIN LATERAL (" + customers + ") c"
                        + " LEFT JOIN related_record r ON r.kind_id = :kind AND r.number = l.number"
                        + " CROSS JOIN LATERAL (SELECT l.number IS NULL AND EXISTS (SELECT FROM related_record x WHERE x.customer_id = c.id"
                        + " AND x.kind_id = :kind AND x.at = l.at AND x.number IS NULL AND x.amount IS NOT DISTINCT FROM l.amount AND x.data = l.data) AS twin) t")
                .param("kind", kind.id())
                .param("amount", bringsAmount())
                .param("fields", columns.fields().toArray(String[]::new))
                .query((ResultSet row) -> {
                    met.put(row.getInt(1), new Met(row.getObject(2, Long.class), row.getInt(3), row.getObject(4, Long.class), row.getBoolean(5), row.getBoolean(6)));
                });
        return met;
    }

    /// Into a table that only this connection has, empty before and after. Looking up by index is told to the planner, who knows
    /// nothing about it.
    private void copy(List<Good> lines) {
        db.sql("""
                CREATE TEMPORARY TABLE IF NOT EXISTS record_line (
                    line int PRIMARY KEY, customer text COLLATE "C", number text COLLATE "C", at timestamptz, amount numeric, data jsonb)
                    ON COMMIT DELETE ROWS
                """).update();
        db.sql("""
                SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
                """).query((ResultSet row) -> { });
        var rows = new CopyRows(lines.size() * LINE_CHARS);
        for (Good line : lines)
            rows.add(line.row()).add(line.customer()).add(line.number()).add(line.at().toString())
                    .add(line.amount() == null ? null : line.amount().toPlainString()).add(line.data()).end();
        database.copyIn("COPY record_line FROM STDIN", rows.bytes());
    }

    private boolean bringsAmount() {
        RecordKind.@Nullable Amount amount = kind.amount();
        if (amount == null) return true;
        List<String> fields = columns.fields();
        return fields.contains(amount.field()) && (amount.times() == null || fields.contains(amount.times()));
    }

    private void insert(List<Write> writes) {
        if (writes.isEmpty()) return;
        db.sql("""
                INSERT INTO related_record (kind_id, customer_id, number, at, amount, data)
                SELECT :kind, w.customer, l.number, l.at, l.amount, l.data
                  FROM unnest(:lines::int[], :customers::bigint[]) w(line, customer) JOIN record_line l ON l.line = w.line
                """)
                .param("kind", kind.id())
                .param("lines", writes.stream().map(Write::line).toArray(Integer[]::new))
                .param("customers", writes.stream().map(Write::customer).toArray(Long[]::new))
                .update();
    }

    /// What the file has no column for stays; a blank cell blanks its field.
    private void update(List<Write> writes) {
        if (writes.isEmpty()) return;
        db.sql("""
                UPDATE related_record r SET customer_id = w.customer, at = l.at, data = (r.data - :fields::text[]) || l.data,
                       amount = CASE WHEN :amount THEN l.amount ELSE r.amount END
                  FROM unnest(:records::bigint[], :lines::int[], :customers::bigint[]) w(record, line, customer)
                  JOIN record_line l ON l.line = w.line
                 WHERE r.id = w.record
                """)
                .param("fields", columns.fields().toArray(String[]::new))
                .param("amount", bringsAmount())
                .param("records", writes.stream().map(Write::record).toArray(Long[]::new))
                .param("lines", writes.stream().map(Write::line).toArray(Integer[]::new))
                .param("customers", writes.stream().map(Write::customer).toArray(Long[]::new))
                .update();
    }
}
