package todoku.customer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.event.AddressId;
import todoku.suppression.Suppressions;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// One customer: looked at, registered, changed.
@Controller
class CustomerCardPages {
    private final Customers customers;
    private final CustomerDesk desk;
    private final CustomerErasure erasure;
    private final Fields fields;
    private final Groups groups;
    private final Memberships memberships;
    private final Suppressions suppressions;
    private final List<CardPart> parts;

    CustomerCardPages(
            Customers customers, CustomerDesk desk, CustomerErasure erasure, Fields fields, Groups groups, Memberships memberships, Suppressions suppressions,
            List<CardPart> parts) {
        this.customers = customers;
        this.desk = desk;
        this.erasure = erasure;
        this.fields = fields;
        this.groups = groups;
        this.memberships = memberships;
        this.suppressions = suppressions;
        this.parts = List.copyOf(parts);
    }

    @GetMapping("/customers/{id}")
    @Allowed(Function.CUSTOMER_VIEW)
    View show(Operator operator, @PathVariable long id) {
        Customer customer = customer(id);
        Screen screen = Screen.of("customer/card");
        for (CardPart part : parts) screen.with(part.name(), part.of(customer, operator));
        return screen.with("customer", customer)
                .with("form", CustomerForm.of(customer))
                .with("fields", fields.all())
                .with("groups", memberships.of(List.of(id), operator.departments(Function.CUSTOMER_VIEW)))
                .with("allGroups", groups.all())
                .with("suppressions", suppressions.of(new AddressId(customer.addressId())));
    }

    @GetMapping("/customers/new")
    @Allowed(Function.CUSTOMER_EDIT)
    View form() {
        return screen(0, 0, CustomerForm.empty(fields.all()), Map.of());
    }

    /// Editing shows everything: who may not see 個人情報 cannot edit.
    @GetMapping("/customers/{id}/edit")
    @Allowed(Function.CUSTOMER_EDIT)
    View edit(Operator operator, @PathVariable long id) {
        seesPersonalData(operator);
        Customer customer = customer(id);
        return screen(id, customer.version(), CustomerForm.of(customer), Map.of());
    }

    @PostMapping("/customers")
    @Allowed(Function.CUSTOMER_EDIT)
    View add(Operator operator, Page page, @RequestParam MultiValueMap<String, String> typed) {
        return save(operator, page, 0, 0, form(typed), null);
    }

    @PostMapping("/customers/{id}")
    @Allowed(Function.CUSTOMER_EDIT)
    View change(Operator operator, Page page, @PathVariable long id, @RequestParam int version, @RequestParam MultiValueMap<String, String> typed) {
        seesPersonalData(operator);
        return save(operator, page, id, version, form(typed), customer(id));
    }

    private View save(Operator operator, Page page, long id, int version, CustomerForm form, @Nullable Customer before) {
        return switch (desk.save(operator, id, version, form, before)) {
            case CustomerDesk.Outcome.Kept(long kept) -> Redirect.to("/customers/" + kept).saying(page.t("customer.saved"));
            case CustomerDesk.Outcome.Refused(var keys) -> {
                Map<String, String> errors = new LinkedHashMap<>();
                keys.forEach((field, why) -> errors.put(field, why.on(page)));
                yield screen(id, version, form, errors).status(HttpStatus.UNPROCESSABLE_CONTENT);
            }
            case CustomerDesk.Outcome.Stale() -> screen(
                            id, customer(id).version(), form, Map.of("version", page.t("web.stale", page.t("customer.this"))))
                    .status(HttpStatus.CONFLICT);
        };
    }

    @PostMapping("/customers/{id}/groups")
    @Allowed(Function.CUSTOMER_EDIT)
    View membership(Operator operator, Page page, @PathVariable long id, @RequestParam long group, @RequestParam Memberships.State state) {
        customer(id);
        Group known = groups.find(group).orElseThrow(NotFound::new);
        operator.require(Function.CUSTOMER_EDIT, known.departmentId());
        desk.membership(operator, id, group, state);
        return Redirect.to("/customers/" + id).saying(page.t("customer.group.said", known.name(), page.t("customer.state." + state.name())));
    }

    @PostMapping("/customers/{id}/delete")
    @Allowed(Function.CUSTOMER_EDIT)
    View delete(Operator operator, Page page, @PathVariable long id) {
        seesPersonalData(operator);
        erasure.erase(operator, id);
        return Redirect.to("/customers").saying(page.t("customer.deleted"));
    }

    /// Several choices come as several values of one name.
    private static CustomerForm form(MultiValueMap<String, String> typed) {
        Map<String, String> kept = new LinkedHashMap<>();
        typed.forEach((name, values) -> kept.put(name, String.join(FieldValues.JOINT, values)));
        kept.remove("_csrf");
        kept.remove("version");
        return new CustomerForm(kept);
    }

    private Screen screen(long id, int version, CustomerForm form, Map<String, String> errors) {
        return Screen.of("customer/edit")
                .with("id", id)
                .with("version", version)
                .with("form", form)
                .with("fields", fields.all())
                .with("errors", errors);
    }

    private Customer customer(long id) {
        return customers.find(id).orElseThrow(NotFound::new);
    }

    private static void seesPersonalData(Operator operator) {
        if (!operator.may(Function.PERSONAL_DATA)) throw new todoku.access.NotAllowed(Function.PERSONAL_DATA);
    }
}
