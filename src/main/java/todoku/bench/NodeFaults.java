package todoku.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import todoku.bench.FaultReport.Round;
import todoku.event.MailingId;

/// Two nodes on one database: one sends, something happens to it, the other finishes. Each has a data directory of its own.
final class NodeFaults {
    private static final int LIMIT_SECONDS = 300;
    private static final int LEASE_SECONDS = 60;
    /// A node that wakes finds out at its next question or renewal.
    private static final int NOTICES_SECONDS = 30;
    private static final int LOOK_MILLIS = 50;
    private static final int SETTLES_LOOKS = 40;

    private final FaultGround ground;
    private final int sendingMillis;
    private final int frozenSeconds;
    private final SplittableRandom random;
    private int nodes;

    /// @param frozenSeconds when this is shorter than a lease, the leases of the frozen node are ended in the database
    NodeFaults(FaultGround ground, int sendingMillis, int frozenSeconds, SplittableRandom random) {
        this.ground = ground;
        this.sendingMillis = sendingMillis;
        this.frozenSeconds = frozenSeconds;
        this.random = random;
    }

    /// In even rounds the first node wakes while the second has just taken over, in odd ones after it has finished. Every
    /// third round its receiver thinks for a while after the final dot: the frost comes there.
    Round frozen(int number) throws IOException {
        boolean hit;
        double goesOn;
        MailingId mailing;
        try (Child first = node(disk(), null, number % 3 == 2)) {
            mailing = sending(first);
            first.freeze();
            double frozenAt = first.seconds();
            hit = isUnderWay(mailing);
            try (Child second = node(mailing)) {
                goesOn = takenOver(mailing, first, frozenAt);
                if (number % 2 == 1) {
                    ground.must(second.awaits("done", LIMIT_SECONDS), second);
                    while (first.seconds() - frozenAt < frozenSeconds) Programs.rest(LOOK_MILLIS);
                }
                first.wake();
                ground.must(second.awaits("done", LIMIT_SECONDS), second);
                hit &= first.awaits("done", NOTICES_SECONDS);
                first.awaitsEnd(NOTICES_SECONDS);
                second.awaitsEnd(NOTICES_SECONDS);
            }
        }
        hit &= settled(mailing);
        return Tally.of(ground, mailing, hit, FaultReport.OPEN_WINDOW).goesOnAfter(goesOn);
    }

    /// Killed, and its journal with it.
    Round gone() throws IOException {
        boolean hit;
        double goesOn;
        MailingId mailing;
        Path disk = disk();
        try (Child first = node(disk, null, false)) {
            mailing = sending(first);
            first.kill();
            double goneAt = first.seconds();
            hit = isUnderWay(mailing);
            Programs.remove(disk);
            try (Child second = node(mailing)) {
                goesOn = takenOver(mailing, first, goneAt);
                ground.must(second.awaits("done", LIMIT_SECONDS), second);
            }
        }
        return Tally.of(ground, mailing, hit, FaultReport.OPEN_WINDOW).goesOnAfter(goesOn);
    }

    private Path disk() {
        return ground.home.resolve("node-" + nodes++);
    }

    private Child node(@Nullable MailingId mailing) throws IOException {
        return node(disk(), mailing, false);
    }

    private Child node(Path disk, @Nullable MailingId mailing, boolean slowly) throws IOException {
        return ground.child("campaign", ground.jdbcUrl(), slowly, mailing == null
                ? List.of("--node", disk.toString())
                : List.of("--node", disk.toString(), "--mailing", "" + mailing.value()));
    }

    /// Somewhere in the first three quarters of its campaign.
    private MailingId sending(Child first) throws IOException {
        ground.must(first.awaits("planned", LIMIT_SECONDS), first);
        Programs.rest(random.nextInt(sendingMillis * 3 / 4 + 1));
        return new MailingId(ground.lastMailing());
    }

    private boolean isUnderWay(MailingId mailing) throws IOException {
        Programs.rest(LOOK_MILLIS); // what the first one had sent off arrives
        return ground.shop.mailings.progress(mailing).remaining() > 0;
    }

    /// Seconds from then until the second node has judged somebody.
    private double takenOver(MailingId mailing, Child first, double since) throws IOException {
        int remaining = ground.shop.mailings.progress(mailing).remaining();
        if (frozenSeconds < LEASE_SECONDS) {
            while (first.seconds() - since < frozenSeconds) Programs.rest(LOOK_MILLIS);
            ground.endLeases();
        }
        while (remaining > 0 && ground.shop.mailings.progress(mailing).remaining() == remaining) {
            if (first.seconds() - since > LIMIT_SECONDS) throw new IOException("nobody takes over");
            Programs.rest(LOOK_MILLIS);
        }
        return first.seconds() - since;
    }

    /// What the first node found out late may have put somebody in line again after the second had ended: a third one
    /// sends to them.
    private boolean settled(MailingId mailing) throws IOException {
        if (isSettled(mailing)) return true;
        try (Child third = node(mailing)) {
            third.awaits("done", NOTICES_SECONDS);
            return isSettled(mailing);
        }
    }

    private boolean isSettled(MailingId mailing) throws IOException {
        for (int looks = 0; looks < SETTLES_LOOKS; looks++) {
            if (ground.shop.mailings.progress(mailing).remaining() == 0) return true;
            Programs.rest(LOOK_MILLIS);
        }
        return false;
    }
}
