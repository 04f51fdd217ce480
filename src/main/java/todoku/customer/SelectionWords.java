package todoku.customer;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.stereotype.Component;
import todoku.access.Function;
import todoku.access.NotAllowed;
import todoku.access.Operator;
import todoku.web.NotFound;
import todoku.web.Page;

/// Reads a [Selection] from a request and says it in words.
@Component
class SelectionWords {
    private final Groups groups;

    SelectionWords(Groups groups) {
        this.groups = groups;
    }

    /// @throws NotFound   when there is no such selection
    /// @throws NotAllowed for a group of a department the operator does not see
    Selection asked(Operator operator, HttpServletRequest request) {
        Selection selection =
                Selection.asked(request.getParameterMap(), !operator.may(Function.PERSONAL_DATA)).orElseThrow(NotFound::new);
        if (selection instanceof Selection.InGroup(long id, var state))
            operator.require(Function.CUSTOMER_VIEW, groups.find(id).orElseThrow(NotFound::new).departmentId());
        return selection;
    }

    /// What was searched for may be a person's name.
    String said(Page page, Selection selection) {
        return switch (selection) {
            case Selection.Everybody all -> page.t("customer.selection.everybody");
            case Selection.Found(String text, boolean whole) -> page.t("customer.selection.found", whole ? text : page.mask().text(text));
            case Selection.InGroup(long group, Memberships.State state) -> {
                String name = groups.find(group).map(Group::name).orElse("—");
                yield state == null
                        ? page.t("customer.selection.group", name)
                        : page.t("customer.selection.group-state", name, page.t("customer.state." + state));
            }
            case Selection.Ticked ticked -> page.t("customer.selection.ticked", page.number(ticked.customers().size()));
        };
    }
}
