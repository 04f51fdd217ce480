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
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// グループ: what customers are sorted by.
@Controller
class GroupPages {
    private final Database database;
    private final Groups groups;
    private final Audit audit;

    GroupPages(Database database, Groups groups, Audit audit) {
        this.database = database;
        this.groups = groups;
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

    private Screen groupScreen(Operator operator, @Nullable String error) {
        Map<Group, Group.Counts> shown = new LinkedHashMap<>();
        List<Group> all = groups.all();
        for (Group group : all)
            if (operator.may(Function.CUSTOMER_VIEW, group.departmentId())) shown.put(group, groups.counts(group.id()));
        return Screen.of("customer/groups").with("groups", shown).with("error", error);
    }
}
