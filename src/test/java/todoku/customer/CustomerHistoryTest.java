package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.customer.CustomerHistory.Entry;
import todoku.customer.Memberships.State;
import todoku.database.TestDatabase;
import todoku.event.Event.Kind;
import todoku.mailing.Addresses;

class CustomerHistoryTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static final List<Long> DEPARTMENTS = List.of(1L);

    @TempDir
    Path folder;

    private final Instant now = Instant.parse("2026-11-22T01:00:00Z");
    private final CustomerHistory history = new CustomerHistory(database.client());
    private CustomerImport imports;
    private long group;

    @BeforeEach
    void an_empty_house() {
        database.client().sql("TRUNCATE customer, membership, customer_group, customer_import, customer_import_block, address, domain,"
                + " event, customer_history RESTART IDENTITY CASCADE").update();
        imports = new CustomerImport(database.database(), new Addresses(database.client()), () -> now);
        group = new Groups(database.client()).findOrCreate(1, "メルマガ会員").id();
    }

    @Test
    void a_chunk_of_an_import_is_one_event_for_each_kind_and_everybody_finds_their_own() throws IOException {
        imported("a@example.jp,希望する\nb@example.jp,希望しない\nc@example.jp,希望する\n");

        assertThat(events()).containsExactly(
                "CUSTOMER_CREATED 1-3",
                "STATE_CHANGED [1, 3] null SUBSCRIBED",
                "STATE_CHANGED [2] null UNSUBSCRIBED");
        assertThat(of(2)).containsExactly(
                new Entry(now, Kind.STATE_CHANGED, "メルマガ会員", null, State.UNSUBSCRIBED, "IMPORT", "f.csv", null),
                new Entry(now, Kind.CUSTOMER_CREATED, null, null, null, "IMPORT", "f.csv", null));
        assertThat(of(4)).isEmpty();
    }

    @Test
    void an_import_of_people_who_are_there_tells_only_what_it_changed() throws IOException {
        imported("a@example.jp,希望する\nb@example.jp,希望しない\nc@example.jp,希望する\n");
        database.client().sql("TRUNCATE event, customer_history").update();

        imported("a@example.jp,希望する\nb@example.jp,希望する\nc@example.jp,希望しない\n");
        assertThat(events()).containsExactly("STATE_CHANGED [3] SUBSCRIBED UNSUBSCRIBED");

        group = new Groups(database.client()).findOrCreate(1, "新着").id();
        imported("a@example.jp,希望する\nb@example.jp,希望する\n");
        assertThat(events()).last().isEqualTo("STATE_CHANGED 1-2 null SUBSCRIBED");
    }

    @Test
    void whoever_leaves_with_the_link_is_told_once_with_the_mail() throws IOException {
        imported("a@example.jp,希望する\nb@example.jp,希望する\n");
        mailed(2);
        var memberships = new Memberships(database.database());
        memberships.leave(1, 1, now.plusSeconds(60));
        memberships.leave(1, 1, now.plusSeconds(90));

        assertThat(of(2)).first().isEqualTo(new Entry(
                now.plusSeconds(60), Kind.STATE_CHANGED, "メルマガ会員", State.SUBSCRIBED, State.UNSUBSCRIBED, "PERSON", null, null));
        assertThat(of(2)).hasSize(3);
        assertThat(of(1)).hasSize(2);
        assertThat(database.client().sql("SELECT mailing_id || '/' || recipient_no FROM event WHERE mailing_id IS NOT NULL")
                .query(String.class).list()).containsExactly("1/1");
    }

    @Test
    void what_happened_in_a_group_of_another_department_is_not_told() throws IOException {
        imported("a@example.jp,希望する\n");
        assertThat(history.of(1, List.of(99L), 50)).extracting(Entry::kind).containsExactly(Kind.CUSTOMER_CREATED);
    }

    @Test
    void a_change_that_is_taken_back_leaves_no_event() {
        try {
            database.database().inTransaction(() -> {
                history.write(List.of(Change.created(List.of(7L))), new Cause.Operator(1), now);
                throw new IllegalStateException("power off");
            });
        } catch (IllegalStateException expected) {
            assertThat(expected).hasMessage("power off");
        }
        assertThat(events()).isEmpty();
        assertThat(of(7)).isEmpty();
    }

    private List<Entry> of(long customer) {
        return history.of(customer, DEPARTMENTS, 50);
    }

    private void imported(String lines) throws IOException {
        Path file = Files.writeString(folder.resolve("f.csv"), "メールアドレス,メルマガ希望\n" + lines);
        ImportProgress started = imports.start(file, new ImportChoices("f.csv", group, true));
        assertThat(imports.run(started.id(), file).failure()).isZero();
    }

    /// Mailing 1 goes to the group, as recipient number 1 to this customer.
    private void mailed(long customer) {
        database.client().sql("""
                INSERT INTO mailing (id, kind, environment, department_id, priority, state, created_at, expires_at)
                OVERRIDING SYSTEM VALUE VALUES (1, 'GROUP', 'SANDBOX', 1, 1, 'SENT', now(), now())
                """).update();
        database.client().sql("INSERT INTO mailing_group (mailing_id, group_id) VALUES (1, :group)").param("group", group).update();
        database.client().sql("""
                INSERT INTO mailing_recipient (mailing_id, no, address_id, customer_id)
                SELECT 1, 1, address_id, id FROM customer WHERE id = :customer
                """).param("customer", customer).update();
    }

    private static List<String> events() {
        return database.client().sql("""
                SELECT concat_ws(' ', kind, detail->>'customers', (detail->>'first') || '-' || (detail->>'last'), CASE kind WHEN 'STATE_CHANGED' THEN coalesce(detail->>'from', 'null') END, detail->>'to')
                  FROM event ORDER BY id
                """).query(String.class).list();
    }
}
