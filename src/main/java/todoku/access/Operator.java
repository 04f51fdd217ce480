package todoku.access;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Somebody who has signed in, with the roles they have in each department.
///
/// @param mustChange the password was given by somebody else and has to be changed before anything else
/// @param ip         where this request comes from
/// @param only       of what the roles allow, what is allowed here: a key's scopes; null: all of it
public record Operator(
        long id, String login, String name, Locale locale, boolean mustChange, Map<Long, Set<Role>> roles, String ip,
        @Nullable Set<Function> only) {
    public Operator(
            long id, String login, String name, Locale locale, boolean mustChange, Map<Long, Set<Role>> roles, String ip) {
        this(id, login, name, locale, mustChange, roles, ip, null);
    }

    public boolean may(Function function) {
        return (only == null && (function == Function.HOME || function == Function.OWN_ACCOUNT))
                || roles.values().stream().anyMatch(bundle -> may(bundle, function));
    }

    public boolean may(Function function, long departmentId) {
        return may(roles.getOrDefault(departmentId, Set.of()), function);
    }

    private boolean may(Set<Role> bundle, Function function) {
        return (only == null || only.contains(function)) && bundle.stream().anyMatch(role -> role.may(function));
    }

    /// The departments in which the function is allowed: rows of others are not shown.
    public Set<Long> departments(Function function) {
        return roles.entrySet().stream()
                .filter(entry -> may(entry.getValue(), function))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /// Refuses with a page that names the function.
    ///
    /// @throws NotAllowed when the operator has not got the function in that department
    public void require(Function function, long departmentId) {
        if (!may(function, departmentId)) throw new NotAllowed(function);
    }
}
