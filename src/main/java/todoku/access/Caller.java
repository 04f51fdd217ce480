package todoku.access;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.Set;

/// The program that asks, known by its API key.
///
/// @param operator as whom it acts: changes and the log carry the key's own name
/// @param perMinute how many requests it may send in a minute; 0 is as many as it likes
public record Caller(long keyId, long departmentId, Operator operator, Set<Scope> scopes, int perMinute) {
    private static final String FOUND = Caller.class.getName();

    public static Optional<Caller> of(HttpServletRequest request) {
        return request.getAttribute(FOUND) instanceof Caller caller ? Optional.of(caller) : Optional.empty();
    }

    void enter(HttpServletRequest request) {
        request.setAttribute(FOUND, this);
    }

    public boolean has(Scope scope) {
        return scopes.contains(scope);
    }

    /// Whether it reads 個人情報.
    public boolean seesPersonalData() {
        return has(Scope.PERSONAL_DATA);
    }
}
