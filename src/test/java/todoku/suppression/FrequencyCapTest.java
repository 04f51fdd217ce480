package todoku.suppression;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.database.Database;
import todoku.event.AddressId;
import todoku.event.Event;
import todoku.event.Event.Environment;
import todoku.event.Event.Kind;
import todoku.event.EventLedger;
import todoku.event.MailingId;

class FrequencyCapTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private static final List<AddressId> BOTH = List.of(new AddressId(1), new AddressId(2));

    private final TestServer.Visitor admin = server.admin();
    private final Database database = server.part(Database.class);
    private final EventLedger ledger = new EventLedger(database.client());
    private final Instant now = Instant.parse("2026-11-22T01:00:00Z");
    private final FrequencyCap cap = new FrequencyCap(database.client(), () -> now);

    @AfterEach
    void noLimit() {
        database.client().sql("TRUNCATE event").update();
        database.client().sql("UPDATE frequency_cap SET mails = 0, days = 7").update();
    }

    @Test
    void without_a_limit_everybody_gets_everything() {
        for (int i = 0; i < 9; i++) got(1, Kind.DELIVERED, mailing("GROUP", null), 1);
        assertThat(cap.reached(mailing("GROUP", null), BOTH)).isEmpty();
    }

    @Test
    void whoever_had_as_many_mails_of_campaigns_as_are_allowed_gets_no_more_until_the_days_are_over() {
        limit(2, 7);
        got(1, Kind.DELIVERED, mailing("GROUP", null), 1);
        got(2, Kind.DELIVERED, mailing("GROUP", null), 8);
        got(2, Kind.DELIVERED, mailing("GROUP", null), 1);
        MailingId next = mailing("GROUP", null);
        assertThat(cap.reached(next, BOTH)).isEmpty();
        got(1, Kind.UNKNOWN, mailing("SPOT", null), 2);
        assertThat(cap.reached(next, BOTH)).containsExactly(new AddressId(1));
    }

    @Test
    void failures_tests_other_environments_and_the_mailing_itself_do_not_count() {
        limit(1, 7);
        MailingId next = mailing("GROUP", null);
        got(1, Kind.FAILED, mailing("GROUP", null), 1);
        got(1, Kind.DELIVERED, mailing("TEST", null), 1);
        got(1, Kind.DELIVERED, mailing("RELAY", null), 1);
        got(1, Kind.DELIVERED, next, 1);
        ledger.append(List.of(event(1, Kind.DELIVERED, mailing("GROUP", null), 1, Environment.SANDBOX)));
        assertThat(cap.reached(next, BOTH)).isEmpty();
    }

    @Test
    void spot_mails_and_categories_that_are_no_advertising_go_out_all_the_same() {
        limit(1, 7);
        got(1, Kind.DELIVERED, mailing("GROUP", null), 1);
        long notices = category(false);
        assertThat(cap.reached(mailing("SPOT", null), BOTH)).isEmpty();
        assertThat(cap.reached(mailing("GROUP", notices), BOTH)).isEmpty();
        assertThat(cap.reached(mailing("GROUP", category(true)), BOTH)).hasSize(1);
    }

    @Test
    void the_page_keeps_a_limit_and_refuses_what_is_none() {
        assertThat(admin.get("/settings/frequency").body()).contains("フリークエンシー制御", "0 にすると");
        int version = cap.limit().version();
        assertThat(admin.post("/settings/frequency", form(version, "３", "7")).body()).contains("7 日間に 3 通まで");
        assertThat(admin.post("/settings/frequency", form(version, "4", "7")).statusCode()).isEqualTo(409);
        assertThat(admin.post("/settings/frequency", form(version + 1, "x", "7")).body()).contains("0 から 100 まで");
        assertThat(admin.post("/settings/frequency", form(version + 1, "3", "0")).body()).contains("1 から 90 まで");
        assertThat(cap.limit()).isEqualTo(new FrequencyCap.Limit(3, 7, version + 1));
        assertThat(admin.get("/audit").body()).contains("フリークエンシー制御を変更");
    }

    private static Map<String, String> form(int version, String mails, String days) {
        return Map.of("version", Integer.toString(version), "mails", mails, "days", days);
    }

    private void limit(int mails, int days) {
        assertThat(cap.change(new FrequencyCap.Limit(mails, days, cap.limit().version()))).isTrue();
    }

    private void got(long address, Kind kind, MailingId mailing, int daysAgo) {
        ledger.append(List.of(event(address, kind, mailing, daysAgo, Environment.LIVE)));
    }

    private Event event(long address, Kind kind, MailingId mailing, int daysAgo, Environment environment) {
        return new Event(now.minus(Duration.ofDays(daysAgo)).plusSeconds(1), kind, environment, mailing, 1, new AddressId(address), "{}");
    }

    private long category(boolean advertising) {
        return database.client().sql("INSERT INTO category (name, advertising) VALUES (:name, :advertising) RETURNING id")
                .param("name", "c" + System.nanoTime()).param("advertising", advertising).query(Long.class).single();
    }

    private MailingId mailing(String kind, @Nullable Long category) {
        return new MailingId(database.client().sql("""
                INSERT INTO mailing (kind, environment, department_id, category_id, priority, state, created_at, expires_at)
                VALUES (:kind, 'LIVE', 1, :category, 50, 'SENT', now(), now()) RETURNING id
                """).param("kind", kind).param("category", category).query(Long.class).single());
    }
}
