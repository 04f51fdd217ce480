package todoku.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import todoku.campaign.Launch;
import todoku.delivery.Engine;
import todoku.delivery.MxCarrier;
import todoku.mail.smtp.Timeouts;
import todoku.mailing.Progress;
import todoku.sender.SenderProfile;

/// P1 and P2: from "send" to the last committed verdict, into somebody else's receiver.
final class CampaignBench {
    private static final int SIZE = 100_000;
    private static final int RUNS = 3;
    /// So much of a campaign is sent before counting: the compiler of the JVM has seen everything then.
    private static final int WARM_UP_SHARE = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    private final Installation shop;
    private final Sinks sinks;
    private final Engine engine;
    private final long version;
    private final Table table;
    private boolean adds = true;

    private CampaignBench(Installation shop, Sinks sinks, Engine engine, Table table) {
        this.shop = shop;
        this.sinks = sinks;
        this.engine = engine;
        this.table = table;
        this.version = shop.mails.freeze(
                shop.mails.save(1, "春の新作", Shop.mail()), new todoku.customer.MergeValues(shop.database.client()).names());
    }

    static int run(String[] args) throws Exception {
        Options options = Options.of(args, "size", "runs", "sinks", "peers", "json");
        int size = options.number("size", SIZE);
        int runs = options.number("runs", RUNS);
        int sinkCount = options.number("sinks", 1);
        if (!Sinks.installed()) {
            System.err.println("smtp-sink is not installed (Debian: postfix)");
            return 3;
        }
        Path home = Installation.freshHome();
        Table table = new Table();
        boolean adds;
        try (Installation shop = Installation.in(home);
                Sinks sinks = Sinks.start(home, sinkCount)) {
            long all = Shop.fill(shop.database, size, "全会員");
            long some = Shop.group(shop.database, "一部", Math.max(1, size / WARM_UP_SHARE));
            Shop.settle(shop.database);
            try (Engine engine = new Engine(
                    shop.database,
                    shop.source,
                    new MxCarrier(sinks, "todoku.example", Timeouts.STANDARD),
                    shop.settings(),
                    shop.clock)) {
                engine.start();
                CampaignBench bench = new CampaignBench(shop, sinks, engine, table);
                bench.measure("P1", "campaign, signed RSA-2048", shop.sender(true), some, all, runs);
                bench.measure("P2", "campaign, not signed", shop.sender(false), some, all, runs);
                adds = bench.adds;
            }
        } finally {
            Installation.remove(home);
        }
        table.print();
        Path json = options.file("json");
        if (json != null) Files.writeString(json, table.json());
        return adds ? 0 : 1;
    }

    private record Run(double mailsPerSecond, double ours, double database, double sink) {}

    private void measure(String id, String name, SenderProfile sender, long warmUp, long group, int runs)
            throws IOException, InterruptedException {
        once(sender, warmUp);
        Heap.reset();
        List<Run> measured = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            Run run = once(sender, group);
            measured.add(run);
            System.err.printf("%s: %.0f mails/s, CPU µs a mail: JVM %.0f, PostgreSQL %.0f, sink %.0f%n", id, run.mailsPerSecond(), run.ours(), run.database(), run.sink());
        }
        table.add(new Table.Row(id, name, "mails/s", measured.stream().map(Run::mailsPerSecond).toList())
                .with("cpu_us_jvm", Table.median(measured.stream().map(Run::ours).toList()))
                .with("cpu_us_postgresql", Table.median(measured.stream().map(Run::database).toList()))
                .with("cpu_us_sink", Table.median(measured.stream().map(Run::sink).toList()))
                .with("peak_heap_mb", Heap.peakMegabytes()));
    }

    private Run once(SenderProfile sender, long group) throws InterruptedException {
        long before = sinks.received();
        long ours = Cpu.ofUs();
        long postgres = postgres();
        long sink = sinks.cpu();
        long began = System.nanoTime();
        Launch.Planned planned = shop.plan(group, version, sender);
        engine.wake();
        Progress progress = shop.awaitEnd(planned.mailing(), PATIENCE);
        double seconds = (System.nanoTime() - began) / 1e9;
        int mails = planned.planned();
        if (progress.delivered() != mails || sinks.received() - before != mails) {
            adds = false;
            System.err.println("it does not add up: " + progress + ", received " + (sinks.received() - before));
        }
        return new Run(
                mails / seconds,
                (Cpu.ofUs() - ours) / (double) mails,
                (postgres() - postgres) / (double) mails,
                (sinks.cpu() - sink) / (double) mails);
    }

    private static long postgres() {
        return Cpu.ofChildren(command -> command.endsWith("/postgres"));
    }
}
