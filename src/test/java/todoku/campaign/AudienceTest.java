package todoku.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.customer.Groups;
import todoku.database.TestDatabase;
import todoku.segment.Rules;

class AudienceTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    static final int CUSTOMERS = 60_000;
    static long members;
    static long shop;

    final Audience audience =
            new Audience(database.database(), new Rules(database.client(), InstantSource.system(), ZoneId.of("Asia/Tokyo")));

    /// All are members, nearly all of the shop too; every eighth member has left, every hundredth is banned, every tenth
    /// address is suppressed.
    @BeforeAll
    static void two_large_groups() {
        var db = database.client();
        var groups = new Groups(db);
        members = groups.findOrCreate(1, "会員").id();
        shop = groups.findOrCreate(1, "店舗").id();
        db.sql("INSERT INTO domain (name) VALUES ('shop.example')").update();
        db.sql("""
                INSERT INTO address (canonical, as_written, domain_id)
                SELECT 'a' || n || '@shop.example', '', (SELECT max(id) FROM domain) FROM generate_series(1, :n) n
                """).param("n", CUSTOMERS).update();
        db.sql("INSERT INTO customer (address_id, created_at, changed_at) SELECT id, now(), now() FROM address ORDER BY id").update();
        db.sql("""
                INSERT INTO membership (group_id, customer_id, state, since)
                SELECT :members, id, CASE WHEN id % 100 = 1 THEN 'BANNED' WHEN id % 8 = 0 THEN 'UNSUBSCRIBED' ELSE 'SUBSCRIBED' END, now() FROM customer
                UNION ALL SELECT :shop, id, 'SUBSCRIBED', now() FROM customer WHERE id % 16 <> 0
                """).param("members", members).param("shop", shop).update();
        db.sql("INSERT INTO suppression (address_id, reason, since) SELECT id, 'PERMANENT_FAILURE', now() FROM address WHERE id % 10 = 3").update();
        database.database().analyze("address", "customer", "membership");
    }

    @Test
    void several_large_groups_are_counted_from_a_sample_first() {
        var target = new Target(List.of(members, shop));
        Audience.Count soon = audience.soon(target);
        Audience.Count exact = audience.count(target);

        assertThat(soon.sampled()).isTrue();
        assertThat(exact.sampled()).isFalse();
        assertThat(soon.planned()).isCloseTo(exact.planned(), within(CUSTOMERS / 100));
        assertThat(soon.selected()).isCloseTo(exact.selected(), within(CUSTOMERS / 100));
        assertThat(soon.excluded()).containsOnlyKeys("BANNED", "PERMANENT_FAILURE", "UNSUBSCRIBED");
        exact.excluded().forEach((reason, people) ->
                assertThat(soon.excluded().get(reason)).as(reason).isCloseTo(people, within(CUSTOMERS / 200)));
    }

    @Test
    void a_spot_mail_to_those_who_opted_out_is_counted_so_too() {
        var target = new Target(List.of(members, shop)).reaching(Reach.OPTED_OUT);
        Audience.Count soon = audience.soon(target);
        Audience.Count exact = audience.count(target);

        assertThat(soon.planned()).isCloseTo(exact.planned(), within(CUSTOMERS / 100));
        assertThat(soon.optedOut().keySet()).isEqualTo(exact.optedOut().keySet());
        assertThat(soon.optedOutTotal()).isCloseTo(exact.optedOutTotal(), within(CUSTOMERS / 100));
    }

    @Test
    void one_group_of_thousands_is_counted_at_once() {
        assertThat(audience.soon(new Target(List.of(members))).sampled()).isFalse();
    }
}
