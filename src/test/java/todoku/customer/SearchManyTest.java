package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.customer.Customers.Found;
import todoku.database.TestDatabase;

/// What a search does when it finds more people than anybody reads.
class SearchManyTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    /// Every third is a 佐藤, the others are 鈴木.
    private static final int PEOPLE = 3 * Customers.COUNT_LIMIT + 90;

    private final Customers customers = new Customers(database.database());

    @BeforeAll
    static void people() {
        database.client().sql("TRUNCATE customer, membership, address, domain RESTART IDENTITY CASCADE").update();
        database.client().sql("INSERT INTO domain (name) VALUES ('docomo.example')").update();
        database.client().sql("""
                WITH a AS (INSERT INTO address (canonical, as_written, domain_id)
                           SELECT 'p' || n || '@docomo.example', 'p' || n || '@docomo.example', 1 FROM generate_series(1, :people) n RETURNING id)
                INSERT INTO customer (address_id, number, family_name, family_kana, created_at, changed_at)
                SELECT id, 'M' || id, CASE WHEN id % 3 = 0 THEN '佐藤' ELSE '鈴木' END, CASE WHEN id % 3 = 0 THEN 'サトウ' ELSE 'スズキ' END, now(), now()
                  FROM a
                """).param("people", PEOPLE).update();
        database.client().sql("ANALYZE customer, address").update();
    }

    @Test
    void pages_of_many_follow_each_other_in_both_directions() {
        for (String text : List.of("佐藤", "さとう", "ﾄｳ")) {
            Found found = customers.found(new Words(text, false));
            assertThat(found).as(text).isInstanceOf(Found.Many.class);
            assertThat(customers.count(found)).isEqualTo(Customers.COUNT_LIMIT + 1);
            List<Long> downwards = new ArrayList<>();
            for (List<Customer> page = customers.before(found, 301, 40); !page.isEmpty(); page = customers.before(found, page.getLast().id(), 40))
                page.forEach(customer -> downwards.add(customer.id()));
            assertThat(downwards).hasSize(100).startsWith(300L, 297L).endsWith(6L, 3L);
            assertThat(customers.after(found, 3, 3)).extracting(Customer::id).containsExactly(6L, 9L, 12L);
        }
    }

    @Test
    void the_middle_of_an_address_may_be_in_everybodys() {
        Found found = customers.found(new Words("como.exa", false));
        assertThat(found).isInstanceOf(Found.Many.class);
        assertThat(customers.before(found, Long.MAX_VALUE, 2)).extracting(Customer::id).containsExactly((long) PEOPLE, PEOPLE - 1L);
    }

    @Test
    void few_are_counted_and_each_stands_there_once() {
        Found found = customers.found(new Words("p123", false));
        assertThat(customers.count(found)).isEqualTo(111);
        assertThat(customers.after(found, 123, 2)).extracting(Customer::id).containsExactly(1230L, 1231L);
        assertThat(customers.before(found, 1231, 2)).extracting(Customer::id).containsExactly(1230L, 123L);
        assertThat(customers.search("田中", 10)).isEmpty();
    }
}
