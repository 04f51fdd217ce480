package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import todoku.delivery.Standstill.Cause;

class WatchTest {
    private final Watch watch = new Watch(InstantSource.fixed(Instant.parse("2026-04-01T01:00:00Z")));

    @Test
    void nobody_reaches_a_final_dot_when_the_database_goes_away_while_the_network_is() {
        assertThat(watch.networkAway()).isTrue();
        assertThat(watch.allowsDot()).as("whoever is on a line has a network").isTrue();

        watch.databaseRefused(new DataAccessResourceFailureException("away"));

        assertThat(watch.allowsDot()).isFalse();
        assertThat(shown()).isEqualTo(Cause.DATABASE_AWAY);

        watch.networkTried();
        assertThat(watch.allowsSending()).isFalse();
    }

    @Test
    void each_cause_ends_by_itself() {
        watch.journalFull();
        assertThat(watch.networkAway()).isTrue();
        assertThat(watch.networkAway()).as("it was away before").isFalse();
        assertThat(shown()).isEqualTo(Cause.JOURNAL_FULL);

        watch.journalHasRoom();
        assertThat(shown()).isEqualTo(Cause.NETWORK_AWAY);
        assertThat(watch.isNetworkAway()).isTrue();
        assertThat(watch.allowsSending()).isFalse();
        watch.networkTried();
        assertThat(watch.allowsSending()).isTrue();

        watch.networkBack();
        assertThat(watch.standstill()).isNull();
        assertThat(watch.allowsDot()).isTrue();
    }

    private Cause shown() {
        return Objects.requireNonNull(watch.standstill()).cause();
    }
}
