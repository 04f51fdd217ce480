package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import todoku.delivery.Why.What;
import todoku.mail.smtp.Reply;

class PaceTest {
    private static final Instant START = Instant.parse("2026-11-22T01:16:00Z");
    private static final Reply TOO_MANY = new Reply(421, "4.7.0 Too many connections, try again later");

    private static final LaneKey LANE = new LaneKey(SendingIp.ANY, 7);

    private static final Map<RuleField, Integer> SEVENTY_A_DAY =
            Map.of(RuleField.MAILS_PER_SECOND, 0, RuleField.MAILS_PER_MINUTE, 0, RuleField.MAILS_PER_DAY, 70);

    private final AtomicLong time = new AtomicLong();

    @Test
    void a_sign_of_too_much_halves_the_connections_and_they_come_back_one_by_one() {
        Pace pace = pace("docomo");
        assertThat(pace.connections()).isEqualTo(4);
        Duration waits = pace.refused(Action.SLOW_DOWN, TOO_MANY, "replies.rules:31");
        assertThat(pace.connections()).isEqualTo(2);
        assertThat(pace.isResting()).isFalse();
        assertThat(waits).isEqualTo(Duration.ofMinutes(30));
        assertThat(pace.why()).isEqualTo(new Why(
                What.SLOWED, TOO_MANY.toString(), "replies.rules:31", START, START.plus(Duration.ofMinutes(30)), 4, 2));
        pass(Duration.ofMinutes(30));
        assertThat(pace.connections()).isEqualTo(3);
        assertThat(Objects.requireNonNull(pace.why()).what()).isEqualTo(What.RECOVERING);
        pass(Duration.ofMinutes(6));
        assertThat(pace.connections()).isEqualTo(4);
        assertThat(pace.why()).isNull();
    }

    @Test
    void dialogues_that_are_refused_together_are_one_sign() {
        Pace pace = pace("docomo");
        pace.refused(Action.SLOW_DOWN, TOO_MANY, "");
        pass(Duration.ofSeconds(2));
        pace.refused(Action.SLOW_DOWN, TOO_MANY, "");
        assertThat(pace.connections()).isEqualTo(2);
        pass(Duration.ofMinutes(1));
        pace.refused(Action.SLOW_DOWN, TOO_MANY, "");
        assertThat(pace.connections()).isEqualTo(1);
        pass(Duration.ofMinutes(1));
        pace.refused(Action.SLOW_DOWN, TOO_MANY, "");
        assertThat(pace.isResting()).isTrue();
    }

    /// Each of them costs a recipient a pause of his own.
    @Test
    void whoever_cuts_more_in_a_row_than_could_be_open_together_is_away() {
        Pace pace = pace("docomo");
        pace.answered();
        for (int i = 0; i < 4; i++) pace.cut("connection refused");
        assertThat(pace.connections()).as("opened together").isEqualTo(2);
        pace.answered();
        for (int i = 0; i < 4; i++) pace.cut("connection refused");
        assertThat(pace.isResting()).as("somebody was answered between").isFalse();
        pace.cut("connection refused");
        assertThat(pace.isResting()).isTrue();
        assertThat(Objects.requireNonNull(pace.why()).what()).isEqualTo(What.NO_ANSWER);
        pass(Duration.ofMinutes(30));
        assertThat(pace.take(9)).as("one tries").isEqualTo(1);
    }

