package todoku.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import todoku.bench.FaultReport.Round;
import todoku.event.MailingId;

/// A disk is full: that of a node, where its journal lives, or that of the database.
final class DiskFaults {
    private static final int LIMIT_SECONDS = 300;
    private static final int NOTICES_SECONDS = 60;
    private static final int SETTLES_MILLIS = 5_000;
    private static final int LOOK_MILLIS = 50;
    /// The journal needs 32.
    private static final int TOO_SMALL_MEGABYTES = 16;
    private static final int ENOUGH_MEGABYTES = 40;
    /// For a cluster, its write-ahead log, and a shop of some ten thousand customers.
    private static final int DATABASE_MEGABYTES = 700;

    private final FaultGround ground;
    private final int sendingMillis;
    private final int awaySeconds;
    private final SplittableRandom random;
    private int nodes;

    DiskFaults(FaultGround ground, int sendingMillis, int awaySeconds, SplittableRandom random) {
        this.ground = ground;
        this.sendingMillis = sendingMillis;
        this.awaySeconds = awaySeconds;
        this.random = random;
    }

    /// A node that has no room for its journal does not begin, and says so; one that has begun needs no more room.
    Round journal() throws IOException {
        Path node = ground.home.resolve("small-node-" + nodes++);
        boolean hit;
        MailingId mailing;
        try (SmallDisk disk = SmallDisk.at(node, TOO_SMALL_MEGABYTES)) {
            long said = Files.size(ground.log());
            try (Child refused = node(node)) {
                hit = refused.awaitsEnd(LIMIT_SECONDS) && !refused.says("started");
            }
            String why = Files.readString(ground.log()).substring((int) said);
            hit &= why.contains("the journal needs") && why.contains("No space left on device");
            disk.resize(ENOUGH_MEGABYTES);
            try (Child child = node(node)) {
                mailing = sending(ground, child);
                hit &= ground.shop.mailings.progress(mailing).remaining() > 0;
                disk.fill();
                ground.must(child.awaits("done", LIMIT_SECONDS), child);
                child.awaitsEnd(NOTICES_SECONDS);
            }
        }
        return Tally.of(ground, mailing, hit, FaultReport.OPEN_CONNECTIONS);
    }

    /// Sending stops and says why; when there is room again it goes on. A server that ended meanwhile is started again.
    Round database() throws IOException {
        Path home = Installation.freshHome();
        Path dumps = Programs.open(home.resolveSibling(home.getFileName() + "-dumps"));
        try (SmallDisk disk = SmallDisk.at(Installation.postgresOf(home), DATABASE_MEGABYTES);
                FaultGround own = FaultGround.in(home, dumps, ground.size)) {
            return database(own, disk);
        } finally {
            Installation.remove(home);
            Installation.remove(dumps);
        }
    }

    private Round database(FaultGround own, SmallDisk disk) throws IOException {
        boolean hit;
        double goesOn;
        MailingId mailing;
        try (Child child = own.child("campaign", own.jdbcUrl(), false, List.of())) {
            mailing = sending(own, child);
            hit = own.shop.mailings.progress(mailing).remaining() > 0;
            disk.fill();
            hit &= child.awaits("standstill", NOTICES_SECONDS);
            Programs.rest(SETTLES_MILLIS); // those behind their dot hear their answer
            long arrived = own.arrived();
            double since = child.seconds();
            while (child.seconds() - since < awaySeconds) Programs.rest(LOOK_MILLIS);
            hit &= own.arrived() == arrived && !child.says("goes on");
            disk.empty();
            if (!own.databaseLives()) own.returnDatabase();
            goesOn = own.secondsToNextMail(arrived, child);
            own.must(child.awaits("done", LIMIT_SECONDS), child);
            child.awaitsEnd(NOTICES_SECONDS);
        }
        return Tally.of(own, mailing, hit, FaultReport.OPEN_CONNECTIONS).goesOnAfter(goesOn);
    }

    private Child node(Path node) throws IOException {
        return ground.child("campaign", ground.jdbcUrl(), false, List.of("--node", node.toString()));
    }

    private MailingId sending(FaultGround where, Child child) throws IOException {
        where.must(child.awaits("planned", LIMIT_SECONDS), child);
        Programs.rest(random.nextInt(sendingMillis / 2 + 1));
        return new MailingId(where.lastMailing());
    }
}
