package todoku.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// In and out, and one's own account.
@Controller
class SignInPages {
    private final SignIn signIn;
    private final Sessions sessions;
    private final Operators operators;
    private final OwnPassword ownPassword;

    SignInPages(SignIn signIn, Sessions sessions, Operators operators, OwnPassword ownPassword) {
        this.signIn = signIn;
        this.sessions = sessions;
        this.operators = operators;
        this.ownPassword = ownPassword;
    }

    @GetMapping("/sign-in")
    @Open
    View form(@RequestParam(defaultValue = "/") String next, HttpServletRequest request) {
        if (Door.operator(request).isPresent()) return Redirect.to(ours(next));
        return screen("", next, null);
    }

    @PostMapping("/sign-in")
    @Open
    View signIn(
            @RequestParam String login,
            @RequestParam String password,
            @RequestParam(defaultValue = "/") String next,
            Page page,
            HttpServletRequest request,
            HttpServletResponse response) {
        String name = login.strip();
        return switch (signIn.attempt(name, password, request.getRemoteAddr())) {
            case SignIn.Outcome.Welcome(String token) -> {
                Door.open(request, response, token);
                yield Redirect.to(ours(next));
            }
            case SignIn.Outcome.Refused() -> screen(name, next, page.t("access.sign-in.refused"));
            case SignIn.Outcome.Locked(var until) -> screen(
                    name, next, page.t("access.sign-in.locked", page.shortTime(until)));
        };
    }

    @PostMapping("/sign-out")
    @Allowed(Function.OWN_ACCOUNT)
    View signOut(HttpServletRequest request, HttpServletResponse response) {
        Door.token(request).ifPresent(sessions::end);
        Door.close(request, response);
        return Redirect.to("/sign-in");
    }

    @GetMapping("/password")
    @Allowed(Function.OWN_ACCOUNT)
    View password() {
        return passwordScreen(null);
    }

    @PostMapping("/password")
    @Allowed(Function.OWN_ACCOUNT)
    View changePassword(
            Operator operator,
            Page page,
            @RequestParam String current,
            @RequestParam String fresh,
            HttpServletRequest request) {
        return switch (ownPassword.change(operator, current, fresh, Door.token(request).orElse(""))) {
            case OwnPassword.Change.DONE -> Redirect.to("/").saying(page.t("access.password.changed"));
            case OwnPassword.Change.WRONG -> passwordScreen(page.t("access.password.wrong"));
            case OwnPassword.Change.SHORT -> passwordScreen(page.t("access.password.short", Passwords.SHORTEST));
            case OwnPassword.Change.LONG -> passwordScreen(page.t("access.password.long", Passwords.LONGEST));
            case OwnPassword.Change.SAME -> passwordScreen(page.t("access.password.same"));
        };
    }

    @PostMapping("/language")
    @Allowed(Function.OWN_ACCOUNT)
    View language(Operator operator, @RequestParam String language) {
        operators.locale(operator.id(), language.equals("en") ? Locale.ENGLISH : Locale.JAPANESE);
        return Redirect.to("/");
    }

    private static Screen screen(String login, String next, @Nullable String error) {
        return Screen.of("access/sign-in")
                .with("login", login)
                .with("next", next)
                .with("error", error)
                .status(error == null ? HttpStatus.OK : HttpStatus.UNPROCESSABLE_CONTENT);
    }

    private static Screen passwordScreen(@Nullable String error) {
        return Screen.of("access/password")
                .with("error", error)
                .status(error == null ? HttpStatus.OK : HttpStatus.UNPROCESSABLE_CONTENT);
    }

    /// Only paths of ours: the sign-in page leads nobody elsewhere.
    private static String ours(String next) {
        return next.startsWith("/") && !next.startsWith("//") && !next.startsWith("/\\") ? next : "/";
    }
}
