package todoku.customer;

import static java.time.ZoneOffset.UTC;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.stereotype.Component;
import todoku.customer.ChunkDecision.Ending;
import todoku.customer.ChunkDecision.Rules;
import todoku.customer.Columns.Column;
import todoku.database.Database;
import todoku.mailing.Addresses;
import todoku.web.api.Lines;
import tools.jackson.databind.JsonNode;

/// Registers customers that programs send line by line: the lines of an import, read, decided and written by the same parts.
@Component
class CustomerLines {
    /// 配信の希望: left out, somebody new is 配信中, as in a file without such a column.
    static final String WANTED = "wanted";

    /// Attempts at one chunk when somebody registers one of its customers by hand at the same moment.
    private static final int ATTEMPTS = 3;

    private final Database database;
    private final Fields fields;
    private final Addresses addresses;
    private final ChunkWriter writer;
    private final AddressMoves moves;
    private final SharedAddresses sharing;
    private final CustomerHistory history;
    private final InstantSource clock;

    CustomerLines(Database database, Fields fields, InstantSource clock) {
        this.database = database;
        this.fields = fields;
        this.addresses = new Addresses(database.client());
        this.writer = new ChunkWriter(database);
        this.moves = new AddressMoves(database);
        this.sharing = new SharedAddresses(database.client());
        this.history = new CustomerHistory(database.client());
        this.clock = clock;
    }

    /// One request.
    ///
    /// @param firstLine the line that first brought somebody, by the key
    record Job(long group, ImportMode mode, ImportKey key, @Nullable String consentSource, long operator, Map<String, Integer> firstLine) {
        Job(long group, ImportMode mode, ImportKey key, @Nullable String consentSource, long operator) {
            this(group, mode, key, consentSource, operator, new HashMap<>());
        }
    }

    /// A line as it was understood, and the fields it has.
    private record Shaped(Columns columns, Line line) {
        List<String> about() {
            List<String> about = new ArrayList<>();
            if (line instanceof Line.Good good) {
                about.add("@" + good.canonical());
                if (good.customerNumber() != null) about.add("#" + good.customerNumber());
            }
            return about;
        }
    }

    List<Lines.Result> register(Job job, List<Lines.Line> lines) {
        Map<Columns, LineReader> readers = new HashMap<>();
        List<Field> own = fields.all();
        var known = own.stream().collect(Collectors.toMap(Field::key, field -> field));
        List<Shaped> shaped = lines.stream().map(line -> shaped(line, known, readers)).toList();
        List<Lines.Result> results = new ArrayList<>(lines.size());
        for (List<Shaped> alike : Lines.alike(shaped, Shaped::columns, Shaped::about))
            for (Ending ending : written(job, alike.stream().map(Shaped::line).toList(), alike.getFirst().columns(), own))
                results.add(new Lines.Result(ending.number(), ending.lineClass().name(), ending.lineClass().label(), ending.reason()));
        return results;
    }

    /// The fields of a line are the columns of a file, its values the cells.
    private static Shaped shaped(Lines.Line line, Map<String, Field> known, Map<Columns, LineReader> readers) {
        JsonNode json = line.json();
        if (json == null) throw new IllegalArgumentException("line " + line.number() + " is none");
        List<Column> columns = new ArrayList<>();
        List<String> cells = new ArrayList<>();
        columns.add(new Column.Key(ApiFields.EMAIL));
        cells.add(ApiFields.text(json.get(ApiFields.EMAIL)));
        for (StandardField field : StandardField.values()) {
            String name = ApiFields.name(field);
            if (!json.has(name)) continue;
            columns.add(new Column.Standard(name, field));
            cells.add(ApiFields.text(json.get(name)));
        }
        for (String key : new TreeSet<>(json.path("custom").propertyNames())) {
            @Nullable Field field = known.get(key);
            if (field == null) return new Shaped(new Columns(List.of()), new Line.Bad(line.number(), List.of(), "「custom." + key + "」: 知らない項目です"));
            columns.add(new Column.Custom("custom." + field.key(), field));
            cells.add(ApiFields.text(json.path("custom").get(key)));
        }
        if (json.has(WANTED)) {
            columns.add(new Column.Consent(WANTED));
            cells.add(json.get(WANTED).booleanValue() ? "希望する" : "希望しない");
        }
        var all = new Columns(List.copyOf(columns));
        LineReader reader = readers.computeIfAbsent(all, LineReader::new);
        return new Shaped(all, reader.read(new CsvFile.Row(line.number(), cells)));
    }

    private List<Ending> written(Job job, List<Line> lines, Columns columns, List<Field> own) {
        FieldRules asked = FieldRules.of(columns, own);
        var rules = new Rules(job.mode().adds(), job.mode().overwrites(), job.consentSource() != null && columns.askConsent(), asked.missing());
        for (int attempt = 1; ; attempt++) {
            try {
                ChunkDecision decision = database.inTransaction(() -> write(job, lines, rules, asked));
                decision.taken().forEach(good -> job.firstLine().merge(job.key().of(good), good.number(), Math::min));
                return decision.endings();
            } catch (DuplicateKeyException | PessimisticLockingFailureException e) {
                if (attempt == ATTEMPTS) throw e;
            }
        }
    }

    private ChunkDecision write(Job job, List<Line> lines, Rules rules, FieldRules asked) {
        CustomerImport.keepErasersOut(database.client());
        CustomerImport.takeTurn(database.client());
        boolean shares = job.key() == ImportKey.NUMBER && sharing.begin();
        Uniques uniques = writer.uniques(asked.unique(), lines);
        ChunkDecision decision = switch (job.key()) {
            case ADDRESS -> ChunkDecision.of(lines, writer.known(job.group(), lines, Set.of()), job.firstLine(), rules, uniques);
            case NUMBER -> NumberDecision.of(lines, writer.knownByNumber(job.group(), lines, shares), job.firstLine(), rules, uniques);
        };
        Instant now = clock.instant();
        Cause cause = new Cause.Program(job.operator(), job.consentSource());
        moves.move(decision.moves(), decision.shares(), cause, now);
        List<Long> ids = addresses.idsOfMany(database, decision.writes().stream().map(Line.Good::address).toList(), Map.of());
        history.write(writer.write(job.group(), decision, ids, rules, asked, now.atOffset(UTC)), cause, now);
        return decision;
    }
}
