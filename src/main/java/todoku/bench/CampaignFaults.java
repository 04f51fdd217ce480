package todoku.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import todoku.bench.FaultReport.Fault;
import todoku.bench.FaultReport.Round;
import todoku.delivery.Moment;
import todoku.event.MailingId;

/// One campaign for each kill: it is planned and sent by one process, and finished by that or by the next one.
final class CampaignFaults {
    private static final int LIMIT_SECONDS = 300;
    private static final int AWAY_MILLIS = 2_000;

    private final FaultGround ground;
    private final SplittableRandom random;
    private int planningMillis;
    private int sendingMillis;

    CampaignFaults(FaultGround ground, SplittableRandom random) {
        this.ground = ground;
        this.random = random;
    }

    /// How long it takes when nobody is killed; random times are drawn from that.
    void measureUndisturbed() throws IOException {
        try (Child child = ground.child("campaign", ground.jdbcUrl(), false, List.of())) {
            ground.must(child.awaits("planning", LIMIT_SECONDS), child);
            double planning = child.seconds();
            ground.must(child.awaits("planned", LIMIT_SECONDS), child);
            double planned = child.seconds();
            ground.must(child.awaits("done", LIMIT_SECONDS), child);
            planningMillis = (int) ((planned - planning) * 1_000) + 1;
            sendingMillis = (int) ((child.seconds() - planned) * 1_000) + 1;
        }
        Round round = Tally.of(ground, new MailingId(ground.lastMailing()), true, FaultReport.OPEN_CONNECTIONS);
        if (!round.isKept(Fault.AT_RANDOM) || round.unknown() > 0) throw new IOException("it fails even when nobody is killed: " + round);
    }

    /// How long sending takes when nobody is killed.
    int sendingMillis() {
        return sendingMillis;
    }

    Round round(Fault fault, int number) throws IOException {
        long before = ground.lastMailing();
        boolean slowCommits = fault == Fault.IN_COMMIT || fault == Fault.BACKEND_IN_COMMIT;
        if (slowCommits) ground.slowCommits(true);
        boolean hit;
        Double goesOn = null;
        boolean ended = false;
        try (Child child = ground.child("campaign", ground.jdbcUrl(), fault == Fault.BETWEEN_DOT_AND_REPLY, death(fault, number))) {
            hit = strike(fault, number, child);
            if (fault == Fault.DATABASE) {
                Programs.rest(AWAY_MILLIS);
                ground.returnDatabase();
                goesOn = ground.secondsToNextVerdict();
            }
            if (fault == Fault.DATABASE || fault == Fault.BACKEND_IN_COMMIT) {
                if (slowCommits) FaultGround.answered(() -> ground.slowCommits(false));
                ended = child.awaits("done", LIMIT_SECONDS);
                hit &= ended; // it goes on by itself
            }
        }
        if (fault == Fault.BOTH) ground.returnDatabase();
        if (slowCommits) ground.slowCommits(false);
        long planned = ground.lastMailing();
        if (!ended) finish(planned > before ? new MailingId(planned) : null);
        return Tally.of(ground, new MailingId(ground.lastMailing()), hit, FaultReport.OPEN_CONNECTIONS).goesOnAfter(goesOn);
    }

    /// What the victim is told about the instant it stands still at.
    private List<String> death(Fault fault, int number) {
        return switch (fault) {
            case PLANNING -> number % 2 == 0 ? die(Victim.PLANNING, 1) : List.of();
            case AFTER_MARK -> die(Moment.AFTER_MARK.name(), 1 + random.nextInt(Math.max(1, ground.size / 15)));
            case COMPOSING -> die(Victim.COMPOSING, anyMail());
            case BEFORE_DOT_IS_WRITTEN -> die(Moment.AFTER_DOT.name(), anyMail());
            case BETWEEN_DOT_AND_REPLY -> die(Victim.HELD_AT_DOT, 1);
            case AFTER_REPLY -> die(Moment.AFTER_REPLY.name(), anyMail());
            case BEFORE_COMMIT -> die(Moment.BEFORE_COMMIT.name(), 1 + random.nextInt(5));
            default -> List.of();
        };
    }

    private static List<String> die(String instant, int visit) {
        return List.of("--die", instant, "--visit", "" + visit);
    }

    private int anyMail() {
        return 1 + random.nextInt(Math.max(1, ground.size * 9 / 10));
    }

    private boolean strike(Fault fault, int number, Child child) throws IOException {
        boolean hit = switch (fault) {
            case AFTER_MARK, COMPOSING, BEFORE_DOT_IS_WRITTEN, BETWEEN_DOT_AND_REPLY, AFTER_REPLY, BEFORE_COMMIT ->
                child.awaits("at ", LIMIT_SECONDS);
            case PLANNING -> number % 2 == 0 ? child.awaits("at ", LIMIT_SECONDS) : after("planning", planningMillis, child) && !child.says("planned");
            case IN_COMMIT -> committing(child) != 0;
            case BACKEND_IN_COMMIT -> {
                long backend = committing(child);
                if (backend != 0) ProcessHandle.of(backend).ifPresent(ProcessHandle::destroyForcibly);
                yield backend != 0;
            }
            case AT_RANDOM -> after("planning", planningMillis + sendingMillis, child);
            case DATABASE, BOTH -> after("planned", sendingMillis * 3 / 4, child);
            default -> throw new IllegalArgumentException("not of this kind: " + fault);
        };
        hit &= !child.says("done");
        if (fault == Fault.DATABASE || fault == Fault.BOTH) ground.killDatabase();
        if (fault != Fault.DATABASE && fault != Fault.BACKEND_IN_COMMIT) child.kill();
        return hit;
    }

    /// Some time after it has said so.
    private boolean after(String said, int atMostMillis, Child child) throws IOException {
        boolean there = child.awaits(said, LIMIT_SECONDS);
        Programs.rest(random.nextInt(atMostMillis));
        return there;
    }

    /// The backend in one of the first commits, or 0 when there was none.
    private long committing(Child child) throws IOException {
        int wanted = 1 + random.nextInt(Math.clamp(ground.size / 200, 1, 6));
        List<String> seen = new ArrayList<>();
        while (child.isAlive() && !child.says("done")) {
            long backend = ground.committing(seen);
            if (backend != 0 && seen.size() >= wanted) return backend;
            Programs.rest(2);
        }
        return 0;
    }

    private void finish(@Nullable MailingId mailing) throws IOException {
        List<String> which = mailing == null ? List.of() : List.of("--mailing", "" + mailing.value());
        try (Child next = ground.child("campaign", ground.jdbcUrl(), false, which)) {
            ground.must(next.awaits("done", LIMIT_SECONDS), next);
        }
    }
}
