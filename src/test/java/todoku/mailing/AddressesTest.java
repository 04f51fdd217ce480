package todoku.mailing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.dao.DuplicateKeyException;
import todoku.database.TestDatabase;
import todoku.mail.address.MailAddress;

class AddressesTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private final Addresses addresses = new Addresses(database.client());

    @Test
    void ids_come_in_the_order_asked_and_stay_the_same() {
        List<Long> first = ids(new MailAddress("b", "example.jp"), new MailAddress("a", "example.jp"));
        List<Long> second = ids(new MailAddress("a", "example.jp"), new MailAddress("c", "example.com"), new MailAddress("b", "example.jp"));
        assertThat(second.get(0)).isEqualTo(first.get(1));
        assertThat(second.get(2)).isEqualTo(first.get(0));
        assertThat(second).doesNotHaveDuplicates();
    }

    @Test
    void one_person_written_twice_is_one_address_as_first_written() {
        List<Long> ids = ids(new MailAddress("Hanako", "example.jp"), new MailAddress("hanako", "example.jp"));
        assertThat(ids.get(0)).isEqualTo(ids.get(1));
        assertThat(database.client().sql("SELECT as_written FROM address WHERE id = ?").param(ids.getFirst()).query(String.class).single())
                .isEqualTo("Hanako@example.jp");
    }

    @Test
    void callers_at_the_same_moment_agree() throws Exception {
        List<MailAddress> all = IntStream.range(0, 2_000).mapToObj(i -> new MailAddress("p" + i, "d" + i % 50 + ".example.jp")).toList();
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Callable<List<Long>>> asks = new ArrayList<>();
            for (int n = 0; n < 4; n++) {
                List<MailAddress> mine = n % 2 == 0 ? all : all.reversed();
                asks.add(() -> database.database().inTransaction((Supplier<List<Long>>) () -> addresses.idsOf(mine)));
            }
            var answers = threads.invokeAll(asks);
            assertThat(answers.get(1).get().reversed()).isEqualTo(answers.get(0).get());
            assertThat(answers.get(2).get()).isEqualTo(answers.get(0).get()).hasSize(2_000);
            assertThat(answers.get(3).get()).isEqualTo(answers.get(1).get());
        }
    }

    @Test
    void many_at_once_get_the_ids_that_one_at_a_time_get() {
        long there = ids(new MailAddress("there", "example.jp")).getFirst();
        List<MailAddress> asked = List.of(new MailAddress("New", "example.net"), new MailAddress("there", "example.jp"), new MailAddress("new", "example.net"));
        List<Long> many = many(asked);
        assertThat(many).isEqualTo(ids(asked.toArray(MailAddress[]::new)));
        assertThat(many.get(0)).isEqualTo(many.get(2));
        assertThat(many.get(1)).isEqualTo(there);
        assertThat(database.client().sql("SELECT as_written FROM address WHERE id = ?").param(many.getFirst()).query(String.class).single())
                .isEqualTo("New@example.net");
    }

    @Test
    void many_asked_for_while_somebody_adds_one_are_asked_for_again() throws Exception {
        List<MailAddress> all = IntStream.range(0, 2_000).mapToObj(i -> new MailAddress("q" + i, "d" + i % 50 + ".example.jp")).toList();
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Callable<List<Long>>> asks = new ArrayList<>();
            for (int n = 0; n < 4; n++) {
                asks.add(() -> {
                    while (true) {
                        try {
                            return many(all);
                        } catch (DuplicateKeyException e) {
                            // Somebody was faster: they are there now.
                        }
                    }
                });
            }
            var answers = threads.invokeAll(asks);
            for (var answer : answers) assertThat(answer.get()).isEqualTo(answers.getFirst().get()).hasSize(2_000);
        }
    }

    private List<Long> many(List<MailAddress> asked) {
        return database.database().inTransaction((Supplier<List<Long>>) () -> addresses.idsOfMany(database.database(), asked, Map.of()));
    }

    private List<Long> ids(MailAddress... asked) {
        return database.database().inTransaction((Supplier<List<Long>>) () -> addresses.idsOf(List.of(asked)));
    }
}
