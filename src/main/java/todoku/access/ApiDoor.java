package todoku.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;
import todoku.web.api.Problems;

/// Recognises programs by `Authorization: Bearer tk_…` (RFC 6750), and counts their requests. Behind it cookies mean nothing.
final class ApiDoor extends OncePerRequestFilter {
    private static final String BEARER = "Bearer ";

    private final ApiKeys keys;
    private final ApiPace pace;
    private final Problems problems;

    ApiDoor(ApiKeys keys, ApiPace pace, Problems problems) {
        this.keys = keys;
        this.pace = pace;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<Caller> caller;
        try {
            caller = token(request).flatMap(token -> keys.find(token, request.getRemoteAddr()));
        } catch (DataAccessResourceFailureException away) {
            problems.answer(request, response, away);
            return;
        }
        if (caller.isEmpty()) {
            problems.answer(request, response, new KeyRefused());
            return;
        }
        if (caller.get().perMinute() > 0) {
            ApiPace.Standing standing = pace.ask(caller.get().keyId(), caller.get().perMinute());
            response.setHeader(Problems.RATE_LIMIT_POLICY, standing.policy());
            response.setHeader(Problems.RATE_LIMIT, standing.header());
            if (standing.tooFast()) {
                problems.answer(request, response, new TooFast(standing.limit(), standing.seconds()));
                return;
            }
        }
        caller.get().enter(request);
        chain.doFilter(request, response);
    }

    private static Optional<String> token(HttpServletRequest request) {
        @Nullable String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        return header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? Optional.of(header.substring(BEARER.length()).strip())
                : Optional.empty();
    }
}
