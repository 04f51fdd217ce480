package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import todoku.delivery.Reach.Failure;
import todoku.event.MailingId;
import todoku.mail.smtp.Answer;
import todoku.mailing.Mailings;

/// Our own network, and what everybody thinks of us.
class ReachTest extends EngineWorld {
    final AtomicLong nanos = new AtomicLong();
    final Reach reach = new Reach(nanos::get);

    @Test
    void three_destinations_in_a_silence_are_our_own_trouble() {
        assertThat(reach.failed(1, "a")).isEqualTo(Failure.THEIRS);
        assertThat(reach.failed(2, "b")).isEqualTo(Failure.THEIRS);
        assertThat(reach.failed(2, "b")).isEqualTo(Failure.THEIRS);
        assertThat(reach.failed(3, "c")).isEqualTo(Failure.OURS);
        assertThat(reach.probes()).containsExactly("a", "b", "c");
        assertThat(reach.spoke("d")).isTrue();
        assertThat(reach.spoke()).isFalse();
    }

    @Test
    void while_somebody_speaks_the_dead_are_dead() {
        for (int i = 0; i < 100; i++) {
            reach.spoke();
            assertThat(reach.failed(i, "d" + i)).isEqualTo(Failure.THEIRS);
        }
        nanos.addAndGet(Reach.SILENCE_NANOS);
        reach.failed(1, "a");
        reach.failed(2, "b");
        assertThat(reach.failed(3, "c")).isEqualTo(Failure.OURS);
    }

    @Test
    void after_a_while_the_lanes_may_try_and_count_nothing_yet() {
        for (int i = 0; i < 3; i++) reach.failed(i, "d" + i);
        assertThat(reach.isLongClosed()).isFalse();
        nanos.addAndGet(Reach.CLOSED_NANOS);
        assertThat(reach.isLongClosed()).isTrue();
        assertThat(reach.failed(1, "a")).isEqualTo(Failure.DOUBTFUL);
        assertThat(reach.failed(2, "b")).isEqualTo(Failure.DOUBTFUL);
        assertThat(reach.failed(3, "c")).isEqualTo(Failure.OURS);
    }

    @Test
    void without_a_network_nothing_is_begun_and_it_goes_on_by_itself() {
        AtomicBoolean down = new AtomicBoolean(true);
        carrier = domain -> down.get() ? new Carrier.Connecting.Failed("no route to host") : connect(domain);
        List<MailingId> mailings = List.of(
                planned("net1.example", 20, "n1"), planned("net2.example", 20, "n2"), planned("net3.example", 20, "n3"));
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> engine.standstill() != null);
            assertThat(engine.standstill().cause()).isEqualTo(Standstill.Cause.NETWORK_AWAY);
            assertThat(mailings).allSatisfy(each -> assertThat(this.mailings.state(each)).isEqualTo(Mailings.State.SENDING));

            down.set(false);
            await(() -> engine.standstill() == null);
            time.set(time.get().plus(Duration.ofMinutes(16)));
            await(() -> mailings.stream().allMatch(each -> this.mailings.state(each) == Mailings.State.SENT));
            assertThat(mailings.stream().mapToInt(each -> this.mailings.progress(each).delivered()).sum()).isEqualTo(60);
        }
        assertThat(received.values()).containsOnly(1);
    }

    @Test
    void most_destinations_refuse_us_and_one_alone_does_not_count() {
        rcpt = to -> to.startsWith("well") ? Answer.say(250, "2.1.5 Ok") : Answer.say(550, "5.7.1 your address is blocked");
        MailingId alone = planned("blocked0.example", 5, "alone");
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> asked.keySet().stream().anyMatch(to -> to.startsWith("alone")));
            deliverAnother("well.example", "well");
            assertThat(engine.refused()).isEmpty();
            assertThat(mailings.state(alone)).isEqualTo(Mailings.State.SENDING);
        }
    }

    @Test
    void a_mailing_is_named_when_most_of_its_destinations_refuse_us() {
        var refusals = new Refusals();
        var mailing = new MailingId(7);
        var blocked = new Verdict.LaneBlocked(
                new todoku.mail.smtp.Reply(550, "5.7.1 blocked"), todoku.event.Reason.BLOCKED, Action.STOP_LANE, "rule");
        var well = new Verdict.Delivered(new todoku.mail.smtp.Reply(250, "ok"));
        for (long d = 1; d <= 4; d++) refusals.ended(mailing, d, well, clock.instant());
        for (long d = 1; d <= 3; d++) for (int i = 0; i < 2; i++) refusals.ended(mailing, d, blocked, clock.instant());
        assertThat(refusals.most(clock.instant())).singleElement().satisfies(found -> {
            assertThat(found.refusing()).isEqualTo(3);
            assertThat(found.destinations()).isEqualTo(4);
            assertThat(found.reply()).contains("blocked");
        });
        assertThat(refusals.most(clock.instant().plus(Duration.ofMinutes(6)))).hasSize(1);
        assertThat(refusals.most(clock.instant().plus(Duration.ofMinutes(17)))).isEmpty();
    }
}
