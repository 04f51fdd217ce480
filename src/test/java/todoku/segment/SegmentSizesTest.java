package todoku.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.database.TestDatabase;

class SegmentSizesTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");
    private static final Rule IN_TOKYO = new Condition("prefecture", Operator.EQUALS, "東京都");

    /// 00:30 on the 2nd in Tokyo, still the 1st in London.
    private Instant now = Instant.parse("2026-04-01T15:30:00Z");

    private final Rules rules = new Rules(database.client(), () -> now, TOKYO);
    private final Segments segments = new Segments(database.database(), () -> now);
    private final SegmentSizes sizes = new SegmentSizes(database.database(), segments, rules, new Tally(database.database(), rules), () -> now, TOKYO);

    @Test
    void each_day_is_counted_once_and_again_when_the_rule_changes() {
        person("hanako", "東京都");
        Segment segment = saved(segments.add(1, "東京", IN_TOKYO, operator()));
        sizes.look();
        person("taro", "東京都");
        person("jiro", "大阪府");
        sizes.look();
        assertThat(sizes.shown(segment.id())).containsExactly(day(2, 1));
        assertThat(segments.find(segment.id()).orElseThrow().lastCount()).isEqualTo(1);

        now = now.plusSeconds(86_400);
        sizes.look();
        assertThat(sizes.shown(segment.id())).containsExactly(day(2, 1), day(3, 2));

        Segment changed = saved(segments.edit(segment.id(), segment.version(), "住所あり", new Condition("prefecture", Operator.FILLED), operator()));
        sizes.keep(segment, 99);
        assertThat(sizes.shown(segment.id())).as("a count of the rule before").containsExactly(day(2, 1), day(3, 2));
        sizes.look();
        assertThat(sizes.shown(changed.id())).containsExactly(day(2, 1), day(3, 3));

        now = now.plusSeconds(29 * 86_400);
        assertThat(sizes.shown(changed.id())).as("of thirty days").containsExactly(day(3, 3));
    }

    @Test
    void one_that_cannot_be_counted_does_not_hold_up_the_others() {
        Segment broken = saved(segments.add(1, "壊れた", new Condition("custom.gone", Operator.FILLED), operator()));
        Segment good = saved(segments.add(1, "後の", IN_TOKYO, operator()));
        sizes.look();

        assertThat(sizes.shown(broken.id())).isEmpty();
        assertThat(sizes.shown(good.id())).hasSize(1);
    }

    private static SegmentSizes.Day day(int day, int people) {
        return new SegmentSizes.Day(LocalDate.of(2026, 4, day), people);
    }

    private static Segment saved(Segments.Saving saving) {
        assertThat(saving).isInstanceOf(Segments.Saving.Saved.class);
        return ((Segments.Saving.Saved) saving).segment();
    }

    private static long operator() {
        return database.client().sql("""
                INSERT INTO operator (login, display_name, password_hash) VALUES ('hanako', '花子', '')
                ON CONFLICT (login) DO UPDATE SET login = excluded.login RETURNING id
                """).query(Long.class).single();
    }

    private static void person(String local, String prefecture) {
        database.client().sql("""
                WITH d AS (INSERT INTO domain (name) VALUES ('example.jp') ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id),
                     a AS (INSERT INTO address (canonical, as_written, domain_id) SELECT :address, :address, id FROM d RETURNING id)
                INSERT INTO customer (number, address_id, prefecture, created_at, changed_at)
                SELECT :local, id, :prefecture, now(), now() FROM a
                """)
                .param("address", local + "@example.jp")
                .param("local", local)
                .param("prefecture", prefecture)
                .update();
    }
}