    @Test
    void gmail_is_left_alone_for_ten_minutes_and_asked_with_one_mail_until_it_agrees() {
        Pace pace = pace("gmail");
        pace.refused(Action.SLOW_DOWN, new Reply(421, "4.7.28 unusual rate"), "");
        assertThat(pace.isResting()).isTrue();
        assertThat(pace.take(1)).isZero();
        pass(Duration.ofMinutes(9));
        assertThat(pace.isResting()).isTrue();
        pass(Duration.ofMinutes(1));
        assertThat(pace.connections()).isEqualTo(1);
        assertThat(pace.take(9)).isEqualTo(1);
        assertThat(pace.take(9)).as("while it is tried").isZero();
        pace.refused(Action.SLOW_DOWN, new Reply(421, "4.7.28 unusual rate"), "");
        assertThat(pace.isResting()).isTrue();
        pass(Duration.ofMinutes(10));
        pace.take(9);
        pace.answered();
        assertThat(pace.take(1)).isPositive();
        assertThat(pace.connections()).isEqualTo(1);
        pass(Duration.ofMinutes(2));
        assertThat(pace.connections()).isEqualTo(2);
        pass(Duration.ofMinutes(4));
        assertThat(pace.connections()).isEqualTo(4);
        pass(Duration.ofMinutes(2));
        assertThat(pace.why()).isNull();
    }

    @Test
    void a_probe_that_was_handed_back_is_made_again() {
        Pace pace = pace("gmail");
        pace.refused(Action.STOP_LANE, TOO_MANY, "");
        pass(Duration.ofMinutes(10));
        pace.take(9);
        pace.handedBack();
        assertThat(pace.take(9)).isEqualTo(1);
    }

    @Test
    void an_alarm_rests_longer_and_says_so() {
        Pace pace = pace("gmail");
        pace.refused(Action.SLOW_DOWN, TOO_MANY, "");
        Duration waits = pace.refused(Action.ALARM, new Reply(550, "5.7.26 <a@b.example> unauthenticated"), "");
        assertThat(waits).isEqualTo(Duration.ofMinutes(60));
        Why why = Objects.requireNonNull(pace.why());
        assertThat(why.what()).isEqualTo(What.ALARM);
        assertThat(why.reply()).doesNotContain("a@b.example");
        Pace other = pace("gmail");
        other.alarmed(why);
        assertThat(other.isResting()).isTrue();
        other.tryNow();
        assertThat(other.isResting()).isFalse();
        assertThat(other.take(9)).isEqualTo(1);
    }

    @Test
    void a_cut_is_a_sign_from_those_who_have_answered_and_the_others_are_away() {
        Pace away = pace("au");
        away.cut("connection refused");
        assertThat(away.isResting()).isTrue();
        assertThat(Objects.requireNonNull(away.why()).what()).isEqualTo(What.NO_ANSWER);
        Pace busy = pace("au");
        busy.answered();
        busy.cut("connection reset");
        assertThat(busy.connections()).isEqualTo(2);
        assertThat(Objects.requireNonNull(busy.why()).until()).isEqualTo(START.plus(Duration.ofMinutes(10)));
    }

    @Test
    void the_rate_is_even_by_second_and_minute() {
        Pace pace = pace("docomo", Map.of(RuleField.MAILS_PER_SECOND, 10, RuleField.MAILS_PER_MINUTE, 60));
        int begun = 0;
        for (int i = 0; i < 600; i++) {
            begun += begin(pace, 9);
            pass(Duration.ofMillis(100));
        }
        assertThat(begun).isBetween(59, 61);
        pace.look();
        assertThat(pace.perMinute()).isBetween(55, 65);
        assertThat(pace.limitPerMinute()).isEqualTo(60);
    }

    @Test
    void carriers_are_left_alone_around_the_full_hour_and_not_all_for_as_long() {
        Pace pace = pace("docomo");
        pass(Duration.ofMinutes(41)); // 10:57
        assertThat(pace.take(1)).isPositive();
        pass(Duration.ofMinutes(1)); // 10:58
        assertThat(pace.take(1)).isZero();
        assertThat(Objects.requireNonNull(pace.why()).what()).isEqualTo(What.FULL_HOUR);
        assertThat(pace.isResting()).isFalse();
        pass(Duration.ofNanos(pace.waitNanos())); // 11:02 and the seconds of this destination
        assertThat(time.get()).isBetween(Duration.ofMinutes(46).toNanos(), Duration.ofMinutes(47).toNanos());
        assertThat(pace.take(1)).isPositive();
        assertThat(pace.why()).isNull();
    }

