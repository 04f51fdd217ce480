package todoku.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseCookie;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.security.web.csrf.CsrfTokenRepository;
import org.springframework.security.web.csrf.DefaultCsrfToken;
import org.springframework.web.filter.OncePerRequestFilter;
import todoku.web.Screen;

/// Recognises the browser: the session cookie, and before sign-in a cookie of its own for the sign-in form.
final class Door extends OncePerRequestFilter implements CsrfTokenRepository {
    private static final String SESSION_COOKIE = "todoku_session";
    private static final String FORM_COOKIE = "todoku_form";
    private static final String FOUND = Door.class.getName() + ".found";

    private final Sessions sessions;
    private final SecureRandom random = new SecureRandom();

    Door(Sessions sessions) {
        this.sessions = sessions;
    }

    static Optional<Operator> operator(HttpServletRequest request) {
        return request.getAttribute(FOUND) instanceof Sessions.Found found
                ? Optional.of(found.operator())
                : Optional.empty();
    }

    static Optional<String> token(HttpServletRequest request) {
        return Optional.ofNullable(cookie(request, SESSION_COOKIE));
    }

    static void open(HttpServletRequest request, HttpServletResponse response, String token) {
        send(request, response, SESSION_COOKIE, token, Sessions.LONGEST.toSeconds());
        send(request, response, FORM_COOKIE, "", 0);
    }

    static void close(HttpServletRequest request, HttpServletResponse response) {
        send(request, response, SESSION_COOKIE, "", 0);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            if (!request.getRequestURI().startsWith("/assets/"))
                token(request)
                        .flatMap(token -> sessions.find(token, request.getRemoteAddr()))
                        .ifPresent(found -> request.setAttribute(FOUND, found));
        } catch (DataAccessResourceFailureException away) {
            logger.warn("the database does not answer", away);
            explain(request, response);
            return;
        }
        chain.doFilter(request, response);
    }

    /// Without the database nobody is recognised: the foot of an open menu and every page say that, and no more.
    private static void explain(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Screen screen = request.getRequestURI().equals("/engine/now")
                ? Screen.of("layout/engine-away")
                : Screen.of("layout/error").with("key", "web.error.database").with("number", "").with("functionKey", "");
        screen.status(HttpStatus.SERVICE_UNAVAILABLE).render(null, request, response);
    }

    /// The answer to a long request is written on another thread, for the same person.
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    // ── the token every form carries ──

    @Override
    public CsrfToken generateToken(HttpServletRequest request) {
        byte[] bytes = new byte[24];
        random.nextBytes(bytes);
        return csrf(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    @Override
    public void saveToken(@Nullable CsrfToken token, HttpServletRequest request, HttpServletResponse response) {
        if (request.getAttribute(FOUND) != null) return;
        if (token == null) send(request, response, FORM_COOKIE, "", 0);
        else send(request, response, FORM_COOKIE, token.getToken(), Sessions.IDLE.toSeconds());
    }

    @Override
    public @Nullable CsrfToken loadToken(HttpServletRequest request) {
        if (request.getAttribute(FOUND) instanceof Sessions.Found found) return csrf(found.csrf());
        String sent = cookie(request, FORM_COOKIE);
        return sent == null || sent.isEmpty() ? null : csrf(sent);
    }

    private static CsrfToken csrf(String value) {
        return new DefaultCsrfToken("X-CSRF-TOKEN", "_csrf", value);
    }

    private static @Nullable String cookie(HttpServletRequest request, String name) {
        if (request.getCookies() == null) return null;
        for (Cookie cookie : request.getCookies()) if (cookie.getName().equals(name)) return cookie.getValue();
        return null;
    }

    private static void send(
            HttpServletRequest request, HttpServletResponse response, String name, String value, long seconds) {
        ResponseCookie cookie = ResponseCookie.from(name, value)
                .path("/")
                .httpOnly(true)
                .secure(request.isSecure())
                .sameSite("Lax")
                .maxAge(seconds)
                .build();
        response.addHeader(HttpHeaders.SET_COOKIE, cookie.toString());
    }
}
