package todoku.customer.growth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.customer.growth.Growth.BySource;
import todoku.customer.growth.Growth.Row;
import todoku.database.TestDatabase;
import todoku.event.Event;
import todoku.event.Event.Environment;
import todoku.event.Event.Kind;
import todoku.event.EventLedger;
import todoku.event.Followers;

class GrowthTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");

    private final Instant now = Instant.parse("2026-11-22T03:30:00Z"); // 12:30 in Tokyo
    private final EventLedger ledger = new EventLedger(database.client());
    private final Growth growth = new Growth(database.database(), () -> now, TOKYO);
    private Followers followers;

    @BeforeEach
    void nobodyYet() {
        database.client().sql("TRUNCATE event, follower, record_growth, group_growth RESTART IDENTITY").update();
        followers = new Followers(database.database(), () -> now, List.of(new GrowthFollower(database.client())));
    }

    @Test
    void an_empty_house_has_no_records_in_any_month() {
        assertThat(growth.begun()).isNull();
        assertThat(growth.months()).hasSize(12).allMatch(month -> month.most() == 0);
        assertThat(growth.rows(Span.DAY, null)).hasSize(31).allMatch(row -> row.count() == 0);
    }

    @Test
    void the_most_of_a_month_is_what_there_was_at_one_time_and_not_what_was_left() {
        created("2026-09-30T14:59:59Z", 1, 100); // the last second of September in Tokyo
        created("2026-10-01T01:00:00Z", 101, 150);
        deleted("2026-10-01T01:10:00Z", 101);
        created("2026-10-01T01:20:00Z", 151, 151);
        for (int id = 1; id <= 40; id++) deleted("2026-10-20T00:00:00Z", id);
        follow();

        assertThat(growth.months().subList(0, 4)).extracting(Growth.Month::most).containsExactly(110L, 150L, 100L, 0L);
        assertThat(growth.months().getFirst().current()).isTrue();
        assertThat(growth.thisMonth()).isEqualTo(110);
    }

    @Test
    void rows_count_by_the_day_of_the_installation() {
        created("2026-11-20T14:30:00Z", 1, 10);
        created("2026-11-20T15:30:00Z", 11, 15);
        deleted("2026-11-22T03:00:00Z", 3);
        follow();

        assertThat(growth.rows(Span.DAY, null).subList(0, 4)).containsExactly(
                row("2026-11-22T00:00", 14, 0, 1), row("2026-11-21T00:00", 15, 5, 0), row("2026-11-20T00:00", 10, 10, 0),
                row("2026-11-19T00:00", 0, 0, 0));
        assertThat(growth.rows(Span.HOUR, null).getFirst()).isEqualTo(row("2026-11-22T12:00", 14, 0, 1));
        assertThat(growth.rows(Span.YEAR, null).getFirst()).isEqualTo(row("2026-01-01T00:00", 14, 15, 1));
        assertThat(growth.rows(Span.DAY, LocalDateTime.parse("2026-11-20T23:00")).getFirst()).isEqualTo(row("2026-11-20T00:00", 10, 10, 0));
    }

    @Test
    void a_group_tells_who_joined_and_left_and_through_whom() {
        state("2026-11-21T01:00:00Z", "[1, 2, 3]", 7, "null", "\"SUBSCRIBED\"", "IMPORT");
        state("2026-11-21T01:00:00Z", "[4]", 7, "null", "\"UNSUBSCRIBED\"", "IMPORT");
        state("2026-11-22T01:00:00Z", "[2]", 7, "\"SUBSCRIBED\"", "\"UNSUBSCRIBED\"", "PERSON");
        state("2026-11-22T01:00:00Z", "[2]", 7, "\"UNSUBSCRIBED\"", "\"BANNED\"", "OPERATOR");
        state("2026-11-22T01:00:00Z", "[1]", 8, "null", "\"SUBSCRIBED\"", "OPERATOR");
        follow();

        assertThat(growth.rows(Span.DAY, null, 7).subList(0, 2))
                .containsExactly(row("2026-11-22T00:00", 2, 0, 1), row("2026-11-21T00:00", 3, 3, 0));
        assertThat(growth.sources(Span.DAY, null, 7)).containsExactly(new BySource("IMPORT", 3, 0), new BySource("PERSON", 0, 1));
    }

    @Test
    void what_was_followed_once_is_not_counted_again() {
        created("2026-11-21T01:00:00Z", 1, 5);
        follow();
        created("2026-11-21T01:30:00Z", 6, 6);
        follow();
        follow();

        assertThat(growth.rows(Span.DAY, null).get(1)).isEqualTo(row("2026-11-21T00:00", 6, 6, 0));
    }

    private void follow() {
        followers.run(10);
    }

    private void created(String at, long first, long last) {
        String who = first == last ? "{\"customers\":[" + first + "]}" : "{\"first\":" + first + ",\"last\":" + last + "}";
        write(at, Kind.CUSTOMER_CREATED, who);
    }

    private void deleted(String at, long customer) {
        write(at, Kind.CUSTOMER_DELETED, "{\"customers\":[" + customer + "]}");
    }

    private void state(String at, String customers, long group, String from, String to, String source) {
        write(at, Kind.STATE_CHANGED, "{\"customers\":" + customers + ",\"group\":" + group + ",\"from\":" + from + ",\"to\":" + to
                + ",\"source\":\"" + source + "\"}");
    }

    private void write(String at, Kind kind, String detail) {
        ledger.append(List.of(new Event(Instant.parse(at), kind, Environment.LIVE, null, null, null, detail)));
    }

    private static Row row(String from, long count, long came, long went) {
        return new Row(LocalDateTime.parse(from), count, came, went);
    }
}
