package todoku.report;

import java.util.List;
import java.util.Set;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.delivery.Engine;
import todoku.delivery.Standstill;
import todoku.guard.Notices;
import todoku.web.Screen;

/// ホーム, and the engine at the foot of the menu.
@Controller
class HomePages {
    private static final int RESULTS = 6;

    private final Overview overview;
    private final Reports reports;
    private final Engine engine;
    private final Notices notices;

    HomePages(Overview overview, Reports reports, Engine engine, Notices notices) {
        this.overview = overview;
        this.reports = reports;
        this.engine = engine;
        this.notices = notices;
    }

    @GetMapping("/")
    @Allowed(Function.HOME)
    View home(Operator operator) {
        return screen("report/home", operator);
    }

    /// The parts of the home page that move.
    @GetMapping("/home/now")
    @Allowed(Function.HOME)
    View now(Operator operator) {
        return screen("report/home-now", operator);
    }

    @GetMapping("/engine/now")
    @Allowed(Function.CAMPAIGN_VIEW)
    View engine() {
        Standstill standstill = engine.standstill();
        return Screen.of("report/engine")
                .with("standstill", standstill)
                .with("now", standstill == null ? overview.now() : null);
    }

    private Screen screen(String template, Operator operator) {
        Set<Long> departments = operator.departments(Function.REPORT_VIEW);
        List<Report> newest = reports.page(departments, Long.MAX_VALUE, RESULTS * 2);
        return Screen.of(template)
                .with("notices", notices.of(operator))
                .with("figures", overview.figures())
                .with("running", newest.stream().filter(r -> r.endedAt() == null).toList())
                .with("results", newest.stream().filter(r -> r.endedAt() != null).limit(RESULTS).toList());
    }
}
