package todoku.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.database.TestDatabase;

/// The database of a large shop, made small.
class DataBenchTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static List<String> shape;

    @TempDir
    static Path home;

    @BeforeAll
    static void a_shop() throws Exception {
        shape = shape();
        DataBench.fill(database.database(), home, new DataBench.Size(2_000, 6_000, 10, 10_000));
    }

    @Test
    void there_is_as_much_of_everything_as_was_asked_for() {
        assertThat(number("SELECT count(*) FROM customer")).isEqualTo(2_000);
        assertThat(number("SELECT count(*) FROM related_record")).isEqualTo(6_000);
        assertThat(number("SELECT count(*) FROM campaign WHERE state = 'SENT'")).isEqualTo(10);
        assertThat(number("SELECT count(*) FROM event")).isBetween(9_000L, 11_000L);
        assertThat(number("SELECT count(DISTINCT group_id) FROM membership")).isEqualTo(10);
        assertThat(number("SELECT count(DISTINCT data->>'商品コード') FROM related_record WHERE data->>'商品コード' BETWEEN 'T-001' AND 'T-040'")).isGreaterThan(30);
    }

    @Test
    void what_happened_adds_up() {
        assertThat(number("SELECT count(*) FROM mailing m JOIN mailing_progress p ON p.mailing_id = m.id WHERE m.planned = p.delivered + p.failed")).isEqualTo(10);
        assertThat(number("SELECT count(*) FROM recipient_result")).isEqualTo(number("SELECT count(*) FROM mailing_recipient")).isGreaterThan(5_000);
        assertThat(number("SELECT count(*) FROM event WHERE kind = 'OPENED'")).isEqualTo(number("SELECT count(*) FROM first_open")).isGreaterThan(500);
        assertThat(number("SELECT count(*) FROM event WHERE kind = 'CLICKED'")).isEqualTo(number("SELECT count(*) FROM first_click")).isGreaterThan(50);
        assertThat(number("SELECT count(*) FROM related_record r WHERE NOT EXISTS (SELECT FROM customer c WHERE c.id = r.customer_id)")).isZero();
        assertThat(number("SELECT count(*) FROM customer_history h WHERE NOT EXISTS (SELECT FROM event e WHERE e.id = h.event_id)")).isZero();
    }

    @Test
    void reports_count_them() {
        assertThat(number("SELECT sum(created) FROM record_growth")).isEqualTo(2_000);
        assertThat(number("SELECT sum(joined) FROM group_growth")).isEqualTo(number("SELECT count(*) FROM membership WHERE state = 'SUBSCRIBED'"));
        assertThat(number("SELECT sum(n) FROM group_count")).isEqualTo(number("SELECT count(*) FROM membership"));
    }

    @Test
    void every_index_reference_and_trigger_is_back() {
        assertThat(shape()).isEqualTo(shape);
    }

    private static List<String> shape() {
        return database.client().sql("""
                SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ('address', 'customer', 'membership', 'related_record', 'event')
                UNION ALL SELECT conrelid::regclass || conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conparentid = 0
                 AND conrelid::regclass::text IN ('address', 'customer', 'membership', 'related_record', 'event')
                UNION ALL SELECT tgrelid::regclass || tgname || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
                UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
                 ORDER BY 1
                """).query(String.class).list();
    }

    private static long number(String sql) {
        return database.client().sql(sql).query(Long.class).single();
    }
}
