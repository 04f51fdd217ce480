package todoku.customer;

import static java.time.ZoneOffset.UTC;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.database.Database;

/// Looks among everybody for those with the same name and the same birthday or telephone, and keeps the pairs: each with the
/// next of the same kind only, so a thousand test customers of one name are a thousand pairs, not half a million. Where it is
/// done in a moment it is done at each look, else every hour and when somebody asks.
@Component
public class DuplicateSearch {
    private static final Duration MOMENT = Duration.ofMillis(150);
    private static final Duration OLD = Duration.ofMinutes(55);

    private final Database database;
    private final JdbcClient db;
    private final InstantSource clock;

    DuplicateSearch(Database database, InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.clock = clock;
    }

    /// @param took as long as the search worked
    /// @param pairs found then
    public record Found(Instant at, Duration took, long pairs) {}

    /// Empty before the first search.
    Optional<Found> last() {
        return db.sql("""
                SELECT at, extract(epoch FROM took) * 1000, (SELECT count(*) FROM duplicate_pair) FROM duplicate_search
                 WHERE at > '-infinity'
                """)
                .query((row, n) -> new Found(row.getObject(1, OffsetDateTime.class).toInstant(), Duration.ofMillis(row.getLong(2)), row.getLong(3)))
                .optional();
    }

    /// For the job: what was found an hour ago is old.
    public void look() {
        if (last().filter(found -> found.at().isAfter(clock.instant().minus(OLD))).isEmpty()) search();
    }

    /// For a page: the pairs of this moment where they are found in a moment.
    Found current() {
        Optional<Found> last = last();
        if (last.isEmpty() || last.get().took().compareTo(MOMENT) < 0) search();
        return last().orElseThrow();
    }

    /// Whoever searches at the same time waits, and searches again only when it took a moment.
    void search() {
        Optional<Found> before = last();
        database.inTransaction(() -> {
            db.sql("LOCK TABLE duplicate_search IN EXCLUSIVE MODE").update();
            if (!last().equals(before)) return null;
            db.sql("SELECT set_config('work_mem', '64MB', true)").query(String.class).single();
            long began = System.nanoTime();
            db.sql("""
                    WITH found AS MATERIALIZED (
                        SELECT a, b FROM (
                            SELECT id AS a, lead(id) OVER (PARTITION BY family_name, given_name, birthday ORDER BY id) AS b FROM customer
                             WHERE (family_name, given_name, birthday) IN (
                                   SELECT family_name, given_name, birthday FROM customer
                                    WHERE family_name IS NOT NULL AND given_name IS NOT NULL AND birthday IS NOT NULL
                                    GROUP BY family_name, given_name, birthday HAVING count(*) > 1)
                             UNION
                            SELECT id, lead(id) OVER (PARTITION BY family_name, given_name, telephone ORDER BY id) FROM customer
                             WHERE (family_name, given_name, telephone) IN (
                                   SELECT family_name, given_name, telephone FROM customer
                                    WHERE family_name IS NOT NULL AND given_name IS NOT NULL AND telephone IS NOT NULL
                                    GROUP BY family_name, given_name, telephone HAVING count(*) > 1)) pair
                         WHERE b IS NOT NULL),
                    gone AS (
                        DELETE FROM duplicate_pair p
                         WHERE NOT EXISTS (SELECT FROM found f WHERE f.a = p.first_id AND f.b = p.second_id))
                    INSERT INTO duplicate_pair (first_id, second_id) SELECT a, b FROM found ON CONFLICT DO NOTHING
                    """).update();
            return db.sql("UPDATE duplicate_search SET at = :at, took = make_interval(secs => :seconds)")
                    .param("at", clock.instant().atOffset(UTC))
                    .param("seconds", (System.nanoTime() - began) / 1e9)
                    .update();
        });
    }
}
