package todoku.access;

import java.util.Map;
import org.springframework.stereotype.Component;
import todoku.database.Database;

/// Somebody changes their own password; their other sessions end.
@Component
class OwnPassword {
    private final Database database;
    private final Operators operators;
    private final Sessions sessions;
    private final Audit audit;

    OwnPassword(Database database, Operators operators, Sessions sessions, Audit audit) {
        this.database = database;
        this.operators = operators;
        this.sessions = sessions;
        this.audit = audit;
    }

    enum Change {
        DONE,
        WRONG,
        SHORT,
        LONG,
        SAME
    }

    Change change(Operator operator, String current, String fresh, String token) {
        if (!Passwords.matches(current, operators.passwordHash(operator.id()))) return Change.WRONG;
        if (fresh.length() < Passwords.SHORTEST) return Change.SHORT;
        if (fresh.length() > Passwords.LONGEST) return Change.LONG;
        if (fresh.equals(current)) return Change.SAME;
        String hash = Passwords.hash(fresh);
        database.inTransaction(() -> {
            operators.password(operator.id(), hash, false);
            sessions.endOthers(operator.id(), token);
            audit.write(operator, "access.password", "operator:" + operator.id(), null, Map.of());
        });
        return Change.DONE;
    }
}
