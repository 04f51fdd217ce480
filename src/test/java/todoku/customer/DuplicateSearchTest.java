package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.TestServer;

class DuplicateSearchTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    /// Behind the searches of the server's own job.
    static final Instant NOON = Instant.parse("2126-04-01T03:00:00Z");

    final JdbcClient db = server.database().client();
    Instant now = NOON;
    final DuplicateSearch search = new DuplicateSearch(server.database(), () -> now);

    @Test
    void a_search_that_takes_seconds_is_made_every_hour_and_when_somebody_asks() {
        person("a1@example.jp", "青木", "一郎", "1990-01-01", null);
        person("a2@example.jp", "青木", "一郎", "1990-01-01", null);
        search.look();
        assertThat(search.last()).hasValueSatisfying(found -> assertThat(found.at()).isEqualTo(NOON));
        assertThat(pairs()).isOne();
        db.sql("UPDATE duplicate_search SET took = '4 s'").update();

        person("a3@example.jp", "青木", "一郎", "1990-01-01", "03-1");
        now = now.plus(Duration.ofMinutes(30));
        search.look();
        assertThat(search.current().at()).isEqualTo(NOON);
        assertThat(pairs()).isOne();

        now = now.plus(Duration.ofMinutes(30));
        search.look();
        assertThat(search.last().orElseThrow().at()).isEqualTo(NOON.plus(Duration.ofHours(1)));
        assertThat(pairs()).isEqualTo(2);

        person("a4@example.jp", "青木", "一郎", null, "03-1");
        db.sql("UPDATE duplicate_search SET took = '4 s'").update();
        assertThat(server.admin().post("/customers/duplicates", Map.of()).body()).contains("a4@example.jp");
        assertThat(pairs()).isEqualTo(3);
    }

    @Test
    void where_it_is_done_in_a_moment_it_is_done_at_each_look() {
        person("b1@example.jp", "馬場", "一郎", "1990-01-01", null);
        search.current();
        long before = pairs();
        long second = person("b2@example.jp", "馬場", "一郎", "1990-01-01", null);
        assertThat(search.current().pairs()).isEqualTo(before + 1);

        db.sql("UPDATE customer SET given_name = '二郎' WHERE id = :id").param("id", second).update();
        assertThat(search.current().pairs()).isEqualTo(before);
    }

    @Test
    void a_pair_that_is_no_longer_alike_is_not_shown_before_the_next_search() {
        person("c1@example.jp", "千葉", "一郎", "1990-01-01", null);
        long second = person("c2@example.jp", "千葉", "一郎", "1990-01-01", null);
        search.search();
        db.sql("UPDATE duplicate_search SET took = '4 s'").update();
        assertThat(server.admin().get("/customers/duplicates").body()).contains("千葉 一郎");

        db.sql("UPDATE customer SET birthday = '1991-01-01' WHERE id = :id").param("id", second).update();
        assertThat(server.admin().get("/customers/duplicates").body()).doesNotContain("千葉 一郎");
        db.sql("UPDATE duplicate_search SET took = '0'").update();
    }

    private long pairs() {
        return db.sql("SELECT count(*) FROM duplicate_pair").query(Long.class).single();
    }

    private long person(String address, String family, String given, @Nullable String birthday, @Nullable String telephone) {
        return db.sql("""
                WITH d AS (INSERT INTO domain (name) VALUES ('example.jp') ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id),
                     a AS (INSERT INTO address (canonical, as_written, domain_id) SELECT :address, :address, id FROM d RETURNING id)
                INSERT INTO customer (address_id, family_name, given_name, birthday, telephone, created_at, changed_at)
                SELECT id, :family, :given, :birthday::date, :telephone, now(), now() FROM a RETURNING id
                """)
                .param("address", address).param("family", family).param("given", given)
                .param("birthday", birthday).param("telephone", telephone).query(Long.class).single();
    }
}
