package todoku.customer.record;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import todoku.access.Audit;
import todoku.access.Caller;
import todoku.access.Scope;
import todoku.access.Scoped;
import todoku.customer.ImportKey;
import todoku.database.Database;
import todoku.web.NotFound;
import todoku.web.api.ApiDocument;
import todoku.web.api.Cursor;
import todoku.web.api.Lines;

/// 取引データ, for programs: the kinds, the records of one customer, and many records in one request.
@RestController
@RequestMapping(ApiDocument.BASE + "/related-records")
class RecordApi {
    private final Database database;
    private final RecordKinds kinds;
    private final CustomerRecords records;
    private final RecordLines writing;
    private final Lines lines;
    private final Audit audit;

    RecordApi(Database database, RecordKinds kinds, CustomerRecords records, RecordLines writing, Lines lines, Audit audit) {
        this.database = database;
        this.kinds = kinds;
        this.records = records;
        this.writing = writing;
        this.lines = lines;
        this.audit = audit;
    }

    @GetMapping("/kinds")
    @Scoped(Scope.RECORDS_READ)
    Map<String, Object> kinds() {
        return Map.of("items", kinds.all().stream().map(RecordApi::shown).toList());
    }

    @GetMapping
    @Scoped(Scope.RECORDS_READ)
    Map<String, Object> list(
            Caller caller,
            @RequestParam long customer,
            @RequestParam(required = false) @Nullable Long kind,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        Map<Long, RecordKind> known = new LinkedHashMap<>();
        kinds.all().forEach(each -> known.put(each.id(), each));
        List<CustomerRecords.Numbered> found = records.ofCustomer(customer, kind, Cursor.read(cursor), limit + 1);
        return Cursor.page(found, limit, each -> each.row().id(), each -> shown(caller, customer, known.get(each.kind()), each.row()));
    }

    @PostMapping("/{kind}:bulk")
    @Scoped(Scope.RECORDS_WRITE)
    void register(
            Caller caller,
            HttpServletRequest request,
            HttpServletResponse response,
            @PathVariable long kind,
            @RequestParam(defaultValue = "number") String customerBy,
            @RequestParam(defaultValue = "true") boolean overwrite,
            @RequestParam(defaultValue = "false") boolean stream)
            throws IOException {
        RecordKind known = kinds.find(kind).filter(each -> each.retiredAt() == null).orElseThrow(NotFound::new);
        var job = new RecordLines.Job(known, customerBy.equals("email") ? ImportKey.ADDRESS : ImportKey.NUMBER, overwrite);
        Map<String, Integer> counts = lines.register(request, response, "RecordLine", stream, chunk -> writing.register(job, chunk));
        database.inTransaction(() -> audit.write(caller.operator(), "record.bulk", "record-kind:" + kind, null, counts));
    }

    private static Map<String, Object> shown(RecordKind kind) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", kind.id());
        json.put("key", kind.key());
        json.put("label", kind.label());
        json.put("numberLabel", kind.numberLabel());
        json.put("atLabel", kind.atLabel());
        json.put("amountLabel", kind.amount() == null ? null : kind.amount().label());
        json.put("retired", kind.retiredAt() != null);
        json.put("fields", kind.fields().stream()
                .map(field -> Map.of("key", field.key(), "label", field.label(), "type", field.type(), "personal", field.personal(), "choices", field.choices()))
                .toList());
        return json;
    }

    private static Map<String, Object> shown(Caller caller, long customer, @Nullable RecordKind kind, CustomerRecords.Row row) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", row.id());
        json.put("customer", customer);
        json.put("kind", kind == null ? null : kind.id());
        json.put("number", row.number());
        json.put("at", row.at());
        @Nullable BigDecimal amount = row.amount();
        json.put("amount", amount);
        Map<String, Object> values = new LinkedHashMap<>();
        if (kind != null) for (RecordField field : kind.fields()) {
            if (field.personal() && !caller.seesPersonalData()) continue;
            if (row.values().containsKey(field.key())) values.put(field.key(), row.values().get(field.key()));
        }
        json.put("values", values);
        return json;
    }
}