    @Test
    void an_hour_and_a_day_are_full_and_begin_again() {
        Pace pace = pace("default", Map.of(RuleField.MAILS_PER_SECOND, 0, RuleField.MAILS_PER_MINUTE, 0, RuleField.MAILS_PER_HOUR, 50, RuleField.MAILS_PER_DAY, 70));
        assertThat(begin(pace, 60)).isEqualTo(50);
        pass(Duration.ofMinutes(1));
        assertThat(pace.take(1)).isZero();
        assertThat(Objects.requireNonNull(pace.why()).what()).isEqualTo(What.HOUR_FULL);
        pass(Duration.ofHours(1));
        assertThat(begin(pace, 60)).isEqualTo(20);
        pass(Duration.ofHours(1));
        assertThat(pace.take(1)).isZero();
        Why why = Objects.requireNonNull(pace.why());
        assertThat(why.what()).isEqualTo(What.DAY_FULL);
        assertThat(why.until()).isEqualTo(Instant.parse("2026-11-22T15:00:00Z"));
        pass(Duration.ofHours(13));
        assertThat(pace.take(1)).isPositive();
    }

    @Test
    void connections_are_opened_no_faster_than_the_rule_says() {
        Pace pace = pace("default", Map.of(RuleField.CONNECTIONS_PER_SECOND, 2));
        assertThat(pace.connectNanos()).isZero();
        assertThat(pace.connectNanos()).isEqualTo(Duration.ofMillis(500).toNanos());
        assertThat(pace.connectNanos()).isEqualTo(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void the_only_connection_goes_to_the_first_priority() {
        Pace pace = pace("docomo");
        pace.refused(Action.STOP_LANE, TOO_MANY, "");
        pass(Duration.ofMinutes(30));
        pace.take(9);
        pace.answered();
        assertThat(pace.connectionsFor(false)).isEqualTo(1);
        assertThat(pace.connectionsFor(true)).isEqualTo(1);
        assertThat(pace.open(true)).isTrue();
        assertThat(pace.connectionsFor(false)).isZero();
        pace.closed(true);
        pass(Duration.ofSeconds(3));
        assertThat(pace.connectionsFor(false)).isEqualTo(1);
    }

    @Test
    void a_changed_rule_counts_at_once_and_does_not_end_a_rest() {
        Pace pace = pace("docomo");
        pace.shape(pace.provider(), shaping("docomo", Map.of(RuleField.CONNECTIONS, 8)));
        assertThat(pace.connections()).isEqualTo(8);
        pace.refused(Action.STOP_LANE, TOO_MANY, "");
        pace.shape(pace.provider(), shaping("docomo", Map.of(RuleField.CONNECTIONS, 3)));
        assertThat(pace.isResting()).isTrue();
    }

    @Test
    void a_restart_does_not_end_a_rest() {
        Pace before = pace("gmail");
        before.refused(Action.STOP_LANE, TOO_MANY, "");
        Pace after = pace("gmail");
        after.restore(Objects.requireNonNull(before.why()));
        pass(Duration.ofMinutes(9));
        assertThat(after.isResting()).isTrue();
        pass(Duration.ofMinutes(1));
        assertThat(after.take(9)).isEqualTo(1);
    }

    @Test
    void after_a_restart_one_mail_tries_where_a_rest_has_ended_meanwhile_or_one_was_trying() {
        Pace before = pace("gmail");
        before.refused(Action.SLOW_DOWN, new Reply(421, "4.7.28 unusual rate"), "");
        Why rest = Objects.requireNonNull(before.why());
        pass(Duration.ofMinutes(12));
        for (Why stored : List.of(rest, Objects.requireNonNull(before.why()))) {
            Pace after = pace("gmail");
            after.restore(stored);
            assertThat(after.connections()).isEqualTo(1);
            assertThat(after.take(9)).isEqualTo(1);
            assertThat(after.take(9)).isZero();
        }
    }

    // ── several destinations of one provider ──

    @Test
    void the_destinations_of_a_provider_share_its_rates_and_days() {
        Pace all = pace("gmail", SEVENTY_A_DAY);
        Pace one = part(all);
        Pace other = part(all);
        assertThat(one.take(50)).isEqualTo(50);
        assertThat(other.take(50)).as("what another lane counts on is taken").isEqualTo(20);
        one.begun(40);
        one.giveBack(10);
        other.begun(20);
        assertThat(begin(other, 50)).isEqualTo(10);
        assertThat(one.take(50)).isZero();
        assertThat(Objects.requireNonNull(one.why()).what()).isEqualTo(What.DAY_FULL);
        assertThat(one.isSpent()).isTrue();
    }

    @Test
    void what_was_counted_for_a_destination_counts_for_its_provider_when_it_joins() {
        Pace known = pace("gmail", SEVENTY_A_DAY);
        assertThat(begin(known, 60)).isEqualTo(60);
        Pace all = pace("gmail", SEVENTY_A_DAY);
        known.share(all);
        assertThat(part(all).take(50)).isEqualTo(10);
    }

    @Test
    void a_rate_refused_at_one_destination_slows_all_of_the_provider_and_a_dead_host_only_itself() {
        Pace all = pace("gmail");
        Pace one = part(all);
        Pace other = part(all);
        one.cut("connection refused");
        assertThat(one.isResting()).isTrue();
        assertThat(other.isResting()).isFalse();
        other.refused(Action.STOP_LANE, new Reply(550, "5.7.1 not from you"), "");
        Pace third = part(all);
        assertThat(third.isResting()).isFalse();
        third.refused(Action.SLOW_DOWN, new Reply(421, "4.7.28 unusual rate"), "");
        assertThat(part(all).isResting()).isTrue();
        pass(Duration.ofMinutes(10));
        assertThat(third.take(9) + part(all).take(9)).as("one mail of them all tries").isEqualTo(1);
        third.answered();
        assertThat(part(all).take(9)).isPositive();
    }

    @Test
    void connections_to_a_provider_are_shared_in_the_order_in_which_they_are_wanted() {
        Pace all = pace("docomo"); // four, one of them for the first priority
        Pace one = part(all);
        for (int i = 0; i < 3; i++) assertThat(one.open(false)).isTrue();
        assertThat(one.open(false)).isFalse();
        assertThat(one.isWanted()).as("it only wants more itself").isFalse();
        Pace second = part(all);
        Pace third = part(all);
        assertThat(second.open(false)).isFalse();
        assertThat(third.open(false)).isFalse();
        assertThat(one.isWanted()).isTrue();
        assertThat(third.open(true)).as("the one for the first priority").isTrue();
        one.closed(false);
        assertThat(third.open(false)).as("somebody came before").isFalse();
        assertThat(one.open(false)).isFalse();
        assertThat(second.open(false)).isTrue();
        second.closed(false);
        pass(Duration.ofSeconds(2)); // the third has gone
        assertThat(one.isWanted()).isFalse();
        assertThat(one.open(false)).isTrue();
    }

    private static int begin(Pace pace, int wanted) {
        int begun = pace.take(wanted);
        pace.begun(begun);
        return begun;
    }

    private Pace part(Pace all) {
        Pace part = pace(all.provider().key());
        part.share(all);
        return part;
    }

    private void pass(Duration duration) {
        time.addAndGet(duration.toNanos());
    }

    private Pace pace(String provider) {
        return pace(provider, Map.of());
    }

    private Pace pace(String provider, Map<RuleField, Integer> changed) {
        Provider whose = Providers.shipped().find(provider).orElseThrow();
        return new Pace(
                LANE,
                whose,
                shaping(provider, changed),
                new Tally(LANE, ZoneId.of("Asia/Tokyo")),
                () -> START.plusNanos(time.get()),
                time::get);
    }

    private static Shaping shaping(String provider, Map<RuleField, Integer> changed) {
        return Providers.shipped().find(provider).orElseThrow().rule().with(changed).shaping();
    }
}
