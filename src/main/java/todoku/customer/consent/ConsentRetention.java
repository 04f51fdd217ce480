package todoku.customer.consent;

import static java.time.ZoneOffset.UTC;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;

/// Deletes consents that nobody has to show any more: some days after they were withdrawn, or after the last mail to somebody
/// who is no longer 配信中 anywhere or is deleted. Whoever is 配信中 keeps theirs: mail could still be sent on its ground.
public final class ConsentRetention {
    /// 特定電子メール法: a month after the last mail.
    public static final int SHORTEST_DAYS = 31;
    public static final int LONGEST_DAYS = 36_500;

    /// Looked at in one transaction.
    private static final int BATCH = 1_000;

    /// A table of old consents is read no more often.
    private static final Duration PAUSE = Duration.ofHours(20);

    private final Database database;
    private final JdbcClient db;
    private final InstantSource clock;

    public ConsentRetention(Database database, InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.clock = clock;
    }

    /// How it is set, and what the last look did.
    ///
    /// @param ranAt null: it has not looked yet
    public record Setting(int days, int version, @Nullable Instant ranAt, long looked, long deleted) {}

    public Setting setting() {
        return db.sql("SELECT days, version, ran_at, looked, deleted FROM consent_retention")
                .query((row, _) -> {
                    @Nullable Timestamp ran = row.getTimestamp(3);
                    return new Setting(row.getInt(1), row.getInt(2), ran == null ? null : ran.toInstant(), row.getLong(4), row.getLong(5));
                })
                .single();
    }

    /// Runs in the caller's transaction.
    ///
    /// @return false when somebody else has changed it meanwhile
    boolean set(int days, int version) {
        return db.sql("UPDATE consent_retention SET days = :days, version = version + 1 WHERE version = :version")
                .param("days", days)
                .param("version", version)
                .update() == 1;
    }

    /// Once a day; nothing when it has looked a short while ago.
    public void look() {
        Instant now = clock.instant();
        Setting setting = setting();
        if (setting.ranAt() != null && setting.ranAt().plus(PAUSE).isAfter(now)) return;
        Instant cutoff = now.minus(setting.days(), ChronoUnit.DAYS);
        long looked = 0, deleted = 0;
        Place place = new Place(Instant.EPOCH, 0);
        while (true) {
            Place from = place;
            List<Old> batch = database.inTransaction(() -> lookedAt(from, cutoff));
            looked += batch.size();
            deleted += batch.stream().filter(Old::due).count();
            if (batch.size() < BATCH) break;
            place = batch.getLast().place();
        }
        db.sql("UPDATE consent_retention SET ran_at = :now, looked = :looked, deleted = :deleted")
                .param("now", now.atOffset(UTC))
                .param("looked", looked)
                .param("deleted", deleted)
                .update();
    }

    private record Place(Instant at, long id) {}

    private record Old(Place place, boolean due) {}

    /// Those that are due are gone then.
    private List<Old> lookedAt(Place from, Instant cutoff) {
        List<Old> batch = db.sql("""
                SELECT c.recorded_at, c.id,
                       CASE WHEN c.withdrawn_at IS NOT NULL THEN c.withdrawn_at < :cutoff
                            ELSE coalesce(c.erased_at < :cutoff, true)
                                 AND NOT EXISTS (SELECT FROM membership m WHERE m.customer_id = c.customer_id AND m.state = 'SUBSCRIBED')
                                 AND coalesce((SELECT e.happened_at FROM event e
                                                WHERE e.address_id = c.address_id AND e.environment = 'LIVE'
                                                  AND e.kind IN ('DELIVERED', 'UNKNOWN', 'BOUNCED')
                                                ORDER BY e.id DESC LIMIT 1) < :cutoff, true) END
                  FROM (SELECT * FROM consent WHERE recorded_at < :cutoff AND (recorded_at, id) > (:at, :id)
                         ORDER BY recorded_at, id LIMIT :limit) c
                 ORDER BY c.recorded_at, c.id
                """)
                .param("cutoff", cutoff.atOffset(UTC))
                .param("at", from.at().atOffset(UTC))
                .param("id", from.id())
                .param("limit", BATCH)
                .query((row, _) -> new Old(new Place(row.getTimestamp(1).toInstant(), row.getLong(2)), row.getBoolean(3)))
                .list();
        Long[] due = batch.stream().filter(Old::due).map(old -> old.place().id()).toArray(Long[]::new);
        if (due.length > 0) db.sql("DELETE FROM consent WHERE id = ANY (:due)").param("due", due).update();
        return batch;
    }
}
