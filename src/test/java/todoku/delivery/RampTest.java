package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class RampTest {
    private static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");

    private Instant now = Instant.parse("2026-11-22T01:00:00Z");
    private final Ramp ramp = new Ramp(1, "gmail", WarmupPlan.of(50, 100, 200), TOKYO, null, now);

    @Test
    void a_used_day_without_complaints_is_followed_by_a_larger_one_until_the_plan_ends() {
        send(50);
        assertThat(ramp.free(now)).isZero();
        tomorrow();
        assertThat(ramp.free(now)).isEqualTo(100);
        send(60);
        tomorrow();
        assertThat(ramp.free(now)).isEqualTo(200);
        send(200);
        tomorrow();
        assertThat(ramp.free(now)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void a_day_that_was_hardly_used_does_not_count() {
        send(20);
        tomorrow();
        assertThat(ramp.free(now)).isEqualTo(50);
        assertThat(ramp.isHeld()).isFalse();
    }

    @Test
    void a_block_or_many_refusals_hold_the_plan_for_a_day() {
        send(50);
        ramp.blocked();
        tomorrow();
        assertThat(ramp.free(now)).isEqualTo(50);
        assertThat(ramp.isHeld()).isTrue();
        send(50);
        for (int i = 0; i < 3; i++) ramp.refused();
        tomorrow();
        assertThat(ramp.free(now)).isEqualTo(50);
        send(50);
        ramp.refused();
        tomorrow();
        assertThat(ramp.free(now)).isEqualTo(100);
    }

    @Test
    void its_day_begins_in_the_morning() {
        send(50);
        assertThat(ramp.next(now)).isEqualTo(Instant.parse("2026-11-23T00:00:00Z"));
        now = Instant.parse("2026-11-22T23:59:00Z"); // 08:59 in Tokyo
        assertThat(ramp.free(now)).isZero();
        now = Instant.parse("2026-11-23T00:00:00Z");
        assertThat(ramp.free(now)).isEqualTo(100);
    }

    @Test
    void a_restart_goes_on_where_the_stored_day_was() {
        var today = new Ramp(1, "gmail", WarmupPlan.of(50, 100, 200), TOKYO, day("2026-11-22", 1, 80), now);
        assertThat(today.limit()).isEqualTo(100);
        var yesterday = new Ramp(1, "gmail", WarmupPlan.of(50, 100, 200), TOKYO, day("2026-11-21", 1, 80), now);
        assertThat(yesterday.limit()).isEqualTo(200);
    }

    @Test
    void every_plan_that_is_shipped_grows_by_no_more_than_double() {
        WarmupPlan plan = WarmupPlan.shipped();
        for (Provider provider : Providers.shipped().all()) {
            for (int day = 1; day < plan.days(provider.key()); day++)
                assertThat(plan.mails(provider.key(), day))
                        .isBetween(plan.mails(provider.key(), day - 1) + 1, 2 * plan.mails(provider.key(), day - 1));
            assertThat(plan.days(provider.key())).isEqualTo(30);
        }
    }

    private static Ramp.Day day(String day, int step, int mails) {
        return new Ramp.Day(LocalDate.parse(day), step, mails, 0, 0);
    }

    private void send(int mails) {
        ramp.add(mails, now);
    }

    private void tomorrow() {
        now = now.plus(Duration.ofDays(1));
    }
}
