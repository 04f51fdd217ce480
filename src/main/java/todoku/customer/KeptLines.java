package todoku.customer;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.ChunkDecision.Ending;
import tools.jackson.databind.json.JsonMapper;

/// The lines of imports with what became of them, kept for the result lists. The lines of one class lie in blocks of one row:
/// a row for each line would cost as much as its customer.
final class KeptLines {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// A block that has reached this is written; lines may be very wide.
    private static final int BLOCK_CHARS = 4_000_000;

    private final JdbcClient db;

    KeptLines(JdbcClient db) {
        this.db = db;
    }

    /// One line as it was in the file, by the row a spreadsheet shows.
    record Kept(int line, String reason, List<String> cells) {}

    /// Runs in the caller's transaction.
    void keep(long importId, List<Ending> endings) {
        Map<LineClass, List<Kept>> blocks = new EnumMap<>(LineClass.class);
        Map<LineClass, Integer> chars = new EnumMap<>(LineClass.class);
        for (Ending ending : endings) {
            List<Kept> block = blocks.computeIfAbsent(ending.lineClass(), any -> new ArrayList<>());
            block.add(new Kept(ending.line().number(), ending.reason(), ending.line().cells()));
            int length = ending.line().cells().stream().mapToInt(String::length).sum();
            if (chars.merge(ending.lineClass(), length, Integer::sum) < BLOCK_CHARS) continue;
            write(importId, ending.lineClass(), block);
            blocks.remove(ending.lineClass());
            chars.remove(ending.lineClass());
        }
        blocks.forEach((lineClass, block) -> write(importId, lineClass, block));
    }

    private void write(long importId, LineClass lineClass, List<Kept> block) {
        db.sql("INSERT INTO customer_import_block (import_id, class, first_line, lines) VALUES (:id, :class, :first, :lines)")
                .param("id", importId).param("class", lineClass.name()).param("first", block.getFirst().line())
                .param("lines", JSON.writeValueAsString(block)).update();
    }

    /// The first block of this class behind the line; empty after the last one.
    List<Kept> after(int line, long importId, LineClass lineClass) {
        Optional<String> lines = db.sql("""
                SELECT lines FROM customer_import_block
                 WHERE import_id = :id AND class = :class AND first_line > :line ORDER BY first_line LIMIT 1
                """)
            .param("id", importId).param("class", lineClass.name()).param("line", line).query(String.class).optional();
        return lines.map(json -> List.of(JSON.readValue(json, Kept[].class))).orElse(List.of());
    }
}
