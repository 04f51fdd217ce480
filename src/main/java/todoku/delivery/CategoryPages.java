package todoku.delivery;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
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
import todoku.mailing.Categories;
import todoku.mailing.Category;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// 配信カテゴリ: the names campaigns go under, whether the frequency cap holds for them, and through which pool they leave.
@Controller
class CategoryPages {
    static final String ROOT = "/settings/categories";
    private static final String NEW = "/new";

    private final Database database;
    private final Categories categories;
    private final SendingPools pools;
    private final Audit audit;
    private final InstantSource clock;

    CategoryPages(Database database, Audit audit, InstantSource clock) {
        this.database = database;
        this.categories = new Categories(database.client());
        this.pools = new SendingPools(database.client());
        this.audit = audit;
        this.clock = clock;
    }

    @GetMapping(ROOT)
    @Allowed(Function.SETTINGS)
    View list(Page page) {
        Map<Long, String> names = new HashMap<>();
        for (SendingPool pool : pools.all()) names.put(pool.id(), pool.name(page));
        return Screen.of("delivery/categories").with("categories", categories.all()).with("pools", names);
    }

    @GetMapping(ROOT + NEW)
    @Allowed(Function.SETTINGS)
    View form() {
        return screen(new Category(0, "", true, null, false, 0), Map.of());
    }

    @PostMapping(ROOT)
    @Allowed(Function.SETTINGS)
    View add(
            Operator operator, Page page, @RequestParam String name, @RequestParam boolean advertising,
            @RequestParam(defaultValue = "") String pool) {
        Category wanted = new Category(0, name.strip(), advertising, pool(pool), false, 0);
        Map<String, String> errors = errors(page, wanted);
        if (!errors.isEmpty()) return screen(wanted, errors).status(HttpStatus.UNPROCESSABLE_CONTENT);
        Optional<Long> added = database.inTransaction(() -> {
            Optional<Long> id = categories.add(wanted.name(), wanted.advertising(), wanted.pool());
            id.ifPresent(each -> audit.write(operator, "category.add", "category:" + each, null, told(wanted)));
            return id;
        });
        if (added.isEmpty()) return screen(wanted, Map.of("name", twice(page, wanted))).status(HttpStatus.UNPROCESSABLE_CONTENT);
        return Redirect.to(ROOT).saying(page.t("delivery.category.added", wanted.name()));
    }

    @GetMapping(ROOT + "/{id}")
    @Allowed(Function.SETTINGS)
    View show(@PathVariable long id) {
        return screen(find(id), Map.of());
    }

    @PostMapping(ROOT + "/{id}")
    @Allowed(Function.SETTINGS)
    View save(
            Operator operator, Page page, @PathVariable long id, @RequestParam int version, @RequestParam String name,
            @RequestParam boolean advertising, @RequestParam(defaultValue = "") String pool) {
        Category before = find(id);
        Category wanted = new Category(id, name.strip(), advertising, pool(pool), before.retired(), version);
        Map<String, String> errors = errors(page, wanted);
        if (!errors.isEmpty()) return screen(wanted, errors).status(HttpStatus.UNPROCESSABLE_CONTENT);
        boolean done = database.inTransaction(() -> {
            if (!categories.edit(wanted)) return false;
            audit.write(operator, "category.edit", "category:" + id, told(before), told(wanted));
            return true;
        });
        if (done) return Redirect.to(ROOT).saying(page.t("delivery.category.saved", wanted.name()));
        Category stands = find(id);
        Category typed = new Category(id, wanted.name(), advertising, wanted.pool(), stands.retired(), stands.version());
        return screen(typed, Map.of("version", page.t("web.stale", stands.name()))).status(HttpStatus.CONFLICT);
    }

    @PostMapping(ROOT + "/{id}/retire")
    @Allowed(Function.SETTINGS)
    View retire(Operator operator, Page page, @PathVariable long id, @RequestParam int version) {
        return move(operator, page, id, "retire", () -> categories.retire(id, version, clock.instant()));
    }

    @PostMapping(ROOT + "/{id}/back")
    @Allowed(Function.SETTINGS)
    View bringBack(Operator operator, Page page, @PathVariable long id, @RequestParam int version) {
        return move(operator, page, id, "back", () -> categories.bringBack(id, version));
    }

    private View move(Operator operator, Page page, long id, String act, BooleanSupplier change) {
        Category before = find(id);
        boolean done = database.inTransaction(() -> {
            if (!change.getAsBoolean()) return false;
            audit.write(operator, "category." + act, "category:" + id, null, before.name());
            return true;
        });
        if (done) return Redirect.to(ROOT).saying(page.t("delivery.category.done." + act, before.name()));
        return screen(find(id), Map.of("version", page.t("web.stale", before.name()))).status(HttpStatus.CONFLICT);
    }

    private Category find(long id) {
        return categories.find(id).orElseThrow(NotFound::new);
    }

    private Screen screen(Category category, Map<String, String> errors) {
        List<SendingPool> all = pools.all();
        return Screen.of("delivery/category").with("category", category).with("pools", all).with("errors", errors);
    }

    private Map<String, String> errors(Page page, Category wanted) {
        String name = wanted.name();
        if (name.isEmpty() || name.length() > Category.NAME_LIMIT_CHARS || name.chars().anyMatch(Character::isISOControl))
            return Map.of("name", page.t("delivery.category.bad-name", Category.NAME_LIMIT_CHARS));
        return categories.isFree(name, wanted.id()) ? Map.of() : Map.of("name", twice(page, wanted));
    }

    private static String twice(Page page, Category wanted) {
        return page.t("delivery.category.twice", wanted.name());
    }

    /// Null for one that is not there.
    private @Nullable Long pool(String typed) {
        return pools.all().stream().map(SendingPool::id).filter(id -> id.toString().equals(typed)).findFirst().orElse(null);
    }

    private static Map<String, Object> told(Category category) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("name", category.name());
        told.put("advertising", category.advertising());
        told.put("pool", category.pool() == null ? "" : category.pool());
        return told;
    }
}
