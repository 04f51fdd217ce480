package todoku.report;

import java.text.Normalizer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
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

/// 保存期間: how long details of campaigns, the sign-in history and results of jobs are kept. What would delete details at
/// once is asked a second time.
@Controller
class RetentionPages {
    static final String PATH = "/settings/retention";
    private static final int UNREADABLE = -1;

    private final Database database;
    private final Retention retention;
    private final DetailRetention details;
    private final Audit audit;

    RetentionPages(Database database, Retention retention, DetailRetention details, Audit audit) {
        this.database = database;
        this.retention = retention;
        this.details = details;
        this.audit = audit;
    }

    @GetMapping(PATH)
    @Allowed(Function.SETTINGS)
    View show() {
        Retention.Setting setting = retention.setting();
        return screen(typed(setting), setting.version(), 0, Map.of());
    }

    @PostMapping(PATH)
    @Allowed(Function.SETTINGS)
    View save(
            Operator operator,
            Page page,
            @RequestParam int version,
            @RequestParam String keep,
            @RequestParam(defaultValue = "") String mails,
            @RequestParam(defaultValue = "") String days,
            @RequestParam String signIn,
            @RequestParam String job,
            @RequestParam(defaultValue = "false") boolean sure) {
        Map<String, String> typed = new LinkedHashMap<>();
        typed.put("keep", keep);
        typed.put("mails", mails);
        typed.put("days", days);
        typed.put("signIn", signIn);
        typed.put("job", job);
        var wanted = new Retention.Setting(
                keep.equals("MAILS") ? number(mails) : null, keep.equals("DAYS") ? number(days) : null, number(signIn), number(job), version);
        Optional<String> wrong = wanted.wrongField();
        if (wrong.isPresent())
            return screen(typed, version, 0, Map.of(wrong.get(), bad(page, wrong.get()))).status(HttpStatus.UNPROCESSABLE_CONTENT);
        int leaving = details.count(wanted);
        if (leaving > 0 && !sure) return screen(typed, version, leaving, Map.of()).status(HttpStatus.UNPROCESSABLE_CONTENT);
        Retention.Setting before = retention.setting();
        boolean done = database.inTransaction(() -> {
            if (!retention.change(wanted)) return false;
            audit.write(operator, "retention.edit", "retention", before, wanted);
            return true;
        });
        if (done) return Redirect.to(PATH).saying(page.t("report.retention.saved"));
        return screen(typed, before.version(), 0, Map.of("version", page.t("web.stale", page.t("web.menu.retention"))))
                .status(HttpStatus.CONFLICT);
    }

    /// @param leaving mailings that would lose their details, to be confirmed; 0: nothing to confirm
    private Screen screen(Map<String, String> typed, int version, int leaving, Map<String, String> errors) {
        DetailRetention.Done done = details.done();
        return Screen.of("report/retention")
                .with("typed", typed)
                .with("version", version)
                .with("leaving", leaving)
                .with("gone", done.gone())
                .with("waiting", done.leaving())
                .with("errors", errors);
    }

    private static Map<String, String> typed(Retention.Setting setting) {
        Map<String, String> typed = new LinkedHashMap<>();
        Integer mails = setting.mails();
        Integer days = setting.days();
        typed.put("keep", mails != null ? "MAILS" : days != null ? "DAYS" : "ALL");
        typed.put("mails", Integer.toString(mails == null ? Retention.HAIHAI_MAILS : mails));
        typed.put("days", days == null ? "" : days.toString());
        typed.put("signIn", Integer.toString(setting.signIn()));
        typed.put("job", Integer.toString(setting.job()));
        return typed;
    }

    private static String bad(Page page, String field) {
        return switch (field) {
            case "mails" -> page.t("report.retention.bad.mails", page.number(Retention.MOST_MAILS));
            case "days" -> page.t("report.retention.bad.days", page.number(Retention.MOST_DAYS), DetailRetention.SHORTEST_DAYS);
            case "signIn" -> page.t("report.retention.bad.signIn", page.number(Retention.MOST_DAYS), Retention.SHORTEST_SIGN_IN_DAYS);
            default -> page.t("report.retention.bad.job", Retention.MOST_JOB_DAYS);
        };
    }

    private static int number(String text) {
        String plain = Normalizer.normalize(text, Normalizer.Form.NFKC).replace(",", "").strip();
        return plain.matches("[0-9]{1,6}") ? Integer.parseInt(plain) : UNREADABLE;
    }
}
