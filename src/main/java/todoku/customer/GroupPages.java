package todoku.customer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// グループ and 項目設定: what customers are sorted by.
@Controller
class GroupPages {
    private final Database database;
    private final Groups groups;
    private final Fields fields;
    private final Audit audit;

    GroupPages(Database database, Groups groups, Fields fields, Audit audit) {
        this.database = database;
        this.groups = groups;
        this.fields = fields;
        this.audit = audit;
    }

    @GetMapping("/groups")
    @Allowed(Function.CUSTOMER_VIEW)
    View groups(Operator operator) {
        return groupScreen(operator, null);
    }

    @PostMapping("/groups")
    @Allowed(Function.GROUP_EDIT)
    View add(Operator operator, Page page, @RequestParam String name) {
        String wanted = Cell.trimmed(name);
        if (wanted.isEmpty() || wanted.length() > Groups.NAME_LIMIT_CHARS)
            return groupScreen(operator, page.t("customer.group.bad-name", Groups.NAME_LIMIT_CHARS)).status(HttpStatus.UNPROCESSABLE_CONTENT);
        if (groups.find(wanted).isPresent())
            return groupScreen(operator, page.t("customer.group.taken", wanted)).status(HttpStatus.UNPROCESSABLE_CONTENT);
        long department = operator.departments(Function.GROUP_EDIT).stream().min(Long::compare).orElseThrow();
        database.inTransaction(() -> {
            Group made = groups.findOrCreate(department, wanted);
            audit.write(operator, "customer.group-add", "group:" + made.id(), null, made);
        });
        return Redirect.to("/groups").saying(page.t("customer.group.added", wanted));
    }

    @GetMapping("/fields")
    @Allowed(Function.CUSTOMER_VIEW)
    View fields() {
        return fieldScreen(null);
    }

    @PostMapping("/fields")
    @Allowed(Function.FIELD_EDIT)
    View addField(
            Operator operator, Page page, @RequestParam String key, @RequestParam FieldType type, @RequestParam(defaultValue = "false") boolean personal) {
        String wanted = Cell.plain(key);
        if (!Fields.isKey(wanted) || StandardField.named(Columns.folded(wanted)).isPresent())
            return fieldScreen(page.t("customer.field.bad-key")).status(HttpStatus.UNPROCESSABLE_CONTENT);
        boolean added = database.inTransaction(() -> {
            if (!fields.add(wanted, type, personal)) return false;
            audit.write(operator, "customer.field-add", "field:" + wanted, null, Map.of("type", type, "personal", personal));
            return true;
        });
        if (!added) return fieldScreen(page.t("customer.field.taken", wanted)).status(HttpStatus.UNPROCESSABLE_CONTENT);
        return Redirect.to("/fields").saying(page.t("customer.field.added", wanted));
    }

    @PostMapping("/fields/edit")
    @Allowed(Function.FIELD_EDIT)
    View editField(
            Operator operator, Page page, @RequestParam long id, @RequestParam int version, @RequestParam(defaultValue = "false") boolean personal) {
        Fields.Field before = fields.find(id).orElseThrow(NotFound::new);
        boolean done = database.inTransaction(() -> {
            if (!fields.edit(id, version, before.label(), personal)) return false;
            audit.write(operator, "customer.field-edit", "field:" + before.key(), Map.of("personal", before.personal()), Map.of("personal", personal));
            return true;
        });
        if (!done) return fieldScreen(page.t("web.stale", before.key())).status(HttpStatus.CONFLICT);
        return Redirect.to("/fields").saying(page.t("customer.field.saved", before.key()));
    }

    private Screen groupScreen(Operator operator, @Nullable String error) {
        Map<Group, Group.Counts> shown = new LinkedHashMap<>();
        List<Group> all = groups.all();
        for (Group group : all)
            if (operator.may(Function.CUSTOMER_VIEW, group.departmentId())) shown.put(group, groups.counts(group.id()));
        return Screen.of("customer/groups").with("groups", shown).with("error", error);
    }

    private Screen fieldScreen(@Nullable String error) {
        return Screen.of("customer/fields").with("fields", fields.all()).with("error", error);
    }
}
