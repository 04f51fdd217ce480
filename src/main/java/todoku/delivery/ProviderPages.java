package todoku.delivery;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.database.Database;
import todoku.delivery.ProviderChanges.Change;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// 宛先の規則: how hard each provider may be pressed, as shipped and as changed here.
@Controller
class ProviderPages {
    private static final String ROOT = "/engine/providers";
    private static final String OWN = "own-";
    private static final int MOST_OWN = 500;

    private final Database database;
    private final Engine engine;
    private final ProviderChanges changes;
    private final Audit audit;
    private final InstantSource clock;

    ProviderPages(Database database, Engine engine, Audit audit, InstantSource clock) {
        this.database = database;
        this.engine = engine;
        this.changes = new ProviderChanges(database.client());
        this.audit = audit;
        this.clock = clock;
    }

    @GetMapping(ROOT)
    @Allowed(Function.SETTINGS)
    View list() {
        List<Change> changed = changes.all();
        Providers now = now(changed);
        Map<String, List<EngineView.Destination>> lanes = engine.view().destinations().stream()
                .collect(Collectors.groupingBy(each -> each.provider().key()));
        List<ProviderRow> rows = new ArrayList<>();
        for (Provider provider : now.all()) {
            int count = changed.stream()
                    .filter(each -> each.provider().equals(provider.key()))
                    .mapToInt(each -> each.values().size())
                    .sum();
            rows.add(new ProviderRow(
                    provider, Providers.shipped(provider.key()) != null, count, lanes.getOrDefault(provider.key(), List.of())));
        }
        rows.add(rows.removeFirst()); // whoever is nobody's comes last
        return Screen.of("delivery/providers").with("rows", rows).with("providers", now);
    }

    @GetMapping(ROOT + "/new")
    @Allowed(Function.SETTINGS)
    View form(Page page) {
        return screen("", now(changes.all()), Optional.empty(), Map.of(), 0, Map.of(), page);
    }

    @PostMapping(ROOT)
    @Allowed(Function.SETTINGS)
    View add(Operator operator, Page page, @RequestParam Map<String, String> typed) {
        List<Change> changed = changes.all();
        String key = free(changed);
        return store(key, null, Optional.empty(), now(changed), operator, page, typed, 0);
    }

    @GetMapping(ROOT + "/{key}")
    @Allowed(Function.SETTINGS)
    View show(Page page, @PathVariable String key) {
        List<Change> changed = changes.all();
        Optional<Change> before = of(key, changed);
        return screen(key, now(changed), before, Map.of(), version(before), Map.of(), page);
    }

    @PostMapping(ROOT + "/{key}")
    @Allowed(Function.SETTINGS)
    View save(
            Operator operator, Page page, @PathVariable String key, @RequestParam int version,
            @RequestParam Map<String, String> typed) {
        List<Change> changed = changes.all();
        Providers now = now(changed);
        if (now.find(key).isEmpty()) throw new NotFound();
        return store(key, Providers.shipped(key), of(key, changed), now, operator, page, typed, version);
    }

    /// 既定に戻す
    @PostMapping(ROOT + "/{key}/reset")
    @Allowed(Function.SETTINGS)
    View reset(Operator operator, Page page, @PathVariable String key, @RequestParam int version) {
        Provider shipped = Providers.shipped(key);
        if (shipped == null) throw new NotFound();
        Optional<Change> before = of(key, changes.all());
        boolean done = before.isEmpty() || database.inTransaction(() -> {
            if (!changes.save(key, Map.of(), version, operator.id(), clock.instant())) return false;
            audit.write(operator, "provider.reset", "provider:" + key, before.get().values(), Map.of());
            return true;
        });
        if (!done) return stale(key, page, Map.of());
        engine.wake();
        return Redirect.to(ROOT + "/" + key).saying(page.t("delivery.provider.was-reset", shipped.name(page.locale())));
    }

    @PostMapping(ROOT + "/{key}/remove")
    @Allowed(Function.SETTINGS)
    View remove(Operator operator, Page page, @PathVariable String key, @RequestParam int version) {
        Change before = of(key, changes.all()).orElseThrow(NotFound::new);
        if (Providers.shipped(key) != null) throw new NotFound();
        boolean done = database.inTransaction(() -> {
            if (!changes.remove(key, version)) return false;
            audit.write(operator, "provider.remove", "provider:" + key, before.values(), null);
            return true;
        });
        if (!done) return stale(key, page, Map.of());
        return Redirect.to(ROOT).saying(page.t("delivery.provider.removed", before.values().getOrDefault(ProviderChanges.NAME, key)));
    }

