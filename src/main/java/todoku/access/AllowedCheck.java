package todoku.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/// Before a handler runs: who is it, and may they. A handler that states nothing answers nobody.
final class AllowedCheck implements HandlerInterceptor {
    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException {
        if (!(handler instanceof HandlerMethod method)) return true;
        if (!method.getBeanType().getName().startsWith("todoku.")) return true;
        if (method.hasMethodAnnotation(Open.class)) return true;
        Scoped scoped = method.getMethodAnnotation(Scoped.class);
        if (scoped != null) return scoped(request, scoped.value());
        Allowed allowed = method.getMethodAnnotation(Allowed.class);
        if (allowed == null) throw new IllegalStateException("no @Allowed on " + method);
        Optional<Operator> operator = Door.operator(request);
        if (operator.isEmpty()) return lead(request, response, "/sign-in?next=" + next(request));
        if (operator.get().mustChange() && allowed.value() != Function.OWN_ACCOUNT)
            return lead(request, response, "/password");
        if (!operator.get().may(allowed.value())) throw new NotAllowed(allowed.value());
        return true;
    }

    private static boolean scoped(HttpServletRequest request, Scope[] scopes) {
        Caller caller = Caller.of(request).orElseThrow(KeyRefused::new);
        for (Scope scope : scopes) if (!caller.has(scope)) throw new ScopeMissing(scope);
        return true;
    }

    /// A part of a page cannot show the sign-in form: the whole page goes there.
    private static boolean lead(HttpServletRequest request, HttpServletResponse response, String where)
            throws IOException {
        if (request.getHeader("HX-Request") != null) {
            response.setHeader("HX-Redirect", where);
            response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
        } else response.sendRedirect(where);
        return false;
    }

    private static String next(HttpServletRequest request) {
        String path = request.getMethod().equals("GET") && request.getHeader("HX-Request") == null
                ? request.getRequestURI() + (request.getQueryString() == null ? "" : "?" + request.getQueryString())
                : "/";
        return URLEncoder.encode(path, StandardCharsets.UTF_8);
    }
}
