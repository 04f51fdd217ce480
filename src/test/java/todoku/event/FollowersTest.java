package todoku.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.database.Database;
import todoku.database.TestDatabase;
import todoku.event.Event.Environment;
import todoku.event.Event.Kind;

class FollowersTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static final Instant NOON = Instant.parse("2026-04-01T03:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOON);

    private final EventLedger ledger = new EventLedger(database.client());
    private final Reader reader = new Reader("reader", _ -> false);

    /// Remembers what it was given; refuses what the test says.
    private static final class Reader implements EventFollower {
        final List<Integer> given = new ArrayList<>();
        final String name;
        Predicate<LedgerEntry> refuses;
        boolean sandbox;

        Reader(String name, Predicate<LedgerEntry> refuses) {
            this.name = name;
            this.refuses = refuses;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public boolean followsSandbox() {
            return sandbox;
        }

        @Override
        public void follow(List<LedgerEntry> entries) {
            if (entries.stream().anyMatch(refuses)) throw new IllegalStateException("cannot read this");
            entries.forEach(entry -> given.add(entry.event().recipientNo()));
        }
    }

    @BeforeEach
    void an_empty_ledger() {
        database.client().sql("TRUNCATE event, follower, poison_event").update();
    }

    @Test
    void every_event_is_handed_over_once_and_in_order() {
        append(1, 2_500);
        var followers = followers(reader);

        assertThat(followers.run(10)).isEqualTo(2_500);
        append(2_501, 2_600);
        followers(reader).run(10);

        assertThat(reader.given).isEqualTo(IntStream.rangeClosed(1, 2_600).boxed().toList());
    }

    @Test
    void an_event_whose_number_was_drawn_early_and_committed_late_is_not_passed_over() {
        var followers = followers(reader);
        try (Database other = other()) {
            other.inTransaction(() -> {
                new EventLedger(other.client()).append(List.of(event(1, Environment.LIVE)));
                append(2, 2);
                assertThat(followers.run(10)).isZero();
                assertThat(followers.lags()).containsExactly(new Followers.Lag("reader", 1, Duration.ofMinutes(5), 0));
            });
        }

        followers.run(10);

        assertThat(reader.given).containsExactly(1, 2);
        assertThat(followers.lags()).containsExactly(new Followers.Lag("reader", 0, Duration.ZERO, 0));
    }

    @Test
    void the_sandbox_is_passed_by_unless_it_is_asked_for() {
        ledger.append(List.of(event(1, Environment.SANDBOX), event(2, Environment.LIVE)));
        var curious = new Reader("curious", _ -> false);
        curious.sandbox = true;

        followers(reader, curious).run(10);

        assertThat(reader.given).containsExactly(2);
        assertThat(curious.given).containsExactly(1, 2);
    }

    @Test
    void a_poison_event_is_set_aside_and_shown_and_the_others_go_on() {
        append(1, 5);
        reader.refuses = entry -> Integer.valueOf(3).equals(entry.event().recipientNo());
        var followers = followers(reader);

        followers.run(10);

        assertThat(reader.given).containsExactly(1, 2, 4, 5);
        assertThat(followers.lags()).containsExactly(new Followers.Lag("reader", 0, Duration.ZERO, 1));
        assertThat(followers.poison(10)).singleElement().satisfies(poison -> {
            assertThat(poison.why()).contains("cannot read this");
            assertThat(poison.since()).isEqualTo(NOON);
        });
    }

    @Test
    void what_stood_aside_is_given_again_when_somebody_has_mended_the_follower() {
        append(1, 2);
        reader.refuses = entry -> Integer.valueOf(1).equals(entry.event().recipientNo());
        var followers = followers(reader);
        followers.run(10);
        long aside = followers.poison(10).getFirst().eventId();

        assertThatThrownBy(() -> followers.again("reader", aside)).hasMessage("cannot read this");
        assertThat(followers.poison(10)).hasSize(1);
        reader.refuses = _ -> false;

        assertThat(followers.again("reader", aside)).isTrue();
        assertThat(followers.again("reader", aside)).isFalse();
        assertThat(reader.given).containsExactly(2, 1);
    }

    @Test
    void what_a_follower_writes_and_its_cursor_are_one_transaction() {
        append(1, 3);
        EventFollower halfWay = new EventFollower() {
            @Override
            public String name() {
                return "half way";
            }

            @Override
            public void follow(List<LedgerEntry> entries) {
                database.client().sql("INSERT INTO category (name) VALUES (:n)").param("n", "c" + entries.size()).update();
                if (entries.size() > 1) throw new IllegalStateException("in the middle");
            }
        };

        followers(halfWay).run(1);

        assertThat(database.client().sql("SELECT count(*) FROM category WHERE name = 'c3'").query(Integer.class).single())
                .isZero();
    }

    @Test
    void one_follower_is_with_one_program_at_a_time() {
        append(1, 1);
        var followers = followers(reader);
        try (Database other = other()) {
            other.inTransaction(() -> {
                other.client().sql("SELECT name FROM follower WHERE name = 'reader' FOR UPDATE").query(String.class).single();
                assertThat(followers.run(1)).isZero();
            });
        }
        assertThat(reader.given).isEmpty();
    }

    private Followers followers(EventFollower... followers) {
        return new Followers(database.database(), CLOCK, List.of(followers));
    }

    private Database other() {
        return Database.open(database.jdbcUrl(), database.user(), database.password());
    }

    private void append(int from, int upto) {
        ledger.append(IntStream.rangeClosed(from, upto).mapToObj(no -> event(no, Environment.LIVE)).toList());
    }

    private static Event event(int no, Environment environment) {
        return new Event(
                NOON.minusSeconds(300), Kind.DELIVERED, environment, new MailingId(1), no, new AddressId(no), "{}");
    }
}
