package todoku.campaign;

import static java.time.ZoneOffset.UTC;

import java.time.InstantSource;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;
import todoku.event.Event.Environment;
import todoku.guard.SystemEvent.Severity;
import todoku.guard.SystemLog;
import todoku.sender.Installations;
import todoku.sender.LiveReadiness;

/// Switches between 検証 and 本番. Whatever was under way in the one never goes out in the other: mailings are stopped,
/// reserved campaigns wait for a person.
public final class GoLive {
    private final Database database;
    private final JdbcClient db;
    private final SystemLog log;
    private final Installations installations;
    private final LiveReadiness readiness;
    private final InstantSource clock;

    public GoLive(Database database, Installations installations, LiveReadiness readiness, InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.log = new SystemLog(db, clock);
        this.installations = installations;
        this.readiness = readiness;
        this.clock = clock;
    }

    List<LiveReadiness.Check> checks() {
        return readiness.checks();
    }

    List<LiveReadiness.Doubt> doubts() {
        return readiness.doubts();
    }

    /// Within the caller's transaction, or one of its own; takes effect at the next start.
    ///
    /// @throws IllegalStateException when a condition of 本番 is not met
    void switchTo(Environment environment) {
        if (environment == Environment.LIVE && checks().stream().anyMatch(check -> !check.met()))
            throw new IllegalStateException("not ready for LIVE");
        database.inTransaction(() -> {
            installations.switchTo(environment);
            db.sql(
                            """
                            UPDATE campaign SET state = 'HELD', why = 'ENVIRONMENT', version = version + 1, changed_at = :now
                             WHERE state IN ('SCHEDULED', 'PREPARING') RETURNING id
                            """)
                    .param("now", clock.instant().atOffset(UTC))
                    .query(Long.class)
                    .list()
                    .forEach(id -> log.ofCampaign(Severity.WARNING, "HELD_ENVIRONMENT", id));
        });
    }
}
