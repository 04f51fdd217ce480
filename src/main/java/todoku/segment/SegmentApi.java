package todoku.segment;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import todoku.access.Audit;
import todoku.access.Caller;
import todoku.access.Function;
import todoku.access.Scope;
import todoku.access.ScopeMissing;
import todoku.access.Scoped;
import todoku.customer.ApiCustomers;
import todoku.customer.Customer;
import todoku.customer.Customers;
import todoku.database.Database;
import todoku.web.NotFound;
import todoku.web.api.ApiDocument;
import todoku.web.api.Body;
import todoku.web.api.Cursor;
import todoku.web.api.Refusal;
import todoku.web.api.Versions;
import todoku.web.api.Wrong;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Segments, for programs: the tree as it is kept, how many are in, and who.
@RestController
@RequestMapping(ApiDocument.BASE + "/segments")
class SegmentApi {
    private final Database database;
    private final Segments segments;
    private final Rules rules;
    private final Tally tally;
    private final Customers customers;
    private final ApiCustomers shown;
    private final Audit audit;

    SegmentApi(Database database, Segments segments, Rules rules, Tally tally, Customers customers, ApiCustomers shown, Audit audit) {
        this.database = database;
        this.segments = segments;
        this.rules = rules;
        this.tally = tally;
        this.customers = customers;
        this.shown = shown;
        this.audit = audit;
    }

    @GetMapping
    @Scoped(Scope.SEGMENTS_READ)
    Map<String, Object> list(
            Caller caller, @RequestParam(defaultValue = "100") int limit, @RequestParam(required = false) @Nullable String cursor) {
        long after = Cursor.read(cursor);
        List<Segment> found = segments.of(caller.operator().departments(Function.CUSTOMER_VIEW)).stream()
                .filter(segment -> segment.id() > after)
                .sorted(java.util.Comparator.comparingLong(Segment::id))
                .limit(limit + 1L)
                .toList();
        return Cursor.page(found, limit, Segment::id, this::shown);
    }

    @GetMapping("/{id}")
    @Scoped(Scope.SEGMENTS_READ)
    ResponseEntity<Map<String, Object>> show(Caller caller, @PathVariable long id) {
        return one(find(caller, id));
    }

    @PostMapping
    @Scoped(Scope.SEGMENTS_WRITE)
    ResponseEntity<Map<String, Object>> add(Caller caller, Body body) {
        Rule rule = rule(caller, body);
        return database.inTransaction(() -> {
            Segment segment = saved(segments.add(caller.departmentId(), name(body), rule, caller.operator().id()));
            audit.write(caller.operator(), "segment.add", "segment:" + segment.id(), null, told(segment));
            return ResponseEntity.created(URI.create(ApiDocument.BASE + "/segments/" + segment.id()))
                    .eTag(Versions.tag(segment.version()))
                    .body(shown(segment));
        });
    }

    @PutMapping("/{id}")
    @Scoped(Scope.SEGMENTS_WRITE)
    ResponseEntity<Map<String, Object>> replace(
            Caller caller, @PathVariable long id, @RequestHeader(name = "If-Match", required = false) @Nullable String match, Body body) {
        Rule rule = rule(caller, body);
        return database.inTransaction(() -> {
            Segment before = find(caller, id);
            int version = Versions.wanted(match, before.version());
            Segment segment = saved(segments.edit(id, version, name(body), rule, caller.operator().id()));
            audit.write(caller.operator(), "segment.edit", "segment:" + id, told(before), told(segment));
            return one(segment);
        });
    }

    /// As the page shows it: exact, or counted in a part of the customers when that would take too long.
    @GetMapping("/{id}/count")
    @Scoped(Scope.SEGMENTS_READ)
    Map<String, Object> count(Caller caller, @PathVariable long id) {
        Tally.Count count = tally.count(usable(find(caller, id))).orElseThrow(() -> Refusal.of(HttpStatus.SERVICE_UNAVAILABLE, "slow"));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("matching", count.matching());
        json.put("reached", count.reached());
        json.put("excluded", count.excluded());
        json.put("customers", count.all());
        json.put("sampled", count.sampled());
        return json;
    }

    @GetMapping("/{id}/members")
    @Scoped({Scope.SEGMENTS_READ, Scope.CUSTOMERS_READ})
    Map<String, Object> members(
            Caller caller,
            @PathVariable long id,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        List<Long> ids = tally.after(usable(find(caller, id)), Cursor.read(cursor), limit + 1)
                .orElseThrow(() -> Refusal.of(HttpStatus.SERVICE_UNAVAILABLE, "slow"));
        Map<String, Object> page = Cursor.page(ids, limit, customer -> customer, customer -> customer);
        List<Customer> found = customers.find(ids.subList(0, Math.min(limit, ids.size())));
        page.put("items", shown.shown(caller, found));
        return page;
    }

    // ── what was sent ──

    private static String name(Body body) {
        String name = body.text("name", "").strip();
        if (name.isEmpty()) throw Refusal.invalid("name", "web.api.bad.empty");
        return name;
    }

    private static final Set<String> OPTIONAL = Set.of("mailing", "days", "link", "sum", "quietDays");

