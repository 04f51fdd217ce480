package todoku.customer;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/// The lines of imports with what became of them, kept for the result lists. The lines of one class lie in blocks of one row:
/// a row for each line would cost as much as its customer.
public final class KeptLines {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// A block that has reached this is written; lines may be very wide.
    private static final int BLOCK_CHARS = 4_000_000;

    /// Room for most lines.
    private static final int LINE_OCTETS = 500;

    private final JdbcClient db;
    private final String table;

    /// @param table of the blocks of one sort of imports
    public KeptLines(JdbcClient db, String table) {
        this.db = db;
        this.table = table;
    }

    /// What became of one line.
    public interface Ended {
        LineClass lineClass();

        /// The row a spreadsheet shows.
        int number();

        String reason();

        List<String> cells();
    }

    /// One line as it was in the file, by the row a spreadsheet shows.
    public record Kept(int line, String reason, List<String> cells) {}

    /// Up to 2,000 lines of one class, as JSON in UTF-8.
    public record Block(LineClass lineClass, int firstLine, byte[] lines) {}

    public static List<Block> blocks(List<? extends Ended> endings) {
        List<Block> blocks = new ArrayList<>();
        Map<LineClass, List<Kept>> open = new EnumMap<>(LineClass.class);
        Map<LineClass, Integer> chars = new EnumMap<>(LineClass.class);
        for (Ended ending : endings) {
            LineClass lineClass = ending.lineClass();
            List<Kept> lines = open.computeIfAbsent(lineClass, any -> new ArrayList<>());
            lines.add(new Kept(ending.number(), ending.reason(), ending.cells()));
            int length = ending.cells().stream().mapToInt(String::length).sum();
            if (chars.merge(lineClass, length, Integer::sum) < BLOCK_CHARS) continue;
            blocks.add(block(lineClass, lines));
            open.remove(lineClass);
            chars.remove(lineClass);
        }
        open.forEach((lineClass, lines) -> blocks.add(block(lineClass, lines)));
        return blocks;
    }

    private static Block block(LineClass lineClass, List<Kept> lines) {
        var text = new ByteArrayOutputStream(lines.size() * LINE_OCTETS);
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartArray();
            for (Kept line : lines) {
                json.writeStartObject();
                json.writeNumberProperty("line", line.line());
                json.writeStringProperty("reason", line.reason());
                json.writeArrayPropertyStart("cells");
                for (String cell : line.cells()) json.writeString(cell);
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        return new Block(lineClass, lines.getFirst().line(), text.toByteArray());
    }

    /// Runs in the caller's transaction.
    public void keep(long importId, List<Block> blocks) {
        for (Block block : blocks) {
            db.sql("INSERT INTO " + table + " (import_id, class, first_line, lines) VALUES (:id, :class, :first, convert_from(:lines, 'UTF8'))")
                    .param("id", importId).param("class", block.lineClass().name()).param("first", block.firstLine())
                    .param("lines", block.lines()).update();
        }
    }

    /// The first block of this class behind the line; empty after the last one.
    List<Kept> after(int line, long importId, LineClass lineClass) {
        Optional<String> lines = db.sql("SELECT lines FROM " + table
                + " WHERE import_id = :id AND class = :class AND first_line > :line ORDER BY first_line LIMIT 1")
            .param("id", importId).param("class", lineClass.name()).param("line", line).query(String.class).optional();
        return lines.map(json -> List.of(JSON.readValue(json, Kept[].class))).orElse(List.of());
    }
}
