package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.Memberships.State;
import todoku.database.TestDatabase;

class GroupCountsTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static final int PEOPLE = 50;

    private final JdbcClient db = database.client();
    private final Groups groups = new Groups(db);

    @BeforeAll
    static void people() {
        JdbcClient db = database.client();
        db.sql("TRUNCATE customer, membership, customer_group, address, domain RESTART IDENTITY CASCADE").update();
        db.sql("INSERT INTO domain (name) VALUES ('example.jp')").update();
        db.sql("""
                WITH a AS (INSERT INTO address (canonical, as_written, domain_id)
                           SELECT n || '@example.jp', n || '@example.jp', 1 FROM generate_series(1, :people) n RETURNING id)
                INSERT INTO customer (address_id, created_at, changed_at) SELECT id, now(), now() FROM a
                """).param("people", PEOPLE).update();
        for (String name : List.of("A", "B", "C")) new Groups(db).findOrCreate(1, name);
    }

    @Test
    void the_counts_follow_whatever_happens_to_memberships() {
        Random random = new Random(20261122);
        for (int i = 0; i < 120; i++) {
            long group = 1 + random.nextInt(3), from = 1 + random.nextInt(PEOPLE), to = from + random.nextInt(10);
            String state = State.values()[random.nextInt(3)].name();
            switch (random.nextInt(8)) {
                case 0 -> db.sql("DELETE FROM membership WHERE customer_id BETWEEN :from AND :to").param("from", from).param("to", to).update();
                case 1 -> db.sql("UPDATE membership SET state = :state WHERE customer_id BETWEEN :from AND :to")
                        .param("state", state).param("from", from).param("to", to).update();
                case 2 -> groups.foldCounts();
                default -> db.sql("""
                        INSERT INTO membership (group_id, customer_id, state, since) SELECT :group, id, :state, now() FROM customer
                         WHERE id BETWEEN :from AND :to
                        ON CONFLICT (group_id, customer_id) DO UPDATE SET state = excluded.state WHERE membership.state <> 'BANNED'
                        """)
                    .param("group", group).param("state", state).param("from", from).param("to", to).update();
            }
            for (long id = 1; id <= 3; id++) assertThat(groups.counts(id)).as("step " + i).isEqualTo(counted(id));
        }
        db.sql("TRUNCATE membership").update();
        assertThat(groups.counts(1)).isEqualTo(new Group.Counts(0, 0, 0));
    }

    private Group.Counts counted(long group) {
        return new Group.Counts(counted(group, State.SUBSCRIBED), counted(group, State.UNSUBSCRIBED), counted(group, State.BANNED));
    }

    private long counted(long group, State state) {
        return db.sql("SELECT count(*) FROM membership WHERE group_id = :group AND state = :state")
                .param("group", group).param("state", state.name()).query(Long.class).single();
    }
}
