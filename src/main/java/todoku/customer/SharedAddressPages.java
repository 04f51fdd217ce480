package todoku.customer;

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
import todoku.customer.SharedAddresses.Outcome;
import todoku.customer.SharedAddresses.Setting;
import todoku.database.Database;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// 同じメールアドレスの顧客: whether there may be several.
@Controller
class SharedAddressPages {
    private static final String PATH = "/settings/shared-addresses";

    private final Database database;
    private final SharedAddresses sharing;
    private final Audit audit;

    SharedAddressPages(Database database, Audit audit) {
        this.database = database;
        this.sharing = new SharedAddresses(database.client());
        this.audit = audit;
    }

    @GetMapping(PATH)
    @Allowed(Function.SETTINGS)
    View show() {
        return screen(sharing.setting(), 0, Map.of());
    }

    @PostMapping(PATH)
    @Allowed(Function.SETTINGS)
    View save(Operator operator, Page page, @RequestParam int version, @RequestParam boolean unique) {
        Setting before = sharing.setting();
        var wanted = new Setting(unique, version);
        Outcome outcome = database.inTransaction(() -> {
            Outcome done = sharing.change(wanted);
            if (done instanceof Outcome.Changed)
                audit.write(operator, "customer.address-unique", "customer_setting", Map.of("addressUnique", before.unique()), Map.of("addressUnique", unique));
            return done;
        });
        return switch (outcome) {
            case Outcome.Changed() -> Redirect.to(PATH).saying(page.t(unique ? "customer.sharing.now-unique" : "customer.sharing.now-shared"));
            case Outcome.Stale() -> screen(
                            new Setting(unique, sharing.setting().version()), 0,
                            Map.of("version", page.t("web.stale", page.t("customer.sharing.title"))))
                    .status(HttpStatus.CONFLICT);
            case Outcome.StillShared(long addresses) -> screen(
                            wanted, addresses, Map.of("unique", page.t("customer.sharing.still", page.number(addresses))))
                    .status(HttpStatus.UNPROCESSABLE_CONTENT);
        };
    }

    /// @param shared addresses that keep it from being switched on
    private static Screen screen(Setting setting, long shared, Map<String, String> errors) {
        return Screen.of("customer/shared-addresses")
                .with("unique", setting.unique())
                .with("version", setting.version())
                .with("shared", shared)
                .with("errors", errors);
    }
}
