package todoku.access;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Somebody who has signed in, with the roles they have in each department.
///
/// @param mustChange the password was given by somebody else and has to be changed before anything else
/// @param ip         where this request comes from
public record Operator(
        long id, String login, String name, Locale locale, boolean mustChange, Map<Long, Set<Role>> roles, String ip) {
    public boolean may(Function function) {
        return function == Function.HOME
                || function == Function.OWN_ACCOUNT
                || roles.values().stream().anyMatch(bundle -> bundle.stream().anyMatch(role -> role.may(function)));
    }

    public boolean may(Function function, long departmentId) {
        return roles.getOrDefault(departmentId, Set.of()).stream().anyMatch(role -> role.may(function));
    }

    /// The departments in which the function is allowed: rows of others are not shown.
    public Set<Long> departments(Function function) {
        return roles.entrySet().stream()
                .filter(entry -> entry.getValue().stream().anyMatch(role -> role.may(function)))
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
