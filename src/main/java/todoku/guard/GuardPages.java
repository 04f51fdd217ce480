package todoku.guard;

import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.database.Database;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// 安全装置: the limits at which mailings stop by themselves.
@Controller
class GuardPages {
    private final Database database;
    private final GuardTable table;
    private final Audit audit;

    GuardPages(Database database, GuardTable table, Audit audit) {
        this.database = database;
        this.table = table;
        this.audit = audit;
    }

    @GetMapping("/settings/guards")
    @Allowed(Function.SETTINGS)
    View show() {
        return screen(table.settings(), Map.of());
    }

    @PostMapping("/settings/guards")
    @Allowed(Function.SETTINGS)
    View save(
            Operator operator,
            Page page,
            @RequestParam int version,
            @RequestParam String stopPercent,
            @RequestParam String stopResults,
            @RequestParam(defaultValue = "false") boolean firstOn,
            @RequestParam String firstPercent) {
        GuardSettings before = table.settings();
        GuardSettings wanted =
                new GuardSettings(number(stopPercent), number(stopResults), firstOn, number(firstPercent), version);
        String wrong = wanted.wrong();
        if (!wrong.isEmpty())
            return screen(wanted, Map.of(wrong, page.t(wrong.equals("stopResults") ? "guard.bad-results" : "guard.bad-percent")));
        boolean changed = database.inTransaction(() -> {
            if (!table.change(wanted)) return false;
            audit.write(operator, "guard.edit", "guard", before, wanted);
            return true;
        });
        if (changed) return Redirect.to("/settings/guards").saying(page.t("guard.saved"));
        return screen(
                new GuardSettings(wanted.stopPercent(), wanted.stopResults(), firstOn, wanted.firstPercent(), before.version()),
                Map.of("version", page.t("web.stale", page.t("guard.title"))));
    }

    private static Screen screen(GuardSettings limits, Map<String, String> errors) {
        Screen screen = Screen.of("guard/limits").with("limits", limits).with("errors", errors);
        if (errors.isEmpty()) return screen;
        return screen.status(errors.containsKey("version") ? HttpStatus.CONFLICT : HttpStatus.UNPROCESSABLE_CONTENT);
    }

    /// 0 when it is no number: no limit is 0.
    private static int number(String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
