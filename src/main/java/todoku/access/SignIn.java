package todoku.access;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.database.Database;

/// Sign-in with name and password. After [#FREE_FAILURES] failures in a row each further one locks the account, from one
/// minute doubling to an hour. Every attempt is written down.
@Component
public class SignIn {
    static final int FREE_FAILURES = 4;
    private static final Duration FIRST_LOCK = Duration.ofMinutes(1);
    private static final Duration LONGEST_LOCK = Duration.ofHours(1);

    private final JdbcClient db;
    private final Operators operators;
    private final Sessions sessions;
    private final InstantSource clock;

    SignIn(Database database, Operators operators, Sessions sessions, InstantSource clock) {
        this.db = database.client();
        this.operators = operators;
        this.sessions = sessions;
        this.clock = clock;
    }

    /// How an attempt ended.
    sealed interface Outcome {
        record Welcome(String token) implements Outcome {}

        /// Wrong name or wrong password: which of them is not told.
        record Refused() implements Outcome {}

        record Locked(Instant until) implements Outcome {}
    }

    /// One line of the history.
    public record Attempt(Instant at, String login, String ip, String outcome) {}

    Outcome attempt(String login, String password, String ip) {
        Optional<Operators.Account> found = operators.account(login);
        if (found.isEmpty() || !found.get().active()) {
            Passwords.matchNobody(password);
            note(login, ip, "FAILURE");
            return new Outcome.Refused();
        }
        Operators.Account account = found.get();
        Instant now = clock.instant();
        Instant locked = account.lockedUntil();
        if (locked != null && locked.isAfter(now)) {
            note(login, ip, "LOCKED");
            return new Outcome.Locked(locked);
        }
        if (!Passwords.matches(password, account.passwordHash())) {
            int failures = account.failures() + 1;
            operators.failed(account.id(), failures > FREE_FAILURES ? now.plus(lock(failures)) : null);
            note(login, ip, "FAILURE");
            return new Outcome.Refused();
        }
        operators.succeeded(account.id());
        note(login, ip, "SUCCESS");
        return new Outcome.Welcome(sessions.begin(account.id()));
    }

    private static Duration lock(int failures) {
        int doublings = Math.min(10, failures - FREE_FAILURES - 1);
        Duration lock = FIRST_LOCK.multipliedBy(1L << doublings);
        return lock.compareTo(LONGEST_LOCK) > 0 ? LONGEST_LOCK : lock;
    }

    /// The newest attempts, newest first.
    List<Attempt> history(int limit) {
        return db.sql("SELECT at, login, ip, outcome FROM sign_in ORDER BY id DESC LIMIT :limit")
                .param("limit", limit)
                .query((row, n) -> new Attempt(
                        row.getTimestamp("at").toInstant(),
                        row.getString("login"),
                        row.getString("ip"),
                        row.getString("outcome")))
                .list();
    }

    /// Sessions nobody can use any more, and attempts older than the history is kept.
    public void forgetOld() {
        sessions.forgetOld();
        db.sql("DELETE FROM sign_in WHERE at < :now - (SELECT sign_in_days FROM retention) * interval '24 hours'")
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .update();
    }

    private void note(String login, String ip, String outcome) {
        db.sql("INSERT INTO sign_in (at, login, ip, outcome) VALUES (:at, :login, :ip, :outcome)")
                .param("at", Timestamp.from(clock.instant()))
                .param("login", login.length() > 100 ? login.substring(0, 100) : login)
                .param("ip", ip)
                .param("outcome", outcome)
                .update();
    }
}
