package todoku.sender;

import java.util.LinkedHashMap;
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

/// 基本設定: who we are and how mail leaves the house.
@Controller
class SettingsPages {
    private final Database database;
    private final Installations installations;
    private final Audit audit;

    SettingsPages(Database database, Installations installations, Audit audit) {
        this.database = database;
        this.installations = installations;
        this.audit = audit;
    }

    @GetMapping("/settings")
    @Allowed(Function.SETTINGS)
    View show() {
        return screen(installations.get(), Map.of());
    }

    @PostMapping("/settings")
    @Allowed(Function.SETTINGS)
    View save(
            Operator operator,
            Page page,
            @RequestParam int version,
            @RequestParam String company,
            @RequestParam String postalAddress,
            @RequestParam String contact,
            @RequestParam String linkBaseUrl,
            @RequestParam String heloName,
            @RequestParam String smartHost,
            @RequestParam(defaultValue = "") String sendingAddresses) {
        Installation before = installations.get();
        String url = linkBaseUrl.strip();
        Installation wanted = new Installation(
                before.environment(),
                company.strip(),
                postalAddress.strip(),
                contact.strip(),
                url.endsWith("/") ? url.substring(0, url.length() - 1) : url,
                heloName.strip().toLowerCase(java.util.Locale.ROOT),
                smartHost.strip(),
                sendingAddresses.strip(),
                version);
        Map<String, String> errors = new LinkedHashMap<>();
        installations.problems(wanted).forEach((field, key) -> errors.put(field, page.t(key, Installation.LONGEST)));
        if (!errors.isEmpty()) return screen(wanted, errors).status(HttpStatus.UNPROCESSABLE_CONTENT);
        boolean done = database.inTransaction(() -> {
            if (!installations.edit(wanted)) return false;
            audit.write(operator, "settings.edit", "installation", before, wanted);
            return true;
        });
        if (done) return Redirect.to("/settings").saying(page.t("settings.saved"));
        Installation kept = new Installation(
                before.environment(), wanted.company(), wanted.postalAddress(), wanted.contact(), wanted.linkBaseUrl(),
                wanted.heloName(), wanted.smartHost(), wanted.sendingAddresses(), before.version());
        return screen(kept, Map.of("version", page.t("web.stale", page.t("web.menu.settings")))).status(HttpStatus.CONFLICT);
    }

    private static Screen screen(Installation installation, Map<String, String> errors) {
        return Screen.of("sender/settings").with("installation", installation).with("errors", errors);
    }
}
