package todoku.customer.consent;

import static java.time.ZoneOffset.UTC;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.customer.Agreement;
import todoku.customer.Groups;
import todoku.customer.consent.Consent.Source;
import todoku.database.TestDatabase;
import todoku.mail.address.MailAddress;
import todoku.mailing.Addresses;

class ConsentRetentionTest {
    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant NOW = Instant.parse("2026-01-05T00:00:00Z");
    private static final Instant LATELY = NOW.minus(100, ChronoUnit.DAYS);

    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private Consents consents;
    private ConsentRetention retention;
    private long group;
    private Instant now = NOW;

    @BeforeEach
    void an_empty_house() {
        database.client().sql("TRUNCATE consent, customer, membership, customer_group, address, domain, event RESTART IDENTITY CASCADE").update();
        database.client().sql("INSERT INTO operator (id, login, display_name, password_hash) OVERRIDING SYSTEM VALUE"
                + " VALUES (77, 'recorder', 'x', 'x') ON CONFLICT DO NOTHING").update();
        database.client().sql("UPDATE consent_retention SET ran_at = NULL").update();
        consents = new Consents(database.database(), new byte[32], UTC);
        retention = new ConsentRetention(database.database(), () -> now);
        group = new Groups(database.client()).findOrCreate(1, "会員").id();
    }

    @Test
    void whoever_could_still_be_mailed_keeps_theirs_however_old() {
        record("a@example.jp", LONG_AGO, "SUBSCRIBED");
        assertThat(left()).containsExactly("a@example.jp");
    }

    @Test
    void the_last_mail_counts() {
        delivered(record("lately@example.jp", LONG_AGO, "UNSUBSCRIBED"), "LIVE", LATELY);
        delivered(record("long-ago@example.jp", LONG_AGO, "UNSUBSCRIBED"), "LIVE", LONG_AGO);
        delivered(record("sandbox@example.jp", LONG_AGO, "UNSUBSCRIBED"), "SANDBOX", LATELY);
        record("never@example.jp", LONG_AGO, "UNSUBSCRIBED");
        record("fresh@example.jp", LATELY, "UNSUBSCRIBED");
        assertThat(left()).containsExactly("fresh@example.jp", "lately@example.jp");
        assertThat(retention.setting().looked()).isEqualTo(4);
        assertThat(retention.setting().deleted()).isEqualTo(3);
    }

    @Test
    void a_withdrawn_one_stays_as_long_after_its_withdrawal() {
        long lately = record("lately@example.jp", LONG_AGO, "SUBSCRIBED"), early = record("early@example.jp", LONG_AGO, "SUBSCRIBED");
        withdraw(lately, LATELY);
        withdraw(early, LONG_AGO);
        assertThat(left()).containsExactly("lately@example.jp");
    }

    @Test
    void that_of_a_deleted_customer_stays_as_long_after_the_deletion() {
        long lately = record("lately@example.jp", LONG_AGO, null), early = record("early@example.jp", LONG_AGO, null);
        erase(lately, LATELY);
        erase(early, LONG_AGO);
        assertThat(left()).containsExactly("lately@example.jp");
    }

    @Test
    void many_are_deleted_in_small_batches_once_a_day() {
        List<MailAddress> many = IntStream.range(0, 2_500).mapToObj(n -> new MailAddress("m" + n, "example.jp")).toList();
        new Addresses(database.client()).idsOf(many);
        database.client().sql("""
                INSERT INTO consent (address_id, address_key, source, agreed_at, recorded_at, erased_at)
                SELECT id, decode(repeat('00', 32), 'hex'), 'IMPORT', :at, :at, :at FROM address
                """).param("at", LONG_AGO.atOffset(UTC)).update();
        retention.look();
        assertThat(retention.setting().deleted()).isEqualTo(2_500);
        assertThat(retention.setting().ranAt()).isEqualTo(NOW);
        now = NOW.plus(10, ChronoUnit.HOURS);
        retention.look();
        assertThat(retention.setting().ranAt()).isEqualTo(NOW);
        now = NOW.plus(24, ChronoUnit.HOURS);
        retention.look();
        assertThat(retention.setting().deleted()).isZero();
    }

    /// @return the customer
    private long record(String address, Instant at, @Nullable String state) {
        MailAddress read = new MailAddress(address.substring(0, address.indexOf('@')), "example.jp");
        long id = new Addresses(database.client()).idsOf(List.of(read)).getFirst();
        long customer = database.client().sql("INSERT INTO customer (address_id, created_at, changed_at) VALUES (:address, :at, :at) RETURNING id")
                .param("address", id).param("at", at.atOffset(UTC)).query(Long.class).single();
        if (state != null)
            database.client().sql("INSERT INTO membership (group_id, customer_id, state, since) VALUES (:group, :customer, :state, :at)")
                    .param("group", group).param("customer", customer).param("state", state).param("at", at.atOffset(UTC)).update();
        consents.add(customer, id, Source.PAPER, new Agreement(LocalDateTime.ofInstant(at, UTC), null, "申込書", null, "案内"), null, 77, at);
        return customer;
    }

    private void delivered(long customer, String environment, Instant at) {
        database.client().sql("""
                INSERT INTO event (happened_at, kind, environment, address_id)
                SELECT :at, 'DELIVERED', :environment, address_id FROM customer WHERE id = :customer
                """)
            .param("at", at.atOffset(UTC)).param("environment", environment).param("customer", customer).update();
    }

    private void withdraw(long customer, Instant at) {
        assertThat(consents.withdraw(customer, consents.of(customer).getFirst().id(), 77, at)).isTrue();
    }

    private void erase(long customer, Instant at) {
        database.client().sql("UPDATE consent SET customer_id = NULL, erased_at = :at WHERE customer_id = :customer")
                .param("at", at.atOffset(UTC)).param("customer", customer).update();
        database.client().sql("DELETE FROM customer WHERE id = :customer").param("customer", customer).update();
    }

    private List<String> left() {
        retention.look();
        return database.client().sql("SELECT a.canonical FROM consent c JOIN address a ON a.id = c.address_id ORDER BY 1").query(String.class).list();
    }
}
