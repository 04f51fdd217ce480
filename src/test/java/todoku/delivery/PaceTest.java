package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
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

    private final AtomicLong time = new AtomicLong();

    @Test
    void a_sign_of_too_much_halves_the_connections_and_they_come_back_one_by_one() {
        Pace pace = pace("docomo");
        assertThat(pace.connections()).isEqualTo(4);
        Duration waits = pace.refused(Action.SLOW_DOWN, TOO_MANY, "replies.rules:31");
        assertThat(pace.connections()).isEqualTo(2);
        assertThat(pace.isResting()).isFalse();
        assertThat(waits).isEqualTo(Duration.ofMinutes(5));
        assertThat(pace.why()).isEqualTo(new Why(
                What.SLOWED, TOO_MANY.toString(), "replies.rules:31", START, START.plus(Duration.ofMinutes(5)), 4, 2));
        pass(Duration.ofMinutes(5));
        assertThat(pace.connections()).isEqualTo(3);
        assertThat(Objects.requireNonNull(pace.why()).what()).isEqualTo(What.RECOVERING);
        pass(Duration.ofMinutes(1));
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

    @Test
    void gmail_is_left_alone_for_ten_minutes_and_asked_with_one_mail_until_it_agrees() {
        Pace pace = pace("gmail");
        pace.refused(Action.SLOW_DOWN, new Reply(421, "4.7.28 unusual rate"), "");
        assertThat(pace.isResting()).isTrue();
        assertThat(pace.mails()).isZero();
        pass(Duration.ofMinutes(9));
        assertThat(pace.isResting()).isTrue();
        pass(Duration.ofMinutes(1));
        assertThat(pace.connections()).isEqualTo(1);
        assertThat(pace.mails()).isEqualTo(1);
        pace.begun(1);
        assertThat(pace.mails()).as("while it is tried").isZero();
        pace.refused(Action.SLOW_DOWN, new Reply(421, "4.7.28 unusual rate"), "");
        assertThat(pace.isResting()).isTrue();
        pass(Duration.ofMinutes(10));
        pace.begun(pace.mails());
        pace.answered();
        assertThat(pace.mails()).isPositive();
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
        pace.begun(pace.mails());
        pace.handedBack();
        assertThat(pace.mails()).isEqualTo(1);
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
        assertThat(other.mails()).isEqualTo(1);
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
            int now = pace.mails();
            pace.begun(now);
            begun += now;
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
        assertThat(pace.mails()).isPositive();
        pass(Duration.ofMinutes(1)); // 10:58
        assertThat(pace.mails()).isZero();
        assertThat(Objects.requireNonNull(pace.why()).what()).isEqualTo(What.FULL_HOUR);
        assertThat(pace.isResting()).isFalse();
        pass(Duration.ofNanos(pace.waitNanos())); // 11:02 and the seconds of this destination
        assertThat(time.get()).isBetween(Duration.ofMinutes(46).toNanos(), Duration.ofMinutes(47).toNanos());
        assertThat(pace.mails()).isPositive();
        assertThat(pace.why()).isNull();
    }

    @Test
    void an_hour_and_a_day_are_full_and_begin_again() {
        Pace pace = pace("default", Map.of(RuleField.MAILS_PER_HOUR, 50, RuleField.MAILS_PER_DAY, 70));
        pace.begun(50);
        pass(Duration.ofMinutes(1));
        assertThat(pace.mails()).isZero();
        assertThat(Objects.requireNonNull(pace.why()).what()).isEqualTo(What.HOUR_FULL);
        pass(Duration.ofHours(1));
        assertThat(pace.mails()).isBetween(1, 20);
        pace.begun(20);
        pass(Duration.ofHours(1));
        assertThat(pace.mails()).isZero();
        Why why = Objects.requireNonNull(pace.why());
        assertThat(why.what()).isEqualTo(What.DAY_FULL);
        assertThat(why.until()).isEqualTo(Instant.parse("2026-11-22T15:00:00Z"));
        pass(Duration.ofHours(13));
        assertThat(pace.mails()).isPositive();
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
        pace.begun(pace.mails());
        pace.answered();
        assertThat(pace.connectionsFor(false)).isEqualTo(1);
        assertThat(pace.connectionsFor(true)).isEqualTo(1);
        pace.opened(true, 1);
        assertThat(pace.connectionsFor(false)).isZero();
        pace.opened(true, -1);
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
        assertThat(after.mails()).isEqualTo(1);
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
