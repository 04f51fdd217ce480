package todoku.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.database.TestDatabase;

class SignInTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private Instant now = Instant.parse("2026-11-20T01:00:00Z");
    private final InstantSource clock = () -> now;
    private final Operators operators = new Operators(database.database());
    private final Sessions sessions = new Sessions(database.database(), operators, clock);
    private final SignIn signIn = new SignIn(database.database(), operators, sessions, clock);

    private final String login = "hanako" + System.nanoTime();
    private final long hanako = operators.add(login, "花子", Passwords.hash("long enough password"), false);

    @Test
    void the_right_password_begins_a_session_for_that_person() {
        assertThat(sessions.find(begin(), "127.0.0.1").orElseThrow().operator().id()).isEqualTo(hanako);
    }

    @Test
    void a_wrong_password_and_an_unknown_name_get_the_same_answer() {
        assertThat(attempt("wrong")).isEqualTo(new SignIn.Outcome.Refused());
        assertThat(signIn.attempt("nobody", "wrong", "127.0.0.1")).isEqualTo(new SignIn.Outcome.Refused());
    }

    @Test
    void the_fifth_failure_locks_for_a_minute_and_each_further_one_twice_as_long() {
        for (int i = 0; i < SignIn.FREE_FAILURES + 1; i++) attempt("wrong");
        assertThat(attempt("long enough password")).isEqualTo(new SignIn.Outcome.Locked(now.plus(Duration.ofMinutes(1))));

        now = now.plus(Duration.ofMinutes(1)).plusSeconds(1);
        attempt("wrong");
        assertThat(attempt("long enough password")).isEqualTo(new SignIn.Outcome.Locked(now.plus(Duration.ofMinutes(2))));

        now = now.plus(Duration.ofMinutes(2)).plusSeconds(1);
        assertThat(attempt("long enough password")).isInstanceOf(SignIn.Outcome.Welcome.class);
    }

    @Test
    void a_session_ends_after_hours_without_a_request_and_after_a_day_in_any_case() {
        String idle = begin();
        now = now.plus(Sessions.IDLE).plusSeconds(1);
        assertThat(sessions.find(idle, "127.0.0.1")).isEmpty();

        String busy = begin();
        for (int hour = 0; hour < 23; hour++) {
            now = now.plus(Duration.ofHours(1));
            assertThat(sessions.find(busy, "127.0.0.1")).isPresent();
        }
        now = now.plus(Duration.ofHours(1)).plusSeconds(1);
        assertThat(sessions.find(busy, "127.0.0.1")).isEmpty();
    }

    @Test
    void somebody_who_was_suspended_is_out_at_once() {
        String token = begin();
        operators.edit(hanako, 1, "花子", false);
        assertThat(sessions.find(token, "127.0.0.1")).isEmpty();
        assertThat(attempt("long enough password")).isEqualTo(new SignIn.Outcome.Refused());
    }

    @Test
    void every_attempt_is_written_down() {
        attempt("wrong");
        attempt("long enough password");
        assertThat(signIn.history(2)).extracting(SignIn.Attempt::outcome).containsExactly("SUCCESS", "FAILURE");
        assertThat(signIn.history(1).getFirst().login()).isEqualTo(login);
    }

    @Test
    void the_history_goes_back_a_year_and_sessions_that_ended_leave_nothing() {
        begin();
        now = now.plus(Duration.ofDays(365));
        attempt("wrong");
        signIn.forgetOld();
        assertThat(signIn.history(100).stream().filter(attempt -> attempt.login().equals(login)))
                .extracting(SignIn.Attempt::outcome).containsExactly("FAILURE", "SUCCESS");

        now = now.plusSeconds(1);
        signIn.forgetOld();
        assertThat(signIn.history(100).stream().filter(attempt -> attempt.login().equals(login)))
                .extracting(SignIn.Attempt::outcome).containsExactly("FAILURE");
        assertThat(database.client().sql("SELECT count(*) FROM operator_session WHERE operator_id = :id")
                .param("id", hanako).query(Integer.class).single()).isZero();
    }

    private SignIn.Outcome attempt(String password) {
        return signIn.attempt(login, password, "127.0.0.1");
    }

    private String begin() {
        return ((SignIn.Outcome.Welcome) attempt("long enough password")).token();
    }
}
