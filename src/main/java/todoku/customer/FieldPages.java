package todoku.customer;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// 項目設定: what the house knows about its customers.
@Controller
class FieldPages {
    private static final String LIST = "/customers/fields";
    private static final int SHARED = 100;

    private final Fields fields;
    private final FieldDesk desk;

    FieldPages(Fields fields, FieldDesk desk) {
        this.fields = fields;
        this.desk = desk;
    }

    /// Where the page was before it moved below the customers.
    @GetMapping("/fields")
    @Allowed(Function.CUSTOMER_VIEW)
    View moved() {
        return Redirect.to(LIST);
    }

    @GetMapping(LIST)
    @Allowed(Function.CUSTOMER_VIEW)
    View list() {
        return Screen.of("customer/fields").with("fields", fields.withRetired());
    }

    /// The table while an index is being made.
    @GetMapping(LIST + "/now")
    @Allowed(Function.CUSTOMER_VIEW)
    View now() {
        return Screen.of("customer/field-rows").with("fields", fields.withRetired());
    }

    @GetMapping(LIST + "/new")
    @Allowed(Function.FIELD_EDIT)
    View form(@RequestParam(defaultValue = "TEXT") FieldType type) {
        return screen(Field.plain("", type), new FieldForm(Map.of()), Map.of());
    }

    @PostMapping(LIST)
    @Allowed(Function.FIELD_EDIT)
    View add(Operator by, Page page, @RequestParam FieldType type, @RequestParam Map<String, String> typed) {
        FieldForm form = form(typed);
        return ended(page, Field.plain("", type), form, desk.add(by, type, form), "customer.field.added");
    }

    @GetMapping(LIST + "/{id}")
    @Allowed(Function.FIELD_EDIT)
    View edit(@PathVariable long id) {
        Field field = field(id);
        return screen(field, FieldForm.of(field), Map.of());
    }

    @PostMapping(LIST + "/{id}")
    @Allowed(Function.FIELD_EDIT)
    View change(Operator by, Page page, @PathVariable long id, @RequestParam int version, @RequestParam Map<String, String> typed) {
        FieldForm form = form(typed);
        return ended(page, field(id), form, desk.edit(by, field(id), version, form), "customer.field.saved");
    }

    private View ended(Page page, Field field, FieldForm form, FieldDesk.Outcome outcome, String done) {
        return switch (outcome) {
            case FieldDesk.Outcome.Kept(long id, long without) -> Redirect.to(LIST)
                    .saying(page.t(done, form.get("name")) + (without > 0 ? " " + page.t("customer.field.without", page.number(without)) : ""));
            case FieldDesk.Outcome.Refused(var problems) -> {
                Map<String, String> errors = new HashMap<>();
                problems.forEach((name, why) -> errors.put(name, why.on(page)));
                yield screen(field, form, errors).status(HttpStatus.UNPROCESSABLE_CONTENT);
            }
            case FieldDesk.Outcome.Shared(long customers) -> screen(
                            field, form, Map.of("unique", page.t("customer.field.shared", page.number(customers)), "shared", "true"))
                    .status(HttpStatus.UNPROCESSABLE_CONTENT);
            case FieldDesk.Outcome.Stale() -> screen(field(field.id()), form, Map.of("version", page.t("web.stale", field.label())))
                    .status(HttpStatus.CONFLICT);
        };
    }

    /// Who shares a value with others: what to mend before the field can be unique.
    @GetMapping(LIST + "/{id}/shared")
    @Allowed(Function.FIELD_EDIT)
    View shared(@PathVariable long id) {
        Field field = field(id);
        List<Fields.Shared> rows = field.type().maybeUnique() ? fields.doubles(field, SHARED) : List.of();
        return Screen.of("customer/field-shared").with("field", field).with("rows", rows).with("most", SHARED);
    }

    @PostMapping(LIST + "/{id}/move")
    @Allowed(Function.FIELD_EDIT)
    View move(Operator by, @PathVariable long id, @RequestParam boolean up) {
        desk.move(by, field(id), up);
        return Redirect.to(LIST + "#field-" + id);
    }

    @PostMapping(LIST + "/{id}/retire")
    @Allowed(Function.FIELD_EDIT)
    View retire(Operator by, Page page, @PathVariable long id, @RequestParam int version) {
        Field field = field(id);
        return Redirect.to(LIST).saying(desk.retire(by, field, version) ? page.t("customer.field.retired", field.label()) : page.t("web.stale", field.label()));
    }

    @PostMapping(LIST + "/{id}/back")
    @Allowed(Function.FIELD_EDIT)
    View bringBack(Operator by, Page page, @PathVariable long id, @RequestParam int version) {
        Field field = field(id);
        return Redirect.to(LIST).saying(desk.bringBack(by, field, version) ? page.t("customer.field.is-back", field.label()) : page.t("web.stale", field.label()));
    }

    @PostMapping(LIST + "/{id}/index")
    @Allowed(Function.FIELD_EDIT)
    View indexAgain(Operator by, @PathVariable long id) {
        desk.indexAgain(by, field(id));
        return Redirect.to(LIST);
    }

    @PostMapping(LIST + "/standard")
    @Allowed(Function.FIELD_EDIT)
    View standard(Operator by, Page page) {
        List<String> added = desk.addStandard(by);
        return Redirect.to(LIST).saying(added.isEmpty() ? page.t("customer.fields.standard.all-there") : page.t("customer.fields.standard.added", String.join("、", added)));
    }

    private static FieldForm form(Map<String, String> typed) {
        Map<String, String> kept = new LinkedHashMap<>(typed);
        kept.remove("_csrf");
        return new FieldForm(kept);
    }

    private static Screen screen(Field field, FieldForm form, Map<String, String> errors) {
        return Screen.of("customer/field").with("field", field).with("form", form).with("errors", errors);
    }

    private Field field(long id) {
        return fields.find(id).orElseThrow(NotFound::new);
    }
}
