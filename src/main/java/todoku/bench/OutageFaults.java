package todoku.bench;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import todoku.bench.FaultReport.Fault;
import todoku.bench.FaultReport.Round;
import todoku.event.MailingId;

/// The database is away for a while, in the middle of a campaign: sending must stop by itself, say why, and go on by itself.
final class OutageFaults {
    private static final int LIMIT_SECONDS = 300;
    /// Within this the engine must have seen it: it waits ten seconds for an answer before it calls that an outage.
    private static final int NOTICES_SECONDS = 15;
    private static final int LOOK_MILLIS = 50;

    private final FaultGround ground;
    private final int sendingMillis;
    private final int awaySeconds;
    private final SplittableRandom random;

    OutageFaults(FaultGround ground, int sendingMillis, int awaySeconds, SplittableRandom random) {
        this.ground = ground;
        this.sendingMillis = sendingMillis;
        this.awaySeconds = awaySeconds;
        this.random = random;
    }

    Round round(Fault fault) throws IOException {
        boolean hit;
        double goesOn;
        MailingId mailing;
        try (Child child = ground.child("campaign", ground.jdbcUrl(), false, List.of())) {
            ground.must(child.awaits("planned", LIMIT_SECONDS), child);
            mailing = new MailingId(ground.lastMailing());
            Programs.rest(random.nextInt(sendingMillis * 3 / 4 + 1));
            hit = ground.shop.mailings.progress(mailing).remaining() > 0;
            if (fault == Fault.DATABASE_FROZEN) ground.freezeDatabase();
            else ground.stopDatabase();
            hit &= staysQuiet(child);
            long arrived = ground.arrived();
            if (fault == Fault.DATABASE_FROZEN) ground.wakeDatabase();
            else ground.returnDatabase();
            goesOn = ground.secondsToNextMail(arrived, child);
            ground.must(child.awaits("done", LIMIT_SECONDS), child);
        }
        return Tally.of(ground, mailing, hit, FaultReport.OPEN_CONNECTIONS).goesOnAfter(goesOn);
    }

    /// Whether the engine says that it has stopped, and nobody is sent to any more, until the time is over.
    private boolean staysQuiet(Child child) throws IOException {
        double since = child.seconds();
        while (child.seconds() - since < Math.min(awaySeconds, NOTICES_SECONDS)) Programs.rest(LOOK_MILLIS);
        if (awaySeconds < NOTICES_SECONDS) return true;
        boolean says = child.says("standstill");
        long arrived = ground.arrived();
        while (child.seconds() - since < awaySeconds) Programs.rest(LOOK_MILLIS);
        return says && ground.arrived() == arrived && !child.says("goes on");
    }
}
