package todoku.suppression;

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
import todoku.suppression.FrequencyCap.Limit;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// フリークエンシー制御: how many mails of campaigns a person gets at most.
@Controller
class FrequencyCapPages {
    private static final String PATH = "/settings/frequency";

    private final Database database;
    private final FrequencyCap cap;
    private final Audit audit;

    FrequencyCapPages(Database database, Suppressions suppressions, Audit audit) {
        this.database = database;
        this.cap = suppressions.cap();
        this.audit = audit;
    }

    @GetMapping(PATH)
    @Allowed(Function.SETTINGS)
    View show() {
        Limit limit = cap.limit();
        return screen(limit.version(), Integer.toString(limit.mails()), Integer.toString(limit.days()), Map.of());
    }

    @PostMapping(PATH)
    @Allowed(Function.SETTINGS)
    View save(Operator operator, Page page, @RequestParam int version, @RequestParam String mails, @RequestParam String days) {
        Limit wanted = new Limit(number(mails), number(days), version);
        if (!wanted.isUsable()) {
            Map<String, String> errors = wanted.days() < 1 || wanted.days() > FrequencyCap.MOST_DAYS
                    ? Map.of("days", page.t("suppression.cap.bad-days", FrequencyCap.MOST_DAYS))
                    : Map.of("mails", page.t("suppression.cap.bad-mails", FrequencyCap.MOST_MAILS));
            return screen(version, mails, days, errors).status(HttpStatus.UNPROCESSABLE_CONTENT);
        }
        Limit before = cap.limit();
        boolean changed = database.inTransaction(() -> {
            if (!cap.change(wanted)) return false;
            audit.write(operator, "suppression.cap", "frequency_cap", before, wanted);
            return true;
        });
        if (changed)
            return Redirect.to(PATH)
                    .saying(wanted.isOn() ? page.t("suppression.cap.on", wanted.days(), wanted.mails()) : page.t("suppression.cap.off"));
        return screen(before.version(), mails, days, Map.of("version", page.t("web.stale", page.t("suppression.cap.title"))))
                .status(HttpStatus.CONFLICT);
    }

    private static Screen screen(int version, String mails, String days, Map<String, String> errors) {
        return Screen.of("suppression/cap").with("version", version).with("mails", mails).with("days", days).with("errors", errors);
    }

    /// -1 when it is none.
    private static int number(String text) {
        String plain = java.text.Normalizer.normalize(text, java.text.Normalizer.Form.NFKC).strip();
        return plain.matches("[0-9]{1,4}") ? Integer.parseInt(plain) : -1;
    }
}
