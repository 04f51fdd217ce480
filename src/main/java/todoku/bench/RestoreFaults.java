package todoku.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import todoku.bench.FaultReport.Fault;
import todoku.bench.FaultReport.Round;
import todoku.database.Database;
import todoku.database.EmbeddedPostgres;
import todoku.delivery.Restored;
import todoku.event.MailingId;

/// A backup is made in the middle of a campaign, the campaign goes on, and then node and database are lost: the backup
/// becomes another server. Nothing may go out until a person has decided.
final class RestoreFaults {
    private static final int LIMIT_SECONDS = 300;
    /// So long nobody decides.
    private static final int HELD_MILLIS = 5_000;
    private static final int ENDS_SECONDS = 30;
    private static final int ALL = 10;

    private final FaultGround ground;
    private final int sendingMillis;
    private final SplittableRandom random;
    private int backups;

    RestoreFaults(FaultGround ground, int sendingMillis, SplittableRandom random) {
        this.ground = ground;
        this.sendingMillis = sendingMillis;
        this.random = random;
    }

    /// In turn: the node that comes back is another one, the same one with its journal, and the same one with a backup
    /// that only the journal can tell from the database itself.
    Round round(Fault fault, int number) throws IOException {
        Path home = ground.home.resolveSibling(ground.home.getFileName() + "-backup-" + backups++);
        Path disk = ground.home.resolve("restored-node-" + backups);
        boolean ours = fault == Fault.BACKUP;
        boolean itself = !ours && number % 3 == 2;
        try {
            boolean hit;
            MailingId mailing;
            Backup backup;
            try (Child first = ground.child("campaign", ground.jdbcUrl(), false, List.of("--node", disk.toString()))) {
                ground.must(first.awaits("planned", LIMIT_SECONDS), first);
                mailing = new MailingId(ground.lastMailing());
                Programs.rest(random.nextInt(sendingMillis / 2 + 1));
                hit = ground.shop.mailings.progress(mailing).remaining() > 0;
                long before = ground.arrived();
                if (!ours) first.freeze(); // a backup takes longer than this campaign
                if (ours) backup = Backup.byOurselves(ground, home);
                else backup = itself ? downed(home) : Backup.whileItRuns(ground, home);
                long then = ground.arrived();
                if (ours) hit &= then > before;
                else first.wake();
                while (ground.arrived() < then + ground.size / ALL && !first.says("done")) Programs.rest(1);
                first.kill();
                hit &= ground.arrived() > then;
            }
            ground.shop.mailings.stop(mailing);
            Path node = number % 3 == 0 ? disk.resolveSibling(disk.getFileName() + "-other") : disk;
            try (EmbeddedPostgres server = backup.restore(); Database database = Database.open(server)) {
                return decided(fault, mailing, hit, server, database, node);
            }
        } finally {
            Programs.remove(home);
        }
    }

    private Backup downed(Path home) throws IOException {
        ground.stopDatabase();
        Backup backup = Backup.whileItIsDown(ground, home);
        ground.returnDatabase();
        FaultGround.answered(ground::lastMailing);
        return backup;
    }

    private Round decided(Fault fault, MailingId mailing, boolean hit, EmbeddedPostgres server, Database database, Path node)
            throws IOException {
        Restored restored = new Restored(database, ground.shop.clock);
        long arrived = ground.arrived();
        Set<String> announced = Set.of();
        int withoutResult;
        try (Child child = ground.child(
                "campaign", server.jdbcUrl(), false, List.of("--node", node.toString(), "--mailing", "" + mailing.value()))) {
            ground.must(child.awaits("started", LIMIT_SECONDS), child);
            Programs.rest(HELD_MILLIS);
            List<Restored.HeldBack> held = restored.list(ALL);
            hit &= ground.arrived() == arrived && held.size() == 1 && held.getFirst().mailing().equals(mailing);
            withoutResult = held.isEmpty() ? 0 : held.getFirst().withoutResult();
            if (fault != Fault.RESTORED) {
                announced = withoutResult(database, mailing);
                hit &= announced.size() == withoutResult && restored.release(mailing);
            } else {
                hit &= restored.endAsUnknown(mailing).orElse(-1) == withoutResult;
            }
            ground.must(child.awaits("done", LIMIT_SECONDS), child);
            child.awaitsEnd(ENDS_SECONDS);
        }
        return Tally.of(
                ground, database, mailing, hit, fault == Fault.RESTORED ? withoutResult : FaultReport.OPEN_WINDOW, announced);
    }

    private static Set<String> withoutResult(Database database, MailingId mailing) {
        return new HashSet<>(database.client().sql("""
                SELECT a.as_written FROM mailing_recipient r JOIN address a ON a.id = r.address_id
                 WHERE r.mailing_id = :mailing
                   AND NOT EXISTS (SELECT FROM recipient_result x WHERE x.mailing_id = r.mailing_id AND x.no = r.no)
                """).param("mailing", mailing.value()).query(String.class).list());
    }
}
