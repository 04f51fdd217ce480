package todoku.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.dao.DataIntegrityViolationException;

/// Customers, addresses and memberships point at each other without foreign keys; they hold all the same.
class ReferencesTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static final Executor OWN_THREAD = task -> Thread.ofVirtual().start(task);

    @BeforeEach
    void one_customer_of_one_group() {
        run("TRUNCATE membership, customer, customer_group, address, domain RESTART IDENTITY CASCADE");
        run("INSERT INTO domain (name) VALUES ('d.example')");
        run("INSERT INTO address (canonical, as_written, domain_id) VALUES ('a@d.example', 'a@d.example', 1)");
        run("INSERT INTO customer (address_id, created_at, changed_at) VALUES (1, now(), now())");
        run("INSERT INTO customer_group (department_id, name) VALUES (1, 'g')");
        run("INSERT INTO membership (group_id, customer_id, state, since) VALUES (1, 1, 'SUBSCRIBED', now())");
    }

    @Test
    void nobody_points_at_somebody_who_is_not_there() {
        refused("INSERT INTO address (canonical, as_written, domain_id) VALUES ('b@d.example', 'b@d.example', 9)", "there is no domain 9");
        refused("INSERT INTO customer (address_id, created_at, changed_at) VALUES (9, now(), now())", "there is no address 9");
        refused("INSERT INTO membership (group_id, customer_id, state, since) VALUES (1, 9, 'SUBSCRIBED', now())", "there is no customer 9");
        refused("INSERT INTO membership (group_id, customer_id, state, since) VALUES (9, 1, 'SUBSCRIBED', now())", "there is no customer_group 9");
    }

    @Test
    void one_among_many_copied_rows_refuses_them_all() {
        byte[] rows = "b@d.example\tb@d.example\t1\nc@d.example\tc@d.example\t9\n".getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> database.database().inTransaction(
                () -> database.database().copyIn("COPY address (canonical, as_written, domain_id) FROM STDIN", rows)))
                .isInstanceOf(DataIntegrityViolationException.class).hasMessageContaining("there is no domain 9");
        assertThat(count("address")).isOne();
    }

    @Test
    void nobody_comes_to_point_at_somebody_who_is_not_there() {
        refused("UPDATE address SET domain_id = 9", "there is no domain 9");
        refused("UPDATE customer SET address_id = 9", "there is no address 9");
        refused("UPDATE membership SET customer_id = 9", "there is no customer 9");
        refused("UPDATE membership SET group_id = 9", "there is no customer_group 9");
    }

    @Test
    void whoever_is_pointed_at_stays() {
        refused("DELETE FROM domain", "domain 1 still has a row in address");
        refused("DELETE FROM address", "address 1 still has a row in customer");
        refused("DELETE FROM customer", "customer 1 still has a row in membership");
        refused("DELETE FROM customer_group", "customer_group 1 still has a row in membership");
        refused("TRUNCATE customer, related_record, consent", "customer still has rows in membership");
    }

    @Test
    void a_customer_goes_after_the_memberships() {
        assertThatCode(() -> {
            run("DELETE FROM membership");
            run("DELETE FROM customer");
            run("DELETE FROM address");
        }).doesNotThrowAnyException();
    }

    @Test
    @Timeout(60)
    void a_customer_removed_while_a_membership_is_being_added_waits_for_it_and_stays() throws Exception {
        run("DELETE FROM membership");
        var added = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        var adding = CompletableFuture.runAsync(() -> database.database().inTransaction(() -> {
            run("INSERT INTO membership (group_id, customer_id, state, since) VALUES (1, 1, 'SUBSCRIBED', now())");
            added.countDown();
            await(mayEnd);
        }), OWN_THREAD);
        added.await();
        var removing = CompletableFuture.runAsync(() -> run("DELETE FROM customer"), OWN_THREAD);
        until(() -> database.client().sql("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)").query(Boolean.class).single());
        mayEnd.countDown();
        adding.join();
        assertThatThrownBy(removing::join).hasCauseInstanceOf(DataIntegrityViolationException.class);
        assertThat(count("customer")).isOne();
    }

    private static void until(BooleanSupplier is) {
        while (!is.getAsBoolean()) Thread.onSpinWait();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void run(String sql) {
        database.client().sql(sql).update();
    }

    private static long count(String table) {
        return database.client().sql("SELECT count(*) FROM " + table).query(Long.class).single();
    }

    private static void refused(String sql, String why) {
        assertThatThrownBy(() -> run(sql)).isInstanceOf(DataIntegrityViolationException.class).hasMessageContaining(why);
    }
}
