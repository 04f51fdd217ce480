package todoku.customer;

import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// 自動取り込みの設定: saved from an import, listed, deleted.
@Controller
class ImportProfilePages {
    private final ImportProfiles profiles;

    ImportProfilePages(ImportProfiles profiles) {
        this.profiles = profiles;
    }

    @GetMapping("/imports/profiles")
    @Allowed(Function.CUSTOMER_IMPORT)
    View list() {
        return Screen.of("customer/import-profiles").with("profiles", profiles.all());
    }

    @PostMapping("/imports/{id}/profile")
    @Allowed(Function.CUSTOMER_IMPORT)
    View save(Operator operator, Page page, @PathVariable long id, @RequestParam(defaultValue = "") String name) {
        String plain = Cell.plain(name);
        if (!ImportProfiles.isName(plain)) return told(id, page.t("customer.profile.bad-name", ImportProfiles.NAME_LIMIT_CHARS));
        return profiles.save(operator, id, plain)
                .<View>map(saved -> Redirect.to("/imports/profiles").saying(page.t("customer.profile.saved", saved.name())))
                .orElseGet(() -> told(id, page.t("customer.profile.taken", plain)));
    }

    private static View told(long id, String why) {
        return Redirect.to("/imports/" + id).saying(why);
    }

    @PostMapping("/imports/profiles/{id}/delete")
    @Allowed(Function.CUSTOMER_IMPORT)
    View delete(Operator operator, Page page, @PathVariable long id) {
        profiles.delete(operator, id);
        return Redirect.to("/imports/profiles").saying(page.t("customer.profile.deleted"));
    }
}
