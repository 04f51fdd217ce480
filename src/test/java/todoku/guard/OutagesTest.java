package todoku.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.database.TestDatabase;
import todoku.delivery.Standstill;
import todoku.guard.SystemEvent.Severity;

class OutagesTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    final AtomicReference<Instant> time = new AtomicReference<>(Instant.parse("2026-04-01T01:00:00Z"));
    final AtomicReference<@Nullable Standstill> standstill = new AtomicReference<>();
    final SystemLog log = new SystemLog(database.client(), time::get);
    final Outages outages = new Outages(log, database.client(), standstill::get, time::get);

    @BeforeEach
    void nothingHasHappened() {
        database.client().sql("DELETE FROM system_event").update();
        database.client().sql("DELETE FROM poison_event").update();
    }

    @Test
    void a_standstill_is_written_once_with_its_beginning_and_its_end() {
        Instant since = time.get();
        standstill.set(new Standstill(Standstill.Cause.DATABASE_FULL, since));
        outages.look();
        outages.look();
        assertThat(log.open(10)).singleElement().satisfies(event -> {
            assertThat(event.kind()).isEqualTo("STANDSTILL_DATABASE_FULL");
            assertThat(event.at()).isEqualTo(since);
            assertThat(event.overAt()).isNull();
        });

        time.set(since.plusSeconds(90));
        standstill.set(null);
        outages.look();
        assertThat(log.open(10)).singleElement().satisfies(event -> assertThat(event.overAt()).isEqualTo(since.plusSeconds(90)));
    }

    @Test
    void one_that_stood_behind_a_worse_one_goes_on_where_that_ended() {
        Instant since = time.get();
        Standstill network = new Standstill(Standstill.Cause.NETWORK_AWAY, since);
        standstill.set(network);
        outages.look();
        time.set(since.plusSeconds(60));
        standstill.set(new Standstill(Standstill.Cause.DATABASE_AWAY, since.plusSeconds(60)));
        outages.look();
        time.set(since.plusSeconds(90));
        standstill.set(network);
        outages.look();

        assertThat(log.open(10)).extracting(SystemEvent::at).containsExactly(since.plusSeconds(90), since.plusSeconds(60), since);
        assertThat(log.open(10)).extracting(SystemEvent::overAt).containsExactly(null, since.plusSeconds(90), since.plusSeconds(60));
    }

    @Test
    void what_could_not_be_written_is_written_when_the_database_is_back() {
        Instant since = time.get();
        database.client().sql("ALTER TABLE system_event RENAME TO away").update();
        standstill.set(new Standstill(Standstill.Cause.DATABASE_AWAY, since));
        outages.tell(Severity.WARNING, "JOB_FAILED", "speeds", "no connection");
        for (int i = 0; i < 3; i++) fails();
        time.set(since.plusSeconds(30));
        standstill.set(null);
        fails();
        database.client().sql("ALTER TABLE away RENAME TO system_event").update();
        outages.look();

        assertThat(log.page(Severity.INFO, Long.MAX_VALUE, 10)).extracting(SystemEvent::kind)
                .containsExactly("JOB_FAILED", "STANDSTILL_DATABASE_AWAY");
        assertThat(log.page(Severity.ERROR, Long.MAX_VALUE, 10).getFirst().overAt()).isEqualTo(since.plusSeconds(30));
    }

    void fails() {
        org.assertj.core.api.Assertions.assertThatThrownBy(outages::look).isInstanceOf(RuntimeException.class);
    }

    @Test
    void the_same_trouble_is_written_once_an_hour() {
        outages.tell(Severity.WARNING, "LANE_ALARM", "docomo", "550 5.7.1 a");
        outages.tell(Severity.WARNING, "LANE_ALARM", "docomo", "550 5.7.1 b");
        outages.tell(Severity.WARNING, "LANE_ALARM", "au", "550 5.7.1 a");
        outages.look();
        assertThat(log.open(10)).extracting(SystemEvent::subject).containsExactly("au", "docomo");

        time.set(time.get().plus(Outages.AGAIN));
        outages.tell(Severity.WARNING, "LANE_ALARM", "docomo", "550 5.7.1 c");
        outages.look();
        assertThat(log.open(10)).hasSize(3);
    }

    @Test
    void an_event_that_no_follower_can_take_is_written_once() {
        database.client().sql("INSERT INTO poison_event (follower, event_id, why, since) VALUES ('suppression', 7, 'broken', :now)")
                .param("now", time.get().atOffset(java.time.ZoneOffset.UTC)).update();
        outages.look();
        outages.look();

        assertThat(log.open(10)).singleElement().satisfies(event -> {
            assertThat(event.kind()).isEqualTo("POISON");
            assertThat(event.subject()).isEqualTo("suppression 7");
        });
    }

    @Test
    void what_is_older_than_a_year_is_forgotten() {
        log.write(time.get(), Severity.INFO, "JOB_FAILED", null, "old", java.util.List.of(), "");
        time.set(time.get().plus(SystemLog.KEPT).plus(Duration.ofSeconds(1)));
        log.write(time.get(), Severity.INFO, "JOB_FAILED", null, "new", java.util.List.of(), "");
        log.forgetOld();

        assertThat(log.page(Severity.INFO, Long.MAX_VALUE, 10)).extracting(SystemEvent::subject).containsExactly("new");
    }
}
