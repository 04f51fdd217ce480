package todoku.campaign;

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
import todoku.event.Event.Environment;
import todoku.sender.Installations;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// 検証 ⇄ 本番.
@Controller
class GoLivePages {
    private final Database database;
    private final Installations installations;
    private final GoLive goLive;
    private final Restart restart;
    private final Audit audit;

    GoLivePages(Database database, Installations installations, GoLive goLive, Restart restart, Audit audit) {
        this.database = database;
        this.installations = installations;
        this.goLive = goLive;
        this.restart = restart;
        this.audit = audit;
    }

    @GetMapping("/settings/environment")
    @Allowed(Function.SETTINGS)
    View show() {
        return screen();
    }

    @PostMapping("/settings/environment")
    @Allowed(Function.SETTINGS)
    View change(Operator operator, Page page, @RequestParam Environment environment) {
        Environment before = installations.get().environment();
        if (before == environment) return Redirect.to("/settings/environment");
        if (environment == Environment.LIVE && goLive.checks().stream().anyMatch(check -> !check.met()))
            return screen().status(HttpStatus.UNPROCESSABLE_CONTENT);
        database.inTransaction(() -> {
            goLive.switchTo(environment);
            audit.write(operator, "settings.environment", "installation", Map.of("environment", before), Map.of("environment", environment));
        });
        restart.soon();
        return Screen.of("campaign/environment-changed").with("live", environment == Environment.LIVE);
    }

    private Screen screen() {
        return Screen.of("campaign/environment")
                .with("live", installations.get().live())
                .with("checks", goLive.checks())
                .with("doubts", goLive.doubts());
    }
}
