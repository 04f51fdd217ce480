package todoku.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.database.TestDatabase;

class TallyTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    static final int CUSTOMERS = 40_000;
    static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");

    static long mailing;

    final Rules rules = new Rules(database.client(), InstantSource.system(), TOKYO);
    final Tally tally = new Tally(database.database(), rules);
    final Tally ofMany = new Tally(database.database(), rules, CUSTOMERS / 2, Duration.ofSeconds(20));

    /// Every third lives in Osaka, every hundredth in Nara; every tenth address is suppressed, and domain 1 has every twentieth.
    @BeforeAll
    static void many_customers() {
        var db = database.client();
        db.sql("INSERT INTO domain (name) VALUES ('shop.example'), ('banned.example')").update();
        db.sql("""
                INSERT INTO address (canonical, as_written, domain_id)
                SELECT 'a' || n || '@x.example', '', (SELECT id FROM domain WHERE name = CASE WHEN n % 20 = 5 THEN 'banned.example' ELSE 'shop.example' END)
                  FROM generate_series(1, :n) n
                """).param("n", CUSTOMERS).update();
        db.sql("""
                INSERT INTO customer (address_id, prefecture, created_at, changed_at)
                SELECT id, CASE WHEN id % 100 = 0 THEN '奈良県' WHEN id % 3 = 0 THEN '大阪府' END, now(), now() FROM address ORDER BY id
                """).update();
        db.sql("INSERT INTO suppression (address_id, reason, since) SELECT id, 'PERMANENT_FAILURE', now() FROM address WHERE id % 10 = 3").update();
        db.sql("INSERT INTO suppressed_domain (domain_id, since) SELECT id, now() FROM domain WHERE name = 'banned.example'").update();
        mailing = db.sql("""
                        INSERT INTO mailing (kind, environment, department_id, priority, state, created_at, started_at, expires_at)
                        VALUES ('GROUP', 'SANDBOX', 1, 50, 'SENT', now(), now(), now()) RETURNING id
                        """).query(Long.class).single();
        db.sql("INSERT INTO mailing_recipient (mailing_id, no, address_id, customer_id) SELECT :mailing, 3 * row_number() OVER (ORDER BY id), address_id, id FROM customer")
                .param("mailing", mailing).update();
        db.sql("INSERT INTO recipient_result (mailing_id, no, state, attempts, at) SELECT mailing_id, no, 'DELIVERED', 1, now() FROM mailing_recipient").update();
        db.sql("INSERT INTO first_open (mailing_id, no, at) SELECT mailing_id, no, now() FROM mailing_recipient WHERE no % 7 = 0").update();
        database.database().analyze("address", "customer", "mailing_recipient", "recipient_result", "first_open");
    }

    /// Two of three numbers of the mailing are missing, as after erasures.
    @Test
    void who_did_not_open_one_mailing_is_counted_among_some_of_its_recipients() {
        Rule slept = new Rule.All(List.of(Rule.Behaviour.of(Rule.Behaviour.Kind.NOT_OPENED, mailing), in("大阪府")));

        Tally.Count about = ofMany.count(slept).orElseThrow();
        Tally.Count exact = ofMany.whole(slept).orElseThrow();

        assertThat(rules.where(slept).recipients()).isNotNull().extracting(Where.Recipients::mailing).isEqualTo(mailing);
        assertThat(about.sampled()).isTrue();
        assertThat(exact.matching()).isCloseTo(CUSTOMERS / 3 * 6 / 7, within(2L * CUSTOMERS / 100));
        assertThat(about.matching()).isNotEqualTo(exact.matching()).isCloseTo(exact.matching(), within(2L * CUSTOMERS / 100));
        assertThat(about.excluded()).containsOnlyKeys("BANNED", "PERMANENT_FAILURE");
    }

    @Test
    void a_sample_of_very_many_says_about_how_many_and_why_not_and_the_whole_says_it_exactly() {
        Tally.Count about = ofMany.count(in("大阪府")).orElseThrow();
        Tally.Count exact = ofMany.whole(in("大阪府")).orElseThrow();

        assertThat(about.sampled()).isTrue();
        assertThat(exact.sampled()).isFalse();
        assertThat(exact).usingRecursiveComparison().ignoringFields("took").isEqualTo(tally.count(in("大阪府")).orElseThrow());
        assertThat(about.matching()).isCloseTo(exact.matching(), within(CUSTOMERS / 100L));
        assertThat(about.reached()).isCloseTo(exact.reached(), within(CUSTOMERS / 100L));
        assertThat(about.excluded()).containsOnlyKeys("BANNED", "PERMANENT_FAILURE");
        assertThat(about.excluded().get("BANNED")).isCloseTo(exact.excluded().get("BANNED"), within(CUSTOMERS / 200L));
    }

    @Test
    void few_of_very_many_are_counted_exactly() {
        Tally.Count few = ofMany.count(in("奈良県")).orElseThrow();

        assertThat(few.sampled()).isFalse();
        assertThat(few.matching()).isEqualTo(CUSTOMERS / 100);
    }

    @Test
    void of_some_thousands_nobody_needs_a_sample() {
        assertThat(tally.count(in("大阪府")).orElseThrow().sampled()).isFalse();
    }

    private static Rule in(String prefecture) {
        return new Condition("prefecture", Operator.EQUALS, List.of(prefecture));
    }
}
