package todoku.customer.record;

import java.sql.ResultSet;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.stereotype.Component;
import todoku.customer.ApiFields;
import todoku.customer.CsvFile;
import todoku.customer.CustomerImport;
import todoku.customer.ImportKey;
import todoku.database.Database;
import todoku.web.api.Lines;
import tools.jackson.databind.JsonNode;

/// Registers records that programs send line by line: the lines of an import, read, decided and written by the same parts.
@Component
class RecordLines {
    /// Attempts at one chunk when somebody else writes a record of it at the same moment.
    private static final int ATTEMPTS = 3;

    private final Database database;
    private final ZoneId zone;

    RecordLines(Database database, ZoneId zone) {
        this.database = database;
        this.zone = zone;
    }

    /// One request.
    record Job(RecordKind kind, ImportKey by, boolean overwrite) {}

    private record Shaped(RecordColumns columns, RecordLine line) {
        List<String> about() {
            return line instanceof RecordLine.Good good && good.number() != null ? List.of(good.number()) : List.of();
        }
    }

    List<Lines.Result> register(Job job, List<Lines.Line> lines) {
        Map<RecordColumns, RecordReader> readers = new HashMap<>();
        List<Shaped> shaped = lines.stream().map(line -> shaped(job, line, readers)).toList();
        List<Lines.Result> results = new ArrayList<>(lines.size());
        for (List<Shaped> alike : Lines.alike(shaped, Shaped::columns, Shaped::about))
            for (RecordChunk.Ending ending : written(job, alike))
                results.add(new Lines.Result(ending.number(), ending.lineClass().name(), ending.lineClass().label(), ending.reason()));
        return results;
    }

    private Shaped shaped(Job job, Lines.Line line, Map<RecordColumns, RecordReader> readers) {
        JsonNode json = line.json();
        if (json == null) throw new IllegalArgumentException("line " + line.number() + " is none");
        List<String> headers = new ArrayList<>(List.of("customer", "at"));
        List<String> meanings = new ArrayList<>(List.of(RecordColumns.CUSTOMER, RecordColumns.AT));
        List<String> cells = new ArrayList<>(List.of(ApiFields.text(json.get("customer")), ApiFields.text(json.get("at"))));
        if (job.kind().numberLabel() != null) {
            headers.add("number");
            meanings.add(RecordColumns.NUMBER);
            cells.add(ApiFields.text(json.get("number")));
        } else if (json.has("number")) return bad(line, "「number」: この種類の取引データには番号がありません");
        for (String key : new TreeSet<>(json.path("values").propertyNames())) {
            if (job.kind().field(key).isEmpty()) return bad(line, "「values." + key + "」: 知らない項目です");
            headers.add("values." + key);
            meanings.add(RecordColumns.FIELD + key);
            cells.add(ApiFields.text(json.path("values").get(key)));
        }
        var columns = new RecordColumns(headers, meanings);
        RecordReader reader = readers.computeIfAbsent(columns, each -> new RecordReader(each, job.kind(), job.by(), zone));
        return new Shaped(columns, reader.read(new CsvFile.Row(line.number(), cells)));
    }

    private static Shaped bad(Lines.Line line, String why) {
        return new Shaped(new RecordColumns(List.of(), List.of()), new RecordLine.Bad(line.number(), List.of(), why));
    }

    private List<RecordChunk.Ending> written(Job job, List<Shaped> alike) {
        var chunk = new RecordChunk(database, job.kind(), job.by(), alike.getFirst().columns(), job.overwrite());
        List<RecordLine> lines = alike.stream().map(Shaped::line).toList();
        for (int attempt = 1; ; attempt++) {
            try {
                return database.inTransaction(() -> {
                    CustomerImport.keepErasersOut(database.client());
                    takeTurn(job.kind());
                    return chunk.write(lines);
                });
            } catch (DuplicateKeyException | PessimisticLockingFailureException e) {
                if (attempt == ATTEMPTS) throw e;
            }
        }
    }

    private void takeTurn(RecordKind kind) {
        database.client().sql("SELECT pg_advisory_xact_lock(:turn, :kind::int)")
                .param("turn", RecordImport.TURN).param("kind", kind.id()).query((ResultSet row) -> { });
    }
}
