package todoku.bench;

import java.io.IOException;
import java.util.List;
import todoku.bench.FaultReport.Round;
import todoku.event.MailingId;

/// The receiver breaks at every step of the dialogue, in every manner: only those whose final dot was on its way are
/// unknown, and exactly those of them have the mail whose dot arrived; everybody else has one mail in the end.
final class ReceiverFaults {
    private static final int LIMIT_SECONDS = 600;

    private final FaultGround ground;

    ReceiverFaults(FaultGround ground) {
        this.ground = ground;
    }

    Round round() throws IOException {
        MailingId mailing;
        try (Breaker breaker = Breaker.before(ground.sinkPort());
                Child child = ground.child("campaign", ground.jdbcUrl(), false, List.of("--sink", "" + breaker.port()))) {
            ground.must(child.awaits("done", LIMIT_SECONDS), child);
            child.awaitsEnd(LIMIT_SECONDS);
            mailing = new MailingId(ground.lastMailing());
            int cut = Breaker.ALL.stream().filter(Breaker.Break::isAfterDot).mapToInt(breaker::struck).sum();
            int taken = Breaker.ALL.stream()
                    .filter(one -> one.step() == Breaker.Step.DOT_TAKEN)
                    .mapToInt(breaker::struck)
                    .sum();
            boolean all = Breaker.ALL.stream().allMatch(one -> breaker.struck(one) > 0);
            Round round = Tally.of(ground, mailing, all, cut);
            return round.hitWhen(round.unknown() == cut && round.theirs() == taken);
        }
    }
}
