package todoku.access;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.database.Database;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// Who may sign in, and what they may do; who signed in; what was done.
@Controller
class OperatorPages {
    private static final Pattern LOGIN = Pattern.compile("[A-Za-z0-9._%+@-]{1,100}");
    private static final int LONGEST_NAME = 100;
    private static final int PAGE = 50;

    private final Database database;
    private final Operators operators;
    private final Sessions sessions;
    private final SignIn signIn;
    private final Audit audit;

    OperatorPages(Database database, Operators operators, Sessions sessions, SignIn signIn, Audit audit) {
        this.database = database;
        this.operators = operators;
        this.sessions = sessions;
        this.signIn = signIn;
        this.audit = audit;
    }

    @GetMapping("/operators")
    @Allowed(Function.OPERATOR_EDIT)
    View list() {
        return Screen.of("access/operators").with("operators", operators.all());
    }

    @GetMapping("/operators/new")
    @Allowed(Function.OPERATOR_EDIT)
    View form() {
        return newScreen("", "", Set.of(), Map.of());
    }

    @PostMapping("/operators")
    @Allowed(Function.OPERATOR_EDIT)
    View add(
            Operator by,
            Page page,
            @RequestParam String login,
            @RequestParam String name,
            @RequestParam(defaultValue = "") Set<Role> roles) {
        Map<String, String> errors = new HashMap<>();
        if (!LOGIN.matcher(login.strip()).matches()) errors.put("login", page.t("access.operator.bad-login"));
        else if (operators.exists(login.strip())) errors.put("login", page.t("access.operator.taken"));
        if (name.isBlank() || name.length() > LONGEST_NAME)
            errors.put("name", page.t("access.operator.bad-name", LONGEST_NAME));
        if (roles.isEmpty()) errors.put("roles", page.t("access.operator.no-role"));
        if (!errors.isEmpty()) return newScreen(login, name, roles, errors);
        String password = Passwords.random();
        String hash = Passwords.hash(password);
        database.inTransaction(() -> {
            long id = operators.add(login.strip(), name.strip(), hash, true);
            grant(by, id, roles);
            audit.write(by, "access.operator-add", "operator:" + id, null, Map.of("login", login.strip(), "roles", roles));
        });
        return Screen.of("access/operator-added").with("login", login.strip()).with("password", password);
    }

    @GetMapping("/operators/{id}")
    @Allowed(Function.OPERATOR_EDIT)
    View edit(@PathVariable long id) {
        return editScreen(row(id), "");
    }

    @PostMapping("/operators/{id}")
    @Allowed(Function.OPERATOR_EDIT)
    View save(
            Operator by,
            Page page,
            @PathVariable long id,
            @RequestParam int version,
            @RequestParam String name,
            @RequestParam(defaultValue = "false") boolean active,
            @RequestParam(defaultValue = "") Set<Role> roles) {
        Operators.Row before = row(id);
        Operators.Row wanted = new Operators.Row(id, before.login(), name.strip(), active, roles, version);
        if (id == by.id() && (!active || !roles.contains(Role.ADMINISTRATOR)))
            return editScreen(wanted, page.t("access.operator.yourself")).status(HttpStatus.UNPROCESSABLE_CONTENT);
        if (name.isBlank() || name.length() > LONGEST_NAME)
            return editScreen(wanted, page.t("access.operator.bad-name", LONGEST_NAME))
                    .status(HttpStatus.UNPROCESSABLE_CONTENT);
        boolean done = database.inTransaction(() -> {
            if (!operators.edit(id, version, name.strip(), active)) return false;
            operators.revokeAll(id);
            grant(by, id, roles);
            if (!active) sessions.endAll(id);
            audit.write(by, "access.operator-edit", "operator:" + id, before, wanted);
            return true;
        });
        if (!done)
            return editScreen(new Operators.Row(id, before.login(), name, active, roles, before.version()),
                            page.t("web.stale", before.name()))
                    .status(HttpStatus.CONFLICT);
        return Redirect.to("/operators").saying(page.t("access.operator.saved"));
    }

    @PostMapping("/operators/{id}/password")
    @Allowed(Function.OPERATOR_EDIT)
    View newPassword(Operator by, @PathVariable long id) {
        Operators.Row row = row(id);
        String password = Passwords.random();
        String hash = Passwords.hash(password);
        database.inTransaction(() -> {
            operators.password(id, hash, true);
            operators.succeeded(id);
            sessions.endAll(id);
            audit.write(by, "access.password-reset", "operator:" + id, null, null);
        });
        return Screen.of("access/operator-added").with("login", row.login()).with("password", password);
    }

    @GetMapping("/sign-ins")
    @Allowed(Function.AUDIT_VIEW)
    View signIns() {
        return Screen.of("access/sign-ins").with("attempts", signIn.history(4 * PAGE));
    }

    @GetMapping("/audit")
    @Allowed(Function.AUDIT_VIEW)
    View audit(@RequestParam(defaultValue = "" + Long.MAX_VALUE) long before) {
        List<Audit.Entry> entries = audit.page(before, PAGE + 1);
        boolean more = entries.size() > PAGE;
        return Screen.of("access/audit")
                .with("entries", more ? entries.subList(0, PAGE) : entries)
                .with("older", more ? entries.get(PAGE - 1).id() : 0L)
                .with("first", before == Long.MAX_VALUE);
    }

    /// Roles go to every department in which the giver may give them: today's screens know one.
    private void grant(Operator by, long id, Set<Role> roles) {
        for (long department : by.departments(Function.OPERATOR_EDIT))
            for (Role role : roles) operators.grant(id, department, role);
    }

    private Operators.Row row(long id) {
        return operators.all().stream().filter(row -> row.id() == id).findFirst().orElseThrow(NotFound::new);
    }

    private static Screen newScreen(String login, String name, Set<Role> roles, Map<String, String> errors) {
        return Screen.of("access/operator-new")
                .with("login", login)
                .with("name", name)
                .with("roles", roles.isEmpty() ? EnumSet.noneOf(Role.class) : roles)
                .with("errors", errors)
                .status(errors.isEmpty() ? HttpStatus.OK : HttpStatus.UNPROCESSABLE_CONTENT);
    }

    private static Screen editScreen(Operators.Row row, String error) {
        return Screen.of("access/operator-edit").with("row", row).with("error", error);
    }
}
