package todoku.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessResourceFailureException;

class DatabaseClockTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static final Instant TEN = Instant.parse("2026-04-01T01:00:00Z");
    private static final Duration LOOK = Duration.ofSeconds(10);

    final AtomicReference<Instant> theirs = new AtomicReference<>(TEN);
    final AtomicLong nanos = new AtomicLong();
    final AtomicBoolean away = new AtomicBoolean();
    Duration question = Duration.ZERO;
    final DatabaseClock clock = new DatabaseClock(this::asked, nanos::get);

    @Test
    void it_is_what_the_database_says_it_is() {
        var real = new DatabaseClock(database.database());
        Instant said = database.client().sql("SELECT clock_timestamp()").query(OffsetDateTime.class).single().toInstant();
        assertThat(Duration.between(said, real.instant()).abs()).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void it_goes_on_by_itself_while_the_database_is_away() {
        away.set(true);
        for (int i = 0; i < 60; i++) passesAndLooks(Duration.ZERO);
        assertThat(clock.instant()).isEqualTo(TEN.plus(Duration.ofMinutes(10)));
    }

    @Test
    void a_database_that_runs_a_little_faster_is_followed_at_every_look() {
        for (int i = 0; i < 60; i++) passesAndLooks(Duration.ofMillis(5));
        assertThat(clock.instant()).isEqualTo(theirs.get());
    }

    @ParameterizedTest
    @ValueSource(ints = {60, -60})
    void a_leap_by_an_hour_that_is_taken_back_starts_and_expires_nothing(int minutes) {
        passesAndLooks(Duration.ofMinutes(minutes));
        for (int i = 0; i < 29; i++) passesAndLooks(Duration.ZERO);
        assertThat(clock.instant()).isEqualTo(TEN.plus(Duration.ofMinutes(5)));

        passesAndLooks(Duration.ofMinutes(-minutes));
        assertThat(clock.instant()).isEqualTo(theirs.get()).isEqualTo(TEN.plus(Duration.ofSeconds(310)));
    }

    @ParameterizedTest
    @ValueSource(ints = {60, -60})
    void a_leap_that_stands_is_followed(int minutes) {
        passesAndLooks(Duration.ofMinutes(minutes));
        for (int i = 0; i < 30; i++) passesAndLooks(Duration.ZERO);
        assertThat(clock.instant()).isEqualTo(theirs.get());
    }

    @Test
    void the_database_looked_at_its_clock_in_the_middle_of_the_question_unless_that_was_long() {
        question = Duration.ofMillis(400);
        clock.look();
        assertThat(clock.instant()).isEqualTo(theirs.get().plusMillis(200));
        question = Duration.ofSeconds(4);
        clock.look();
        assertThat(clock.instant()).isEqualTo(TEN.plusMillis(200 + 4_000));
    }

    private void passesAndLooks(Duration leap) {
        nanos.addAndGet(LOOK.toNanos());
        theirs.updateAndGet(at -> at.plus(LOOK).plus(leap));
        clock.look();
    }

    private Instant asked() {
        nanos.addAndGet(question.toNanos());
        if (away.get()) throw new DataAccessResourceFailureException("away");
        return theirs.get();
    }
}