    /// Whoever has mended the settings does not want to wait for the end of the rest.
    @PostMapping(ROOT + "/{key}/try")
    @Allowed(Function.SETTINGS)
    View tryNow(Operator operator, Page page, @PathVariable String key, @RequestParam long destination) {
        EngineView.Destination lane = engine.view().destinations().stream()
                .filter(each -> each.id() == destination && each.provider().key().equals(key))
                .findFirst()
                .orElseThrow(NotFound::new);
        database.inTransaction(() -> audit.write(operator, "provider.try", "destination:" + destination, lane.why(), null));
        engine.tryNow(destination);
        return Redirect.to(ROOT + "/" + key).saying(page.t("delivery.provider.tried", lane.name()));
    }

    private View store(
            String key, @Nullable Provider shipped, Optional<Change> before, Providers now, Operator operator, Page page,
            Map<String, String> typed, int version) {
        ProviderEdit edit = ProviderEdit.of(key, shipped, typed, now);
        if (!edit.problems().isEmpty())
            return screen(before.isEmpty() && shipped == null ? "" : key, now, before, typed, version, told(edit, page), page)
                    .status(HttpStatus.UNPROCESSABLE_CONTENT);
        boolean done = database.inTransaction(() -> {
            if (!changes.save(key, edit.changed(), version, operator.id(), clock.instant())) return false;
            Map<String, String> was = before.map(Change::values).orElse(Map.of());
            audit.write(operator, version == 0 && shipped == null ? "provider.add" : "provider.edit", "provider:" + key, was, edit.changed());
            return true;
        });
        if (!done) return stale(key, page, typed);
        return Redirect.to(ROOT + "/" + key).saying(page.t("delivery.provider.saved"));
    }

    /// What was typed stays; the form now has the version of whoever was faster.
    private View stale(String key, Page page, Map<String, String> typed) {
        List<Change> changed = changes.all();
        Providers now = now(changed);
        Provider provider = now.find(key).orElseThrow(NotFound::new);
        Optional<Change> other = of(key, changed);
        String told = page.t("web.stale", provider.name(page.locale()));
        return screen(key, now, other, typed, version(other), Map.of("version", told), page).status(HttpStatus.CONFLICT);
    }

    private static Map<String, String> told(ProviderEdit edit, Page page) {
        Map<String, String> errors = new LinkedHashMap<>();
        edit.problems().forEach((field, problem) -> errors.put(field, page.t(problem.text(), problem.arguments().toArray())));
        return errors;
    }

    private Screen screen(
            String key, Providers now, Optional<Change> change, Map<String, String> typed, int version,
            Map<String, String> errors, Page page) {
        Provider shipped = Providers.shipped(key);
        Provider provider = key.isEmpty()
                ? new Provider("", "", "", List.of(), List.of(), now.standard().rule())
                : now.find(key).orElseThrow(NotFound::new);
        Rule standard = shipped == null ? now.standard().rule() : shipped.rule();
        Map<String, String> values = new LinkedHashMap<>();
        values.put(ProviderChanges.NAME, provider.name(page.locale()));
        values.put(ProviderChanges.DOMAINS, String.join(" ", provider.domains()));
        values.put(ProviderChanges.HOSTS, String.join(" ", provider.hosts()));
        for (RuleField field : RuleField.values()) values.put(field.word(), field.written(provider.rule().get(field)));
        values.putAll(typed);
        List<EngineView.Destination> lanes = engine.view().destinations().stream()
                .filter(each -> each.why() != null && each.provider().key().equals(key))
                .toList();
        return Screen.of("delivery/provider")
                .with("form", new ProviderForm(provider, shipped, standard, values, version, change.orElse(null)))
                .with("fields", Arrays.asList(RuleField.values()))
                .with("lanes", lanes)
                .with("errors", errors);
    }

    private Providers now(List<Change> changed) {
        return ProviderChanges.applied(engine.providers().with(Providers.shipped().all()), changed);
    }

    private static Optional<Change> of(String key, List<Change> changed) {
        return changed.stream().filter(each -> each.provider().equals(key)).findFirst();
    }

    private static int version(Optional<Change> change) {
        return change.map(Change::version).orElse(0);
    }

    private static String free(List<Change> changed) {
        for (int i = 1; i <= MOST_OWN; i++) {
            String key = OWN + i;
            if (of(key, changed).isEmpty()) return key;
        }
        throw new IllegalStateException("more than " + MOST_OWN + " providers of our own");
    }
}
