package todoku.mailing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.database.TestDatabase;
import todoku.event.AddressId;
import todoku.event.Event.Environment;
import todoku.event.MailingId;

class PartitionsTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    static final Instant NOW = Instant.parse("2026-04-01T01:00:00Z");
    final Mailings mailings = new Mailings(database.client(), InstantSource.fixed(NOW));
    final Partitions partitions = new Partitions(database.database());

    @Test
    void a_large_mailing_has_partitions_of_its_own() {
        MailingId large = partitions.reserve(Partitions.LARGE_RECIPIENTS);
        mailings.create(large, mailing());
        addRecipient(large);
        assertThat(partitionOf(large)).isEqualTo("mailing_recipient_" + large.value());
    }

    @Test
    void small_ones_share_one_per_thousand() {
        MailingId small = partitions.reserve(Partitions.LARGE_RECIPIENTS - 1);
        mailings.create(small, mailing());
        addRecipient(small);
        assertThat(partitionOf(small)).isEqualTo("mailing_recipient_rest");
        database.client().sql("SELECT setval('mailing_id_seq', 5698)").query(Long.class).single();
        partitions.prepare();
        MailingId next = mailings.create(mailing());
        addRecipient(next);
        assertThat(partitionOf(next)).isEqualTo("mailing_recipient_5000");
        assertThat(database.client()
                        .sql("SELECT count(*) FROM mailing_partition WHERE first_id = 6000")
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void even_without_any_preparation_there_is_one() {
        database.client().sql("SELECT setval('mailing_id_seq', 77000)").query(Long.class).single();
        MailingId mailing = mailings.create(mailing());
        addRecipient(mailing);
        assertThat(partitionOf(mailing)).isEqualTo("mailing_recipient_77000");
    }

    @Test
    void they_stay_when_the_plan_is_rolled_back() {
        var reserved = new AtomicReference<MailingId>();
        assertThatThrownBy(() -> database.database().inTransaction(() -> {
                    reserved.set(partitions.reserve(1_000_000));
                    throw new IllegalStateException("the plan fails");
                }))
                .hasMessage("the plan fails");
        mailings.create(reserved.get(), mailing());
        addRecipient(reserved.get());
        assertThat(partitionOf(reserved.get())).isEqualTo("mailing_recipient_" + reserved.get().value());
    }

    @Test
    void a_verdict_and_whose_it_is_touch_no_mailing_of_the_past() {
        for (int i = 0; i < 5; i++) partitions.reserve(Partitions.LARGE_RECIPIENTS);
        MailingId mailing = partitions.reserve(Partitions.LARGE_RECIPIENTS);
        mailings.create(mailing, mailing());
        addRecipient(mailing);
        var one = new Results.Place(mailing, 1);
        database.database().inTransaction(() -> {
            // What the planner would do for any mailing, as after some calls.
            database.client().sql("SET LOCAL plan_cache_mode = force_generic_plan").update();
            var who = new Recipients(database.client()).who(List.of(one));
            assertThat(who).containsExactly(Map.entry(one, new Recipients.Who(new AddressId(1), null)));
            new Results(database.client()).record(0, List.of(
                    new Result(mailing, 1, Result.State.DELIVERED, null, null, 1, NOW, new AddressId(1))));
            assertThat(partitionsInUse()).containsExactlyInAnyOrder("mailing_recipient_" + mailing.value(), "recipient_result_" + mailing.value());
        });
        assertThat(database.client()
                        .sql("SELECT count(*) FROM event WHERE mailing_id = :id AND address_id = 1 AND kind = 'DELIVERED'")
                        .param("id", mailing.value())
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }

    /// Those that this transaction has opened.
    private static List<String> partitionsInUse() {
        return database.client()
                .sql("""
                        SELECT DISTINCT c.relname FROM pg_locks l JOIN pg_inherits i ON i.inhrelid = l.relation JOIN pg_class c ON c.oid = l.relation
                         WHERE l.pid = pg_backend_pid() AND c.relkind = 'r'
                        """)
                .query(String.class)
                .list();
    }

    private static Mailings.NewMailing mailing() {
        return new Mailings.NewMailing(
                Mailings.Kind.GROUP, Environment.LIVE, 1, null, 50, null, null, NOW.plusSeconds(60));
    }

    private static void addRecipient(MailingId mailing) {
        database.client()
                .sql("INSERT INTO mailing_recipient (mailing_id, no, address_id) VALUES (:id, 1, 1)")
                .param("id", mailing.value())
                .update();
    }

    private static String partitionOf(MailingId mailing) {
        return database.client()
                .sql("SELECT tableoid::regclass::text FROM mailing_recipient WHERE mailing_id = :id")
                .param("id", mailing.value())
                .query(String.class)
                .single();
    }
}
