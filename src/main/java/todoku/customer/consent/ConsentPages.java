package todoku.customer.consent;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.customer.Customer;
import todoku.customer.Customers;
import todoku.customer.Group;
import todoku.customer.Groups;
import todoku.mail.address.MailAddress;
import todoku.mail.address.Parsing;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// 同意を記録, 同意の取り消し, 同意の証明.
@Controller
class ConsentPages {
    private final Customers customers;
    private final Groups groups;
    private final ConsentDesk desk;
    private final ConsentRetention retention;

    ConsentPages(Customers customers, Groups groups, ConsentDesk desk, ConsentRetention retention) {
        this.customers = customers;
        this.groups = groups;
        this.desk = desk;
        this.retention = retention;
    }

    @GetMapping("/customers/{id}/consents/new")
    @Allowed(Function.CUSTOMER_EDIT)
    View form(Operator operator, @PathVariable long id) {
        return screen(operator, customer(id), ConsentForm.EMPTY, Map.of());
    }

    @PostMapping("/customers/{id}/consents")
    @Allowed(Function.CUSTOMER_EDIT)
    View record(Operator operator, Page page, @PathVariable long id, @RequestParam Map<String, String> typed) {
        Customer customer = customer(id);
        ConsentForm form = ConsentForm.of(typed);
        Map<String, String> errors = new LinkedHashMap<>();
        desk.errors(form).forEach((field, key) -> errors.put(field, page.t(key)));
        if (!errors.isEmpty()) return screen(operator, customer, form, errors).status(HttpStatus.UNPROCESSABLE_CONTENT);
        @Nullable Long group = form.groupId();
        if (group != null)
            operator.require(Function.CUSTOMER_EDIT, groups.find(group).orElseThrow(NotFound::new).departmentId());
        boolean fresh = desk.record(operator, customer, form.chosen().orElseThrow(), form.agreement(), group);
        return Redirect.to("/customers/" + id).saying(page.t(fresh ? "consent.recorded.said" : "consent.same"));
    }

    @PostMapping("/customers/{id}/consents/{consent}/withdraw")
    @Allowed(Function.CUSTOMER_EDIT)
    View withdraw(
            Operator operator, Page page, @PathVariable long id, @PathVariable long consent, @RequestParam(defaultValue = "false") boolean stop) {
        boolean withdrawn = desk.withdraw(operator, customer(id), consent, stop, page.t("consent.withdraw.note"));
        return Redirect.to("/customers/" + id).saying(page.t(withdrawn ? "consent.withdrawn.said" : "consent.not-there"));
    }

    @GetMapping("/customers/consents")
    @Allowed(Function.PERSONAL_DATA)
    View proof() {
        return proofScreen("", null, null);
    }

    /// A form and no link: an address does not belong into the address of a page.
    @PostMapping("/customers/consents")
    @Allowed(Function.PERSONAL_DATA)
    View find(Operator operator, Page page, @RequestParam String address) {
        if (!(MailAddress.parse(address) instanceof Parsing.Parsed(MailAddress read, boolean _)))
            return proofScreen(address, null, page.t("consent.proof.bad")).status(HttpStatus.UNPROCESSABLE_CONTENT);
        return proofScreen(read.toString(), desk.proof(operator, read), null);
    }

    @PostMapping("/customers/consents/retention")
    @Allowed(Function.SETTINGS)
    View keepFor(Operator operator, Page page, @RequestParam String days, @RequestParam int version) {
        int typed = days.strip().matches("\\d{1,6}") ? Integer.parseInt(days.strip()) : 0;
        if (typed < ConsentRetention.SHORTEST_DAYS || typed > ConsentRetention.LONGEST_DAYS)
            return retentionRefused(days, page.t("consent.retention.bad", ConsentRetention.SHORTEST_DAYS)).status(HttpStatus.UNPROCESSABLE_CONTENT);
        if (!desk.keepFor(operator, typed, version))
            return retentionRefused(days, page.t("web.stale", page.t("consent.retention.this"))).status(HttpStatus.CONFLICT);
        String next = operator.may(Function.PERSONAL_DATA) ? "/customers/consents" : "/settings";
        return Redirect.to(next).saying(page.t("consent.retention.saved"));
    }

    private Screen retentionRefused(String days, String error) {
        return proofScreen("", null, null).with("days", days).with("daysError", error);
    }

    private Screen proofScreen(String address, @Nullable List<Consent> found, @Nullable String error) {
        ConsentRetention.Setting setting = retention.setting();
        return Screen.of("consent/proof")
                .with("address", address)
                .with("found", found)
                .with("error", error)
                .with("setting", setting)
                .with("days", Integer.toString(setting.days()))
                .with("daysError", null);
    }

    private Screen screen(Operator operator, Customer customer, ConsentForm form, Map<String, String> errors) {
        List<Group> allowed = groups.all().stream()
                .filter(group -> operator.may(Function.CUSTOMER_EDIT, group.departmentId()))
                .toList();
        return Screen.of("consent/new").with("customer", customer).with("form", form).with("groups", allowed).with("errors", errors);
    }

    private Customer customer(long id) {
        return customers.find(id).orElseThrow(NotFound::new);
    }
}
