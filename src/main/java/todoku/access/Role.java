package todoku.access;

import java.util.EnumSet;
import java.util.Set;

/// A bundle of functions, given to an operator in one department.
public enum Role {
    ADMINISTRATOR(EnumSet.allOf(Function.class)),
    EDITOR(EnumSet.of(
            Function.CUSTOMER_VIEW,
            Function.CUSTOMER_EDIT,
            Function.CUSTOMER_IMPORT,
            Function.GROUP_EDIT,
            Function.PERSONAL_DATA,
            Function.MAIL_VIEW,
            Function.MAIL_EDIT,
            Function.CAMPAIGN_VIEW,
            Function.CAMPAIGN_EDIT,
            Function.CAMPAIGN_SEND,
            Function.REPORT_VIEW,
            Function.SIMULATION_VIEW)),
    APPROVER(EnumSet.of(
            Function.CUSTOMER_VIEW,
            Function.MAIL_VIEW,
            Function.CAMPAIGN_VIEW,
            Function.CAMPAIGN_SEND,
            Function.APPROVE,
            Function.REPORT_VIEW,
            Function.SIMULATION_VIEW)),
    VIEWER(EnumSet.of(
            Function.CUSTOMER_VIEW, Function.MAIL_VIEW, Function.CAMPAIGN_VIEW, Function.REPORT_VIEW));

    private final Set<Function> functions;

    Role(Set<Function> functions) {
        this.functions = functions;
    }

    /// Everybody who can sign in sees the home page and may look after their own account.
    public boolean may(Function function) {
        return function == Function.HOME || function == Function.OWN_ACCOUNT || functions.contains(function);
    }

    public String key() {
        return "access.role." + name();
    }
}
