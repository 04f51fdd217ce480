package todoku.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import todoku.bench.FaultReport.Fault;
import todoku.bench.FaultReport.Round;

/// Kills a whole process, the database, or both, by `kill -9` at chosen and at random instants of a campaign and of an
/// import; lets it go on; and counts by Message-ID at somebody else's server what was lost, what came twice, and what is
/// said to be unknown.
final class FaultsBench {
    private static final int SIZE = 2_000;
    private static final int ROUNDS = 3;
    /// The same kills every time, as far as they are chosen.
    private static final long SEED = 20_260_402;

    /// Longer than a lease.
    private static final int FROZEN_SECONDS = 120;

    /// How long a database is away.
    private static final int AWAY_SECONDS = 60;

    /// How long a receiver is away; 3,600 is what is promised.
    private static final int OUTAGE_SECONDS = 300;

    private FaultsBench() {}

    static int run(String[] args) throws Exception {
        Options options = Options.of(args, "size", "rounds", "only", "file", "frozen", "away", "outage", "json");
        if (!Sinks.installed()) {
            System.err.println("smtp-sink is not installed (Debian: postfix)");
            return 3;
        }
        Path home = Installation.freshHome();
        Path dumps = Programs.open(home.resolveSibling(home.getFileName() + "-dumps"));
        FaultReport report = new FaultReport();
        try (FaultGround ground = FaultGround.in(home, dumps, options.number("size", SIZE))) {
            CampaignFaults campaigns = new CampaignFaults(ground, new SplittableRandom(SEED));
            campaigns.measureUndisturbed();
            Path file = options.file("file");
            ImportFaults imports = new ImportFaults(ground, file == null ? ShopFile.USUAL : file, new SplittableRandom(SEED));
            NodeFaults nodes = new NodeFaults(ground, campaigns.sendingMillis(), options.number("frozen", FROZEN_SECONDS), new SplittableRandom(SEED));
            OutageFaults outages = new OutageFaults(ground, campaigns.sendingMillis(), options.number("away", AWAY_SECONDS), new SplittableRandom(SEED));
            DiskFaults disks = new DiskFaults(ground, campaigns.sendingMillis(), options.number("away", AWAY_SECONDS), new SplittableRandom(SEED));
            RestoreFaults restores = new RestoreFaults(ground, campaigns.sendingMillis(), new SplittableRandom(SEED));
            FollowerFaults followers = new FollowerFaults(ground, new SplittableRandom(SEED));
            AwayFaults away = new AwayFaults(ground, options.number("outage", OUTAGE_SECONDS));
            DnsFaults dns = new DnsFaults(ground);
            ClockFaults clocks = new ClockFaults(ground);
            String noClock = FakeClock.whyNot();
            String noDisk = SmallDisk.whyNot(home);
            for (Fault fault : chosen(options.word("only", ""))) {
                String whyNot = switch (fault) {
                    case JOURNAL_DISK_FULL, DATABASE_DISK_FULL -> noDisk;
                    case CLOCK, DATABASE_CLOCK, MIDNIGHT -> noClock;
                    default -> null;
                };
                if (whyNot != null) {
                    report.skip(fault, whyNot);
                    continue;
                }
                for (int i = 0; i < options.number("rounds", ROUNDS); i++) {
                    Round round = switch (fault) {
                        case IMPORT -> imports.round();
                        case FROZEN -> nodes.frozen(i);
                        case NODE_GONE -> nodes.gone();
                        case DATABASE_FROZEN, DATABASE_STOPPED -> outages.round(fault);
                        case JOURNAL_DISK_FULL -> disks.journal();
                        case DATABASE_DISK_FULL -> disks.database();
                        case RECEIVER -> new ReceiverFaults(ground).round();
                        case REFUSALS -> VerdictFaults.of(ground).round(VerdictCase.REFUSALS);
                        case NONSENSE -> VerdictFaults.of(ground).round(VerdictCase.NONSENSE);
                        case TLS -> VerdictFaults.ofTls(ground).round(VerdictCase.TLS);
                        case ERROR_RATE -> new ErrorRateFaults(ground).round();
                        case CLOCK -> clocks.ours();
                        case DATABASE_CLOCK -> clocks.database();
                        case MIDNIGHT -> clocks.midnight();
                        case FOLLOWERS, POISON -> followers.round(fault == Fault.POISON);
                        case LEFT -> new LeaverFaults(ground, new SplittableRandom(SEED)).round();
                        case TABS -> new TabFaults(ground, new SplittableRandom(SEED + i)).round();
                        case DNS -> dns.round();
                        case RECEIVER_AWAY -> away.round(i);
                        case RESTORED, RESTORED_SENT, BACKUP -> restores.round(fault, i);
                        case PLANNING, AFTER_MARK, COMPOSING, BEFORE_DOT_IS_WRITTEN, BETWEEN_DOT_AND_REPLY, AFTER_REPLY, BEFORE_COMMIT,
                                IN_COMMIT, AT_RANDOM, BACKEND_IN_COMMIT, DATABASE, BOTH -> campaigns.round(fault, i);
                    };
                    report.add(fault, round);
                    System.err.printf(Locale.ROOT, "%-22s %s%n", fault, round);
                }
            }
        } finally {
            Installation.remove(home);
            Installation.remove(dumps);
        }
        report.print(System.out);
        Path json = options.file("json");
        if (json != null) Files.writeString(json, report.json());
        return report.isKept() ? 0 : 1;
    }

    private static List<Fault> chosen(String only) {
        if (only.isEmpty()) return List.of(Fault.values());
        List<Fault> chosen = new ArrayList<>();
        for (String name : only.split(",")) {
            chosen.add(Arrays.stream(Fault.values())
                    .filter(fault -> fault.name().equalsIgnoreCase(name.replace('-', '_')))
                    .findFirst()
                    .orElseThrow(() -> new Options.Wrong("--only: one of " + List.of(Fault.values()))));
        }
        return chosen;
    }
}
