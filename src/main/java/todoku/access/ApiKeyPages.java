package todoku.access;

import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.database.Database;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// The keys of programs: made, looked through, slowed down, revoked.
@Controller
class ApiKeyPages {
    private static final int LONGEST_NAME = 100;
    private static final Filled NOTHING = new Filled("", Set.of(), "" + ApiKeys.DEFAULT_PER_MINUTE, "");

    private final Database database;
    private final ApiKeys keys;
    private final Audit audit;
    private final InstantSource clock;
    private final ZoneId zone;

    ApiKeyPages(Database database, ApiKeys keys, Audit audit, InstantSource clock, ZoneId zone) {
        this.database = database;
        this.keys = keys;
        this.audit = audit;
        this.clock = clock;
        this.zone = zone;
    }

    /// The form as it was filled in.
    private record Filled(String name, Set<Scope> scopes, String perMinute, String expires) {}

    @GetMapping("/settings/api")
    @Allowed(Function.API_KEY_EDIT)
    View list(Operator by) {
        return screen(by, NOTHING, Map.of());
    }

    /// Nobody gives a key more than they may do themselves.
    @PostMapping("/settings/api")
    @Allowed(Function.API_KEY_EDIT)
    View make(
            Operator by,
            Page page,
            @RequestParam String name,
            @RequestParam(defaultValue = "") Set<Scope> scopes,
            @RequestParam(defaultValue = "" + ApiKeys.DEFAULT_PER_MINUTE) String perMinute,
            @RequestParam(defaultValue = "") String expires) {
        long department = by.departments(Function.API_KEY_EDIT).stream().min(Long::compare).orElseThrow();
        scopes.forEach(scope -> by.require(scope.function(), department));
        Map<String, String> errors = new HashMap<>();
        if (name.isBlank() || name.length() > LONGEST_NAME) errors.put("name", page.t("access.operator.bad-name", LONGEST_NAME));
        if (scopes.isEmpty()) errors.put("scopes", page.t("access.api.no-scope"));
        @Nullable LocalDate last = day(expires);
        boolean future = last != null && last.isAfter(LocalDate.ofInstant(clock.instant(), zone));
        if (!expires.isBlank() && !future) errors.put("expires", page.t("access.api.bad-day"));
        OptionalInt limit = limit(perMinute);
        if (limit.isEmpty()) errors.put("perMinute", page.t("access.api.bad-limit", page.number(ApiKeys.MOST_PER_MINUTE)));
        if (!errors.isEmpty())
            return screen(by, new Filled(name, scopes, perMinute, expires), errors).status(HttpStatus.UNPROCESSABLE_CONTENT);
        ApiKeys.Made made = database.inTransaction(() -> {
            ApiKeys.Made key = keys.make(by.id(), department, name.strip(), scopes, limit.getAsInt(),
                    last == null ? null : last.plusDays(1).atStartOfDay(zone).toInstant());
            audit.write(by, "access.api-key-add", "api-key:" + key.id(), null,
                    Map.of("name", name.strip(), "scopes", scopes.stream().map(Scope::text).sorted().toList(), "perMinute", limit.getAsInt(),
                            "expires", expires));
            return key;
        });
        return Screen.of("access/api-key-made").with("name", name.strip()).with("token", made.token());
    }

    /// @param was the limit the page showed: whoever was overtaken sees the new one first
    @PostMapping("/settings/api/{id}/limit")
    @Allowed(Function.API_KEY_EDIT)
    View limit(Operator by, Page page, @PathVariable long id, @RequestParam String perMinute, @RequestParam int was) {
        String field = "limit-" + id;
        OptionalInt limit = limit(perMinute);
        if (limit.isEmpty()) {
            return screen(by, NOTHING, Map.of(field, page.t("access.api.bad-limit", page.number(ApiKeys.MOST_PER_MINUTE))))
                    .status(HttpStatus.UNPROCESSABLE_CONTENT);
        }
        boolean done = database.inTransaction(() -> {
            if (!keys.limit(id, by.departments(Function.API_KEY_EDIT), was, limit.getAsInt())) return false;
            audit.write(by, "access.api-key-limit", "api-key:" + id, Map.of("perMinute", was), Map.of("perMinute", limit.getAsInt()));
            return true;
        });
        return done
                ? Redirect.to("/settings/api").saying(page.t("access.api.limited"))
                : screen(by, NOTHING, Map.of(field, page.t("access.api.limit-stale"))).status(HttpStatus.CONFLICT);
    }

    @PostMapping("/settings/api/{id}/revoke")
    @Allowed(Function.API_KEY_EDIT)
    View revoke(Operator by, Page page, @PathVariable long id) {
        database.inTransaction(() -> {
            if (!keys.revoke(id, by.departments(Function.API_KEY_EDIT))) throw new NotFound();
            audit.write(by, "access.api-key-revoke", "api-key:" + id, null, null);
        });
        return Redirect.to("/settings/api").saying(page.t("access.api.revoked"));
    }

    private Screen screen(Operator by, Filled form, Map<String, String> errors) {
        return Screen.of("access/api-keys")
                .with("keys", keys.all(by.departments(Function.API_KEY_EDIT)))
                .with("now", clock.instant())
                .with("name", form.name())
                .with("chosen", form.scopes().stream().map(Scope::text).collect(Collectors.toSet()))
                .with("perMinute", form.perMinute())
                .with("expires", form.expires())
                .with("errors", errors);
    }

    private static OptionalInt limit(String text) {
        try {
            int limit = Integer.parseInt(text.strip());
            return limit < 0 || limit > ApiKeys.MOST_PER_MINUTE ? OptionalInt.empty() : OptionalInt.of(limit);
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    private static @Nullable LocalDate day(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