    /// What each kind of rule cannot be without; the document says of what types.
    private static final Map<String, List<String>> NEEDED = Map.of(
            "ALL", List.of("rules"), "ANY", List.of("rules"), "NOT", List.of("rule"), "FIELD", List.of("field", "operator", "values"),
            "GROUP", List.of("groups", "states"), "MAIL", List.of("kind", "times"), "RECORD", List.of("kind", "conditions", "times"),
            "SEGMENT", List.of("segment"), "DOMAIN", List.of("domains"));

    private Rule rule(Caller caller, Body body) {
        JsonNode sent = body.json().get("rule");
        List<Wrong> wrongs = new ArrayList<>();
        complete(sent, "rule", wrongs);
        if (!wrongs.isEmpty()) throw Refusal.invalid(wrongs);
        Rule rule;
        try {
            rule = Rules.sent(sent);
        } catch (JacksonException notARule) {
            throw Refusal.invalid("rule", "segment.api.not-a-rule");
        }
        if (!caller.seesPersonalData() && asksPersonalData(rule)) throw new ScopeMissing(Scope.PERSONAL_DATA);
        for (Problem problem : rules.problems(rule)) wrongs.add(new Wrong(place(problem.path()), problem.key()));
        if (!wrongs.isEmpty()) throw Refusal.invalid(wrongs);
        return rule;
    }

    private static void complete(JsonNode rule, String at, List<Wrong> wrongs) {
        List<String> needed = NEEDED.getOrDefault(rule.path("is").asString("FIELD"), List.of());
        for (String field : needed)
            if (rule.path(field).isMissingNode() || rule.path(field).isNull()) wrongs.add(new Wrong(at + "." + field, "web.api.bad.required"));
        rule.properties().forEach(entry -> {
            if (!entry.getKey().equals("is") && !needed.contains(entry.getKey()) && !OPTIONAL.contains(entry.getKey()))
                wrongs.add(new Wrong(at + "." + entry.getKey(), "web.api.bad.unknown"));
        });
        if (rule.path("rule").isObject()) complete(rule.get("rule"), at + ".rule", wrongs);
        for (String list : List.of("rules", "conditions"))
            for (int i = 0; i < rule.path(list).size(); i++) complete(rule.get(list).get(i), at + "." + list + "[" + i + "]", wrongs);
    }

    /// Whoever may not see 個人情報 may not find it out by counting.
    private boolean asksPersonalData(Rule rule) {
        Set<String> personal = rules.fields().stream().filter(Field::personal).map(Field::id).collect(Collectors.toSet());
        return Rules.leaves(rule).stream().anyMatch(leaf -> switch (leaf) {
            case Condition condition -> personal.contains(condition.field());
            case Rule.Related related -> rules.recordKinds().stream().filter(kind -> kind.id() == related.kind())
                    .flatMap(kind -> kind.fields().stream()).filter(Field::personal)
                    .anyMatch(field -> related.conditions().stream().anyMatch(condition -> condition.field().equals(field.id())));
            default -> false;
        });
    }

    /// `2.1` is `rule.rules[2].rules[1]`.
    private static String place(String path) {
        if (path.isEmpty()) return "rule";
        StringBuilder place = new StringBuilder("rule");
        for (String at : path.split("\\.")) place.append(".rules[").append(at).append(']');
        return place.toString();
    }

    private static Segment saved(Segments.Saving saving) {
        return switch (saving) {
            case Segments.Saving.Saved(Segment segment) -> segment;
            case Segments.Saving.Stale(Segment stands) -> throw Refusal.stale(stands.version());
            case Segments.Saving.NameTaken() -> throw Refusal.of(HttpStatus.CONFLICT, "name-taken");
            case Segments.Saving.Circle(String through) -> throw Refusal.invalid("rule", "segment.circle", through);
        };
    }

    /// A rule may have become unusable since it was kept: a field was retired, a group deleted.
    private Rule usable(Segment segment) {
        if (!rules.problems(segment.rule()).isEmpty()) throw Refusal.of(HttpStatus.CONFLICT, "segment-unusable");
        return segment.rule();
    }

    // ── what is shown ──

    private Map<String, Object> shown(Segment segment) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", segment.id());
        json.put("name", segment.name());
        json.put("rule", segment.rule());
        json.put("sentence", rules.sentence(segment.rule(), java.util.Locale.JAPANESE));
        json.put("version", segment.version());
        json.put("changedAt", segment.changedAt());
        json.put("lastCount", segment.lastCount());
        json.put("countedAt", segment.countedAt());
        return json;
    }

    private ResponseEntity<Map<String, Object>> one(Segment segment) {
        return ResponseEntity.ok().eTag(Versions.tag(segment.version())).body(shown(segment));
    }

    private Map<String, Object> told(Segment segment) {
        return Map.of("name", segment.name(), "rule", rules.sentence(segment.rule(), java.util.Locale.JAPANESE), "version", segment.version());
    }

    private Segment find(Caller caller, long id) {
        Optional<Segment> segment = segments.find(id).filter(found -> caller.operator().may(Function.CUSTOMER_VIEW, found.departmentId()));
        return segment.orElseThrow(NotFound::new);
    }
}
