package todoku.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import todoku.campaign.Launch;
import todoku.delivery.Engine;
import todoku.event.MailingId;
import todoku.mailing.Progress;
import todoku.sender.SenderProfile;

/// P4, P5, P14: from "send" to the first mail, memory while it drains, and what it leaves on the disk. Runs in a process
/// of its own, whose heap is limited.
final class LaunchBench {
    private static final int SIZE = 1_000_000;
    private static final int LARGE = 10_000_000;
    private static final int RUNS = 3;
    private static final int DRAIN_SECONDS = 60;
    private static final int HEAP_MEGABYTES = 512;
    private static final int SAMPLES = 10;
    private static final int WARM_UP = 5_000;
    private static final long PATIENCE = TimeUnit.MINUTES.toNanos(30);

    private final Bed bed;
    private final Engine engine;
    private final long version;
    private final SenderProfile sender;
    private final int size;
    private final List<Double> planningCpu = new ArrayList<>();
    private boolean adds = true;

    private LaunchBench(Bed bed, Engine engine, int size) {
        this.bed = bed;
        this.engine = engine;
        this.size = size;
        this.version = bed.mail();
        this.sender = bed.shop.sender(false);
    }

    static int run(String[] args) throws Exception {
        Options options = Options.of(args, "size", "runs", "drain", "sinks", "json");
        int size = options.number("size", SIZE);
        if (!Sinks.installed()) {
            System.err.println("smtp-sink is not installed (Debian: postfix)");
            return 3;
        }
        String tooSmall = Footprint.whyTooSmall(size);
        if (tooSmall != null) {
            System.err.println(tooSmall);
            return 3;
        }
        if (Runtime.getRuntime().maxMemory() >> 20 > HEAP_MEGABYTES) return inLimitedProcess(args);
        Table table = new Table();
        boolean adds;
        try (Bed bed = Bed.open(options.number("sinks", 1))) {
            double filled = fill(bed, size);
            try (Engine engine = bed.engine(bed.sinks)) {
                var bench = new LaunchBench(bed, engine, size);
                adds = bench.measure(
                        table, options.number("runs", size > SIZE ? 1 : RUNS), options.number("drain", DRAIN_SECONDS), filled);
            }
        }
        table.print();
        Path json = options.file("json");
        if (json != null) Files.writeString(json, table.json());
        return adds ? 0 : 1;
    }

    private static int inLimitedProcess(String[] args) throws IOException, InterruptedException {
        List<String> command = Programs.ourselves("-Xmx" + HEAP_MEGABYTES + "m");
        command.addAll(List.of("bench", "launch"));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    private static double fill(Bed bed, int size) {
        System.err.printf(Locale.ROOT, "writing %,d customers%n", size);
        long began = System.nanoTime();
        Shop.fill(bed.shop.database, size, "全会員");
        Shop.group(bed.shop.database, "一部", "id <= " + Math.min(size, WARM_UP));
        Shop.settle(bed.shop.database);
        return seconds(began);
    }

    private boolean measure(Table table, int runs, int drainSeconds, double filled) throws IOException, InterruptedException {
        long all = group("全会員");
        Launch.Planned warm = bed.shop.plan(group("一部"), version, sender);
        engine.wake();
        bed.shop.awaitEnd(warm.mailing(), Duration.ofNanos(PATIENCE));
        List<Double> first = new ArrayList<>();
        List<Double> planning = new ArrayList<>();
        Heap.reset();
        double load = Programs.load();
        for (int i = 1; i < runs; i++) stop(launch(all, first, planning));
        var before = Footprint.of(bed.shop.database);
        long received = bed.sinks.received();
        MailingId mailing = launch(all, first, planning);
        Table.Row row = new Table.Row("P4", "from \"send\" to the first mail", "s", first)
                .with("planning_s", Table.median(planning))
                .with("planning_cpu_s", Table.median(planningCpu))
                .with("customers_written_s", filled)
                .with("recipients", size)
                .with("load", load);
        if (size == SIZE) row.goal(6);
        if (size == LARGE) row.goal(60);
        table.add(row);
        drain(mailing, drainSeconds, table);
        stop(mailing);
        engine.close();
        Progress progress = bed.shop.mailings.progress(mailing);
        if (bed.sinks.received() - received != progress.delivered() || progress.delivered() == 0) {
            adds = false;
            System.err.println("it does not add up: " + progress + ", received " + (bed.sinks.received() - received));
        }
        Footprint.of(bed.shop.database).since(before, size, progress.delivered(), table);
        return adds;
    }

    private long group(String name) {
        return bed.shop.database.client()
                .sql("SELECT id FROM customer_group WHERE name = :name")
                .param("name", name)
                .query(Long.class)
                .single();
    }

    private MailingId launch(long group, List<Double> first, List<Double> planning) throws IOException {
        long received = bed.sinks.received();
        long postgres = Ours.postgres();
        long began = System.nanoTime();
        Launch.Planned planned;
        try (var _ = Footprint.shown(bed.shop.database, began)) {
            planned = bed.shop.plan(group, version, sender);
        }
        planning.add(seconds(began));
        planningCpu.add((Ours.postgres() - postgres) / 1e6);
        engine.wake();
        while (bed.sinks.received() == received && System.nanoTime() - began < PATIENCE) Programs.rest(2);
        first.add(seconds(began));
        System.err.printf(Locale.ROOT, "planned in %.2f s, first mail after %.2f s%n", planning.getLast(), first.getLast());
        if (planned.planned() != size) adds = false;
        return planned.mailing();
    }

    private void drain(MailingId mailing, int forSeconds, Table table) throws IOException {
        List<Double> live = new ArrayList<>();
        long ours = Cpu.ofUs();
        long postgres = Ours.postgres();
        long sink = bed.sinks.cpu();
        long delivered = bed.shop.mailings.progress(mailing).delivered();
        long began = System.nanoTime();
        for (int i = 1; i <= SAMPLES; i++) {
            while (seconds(began) < (double) forSeconds * i / SAMPLES && remains(mailing)) Programs.rest(100);
            live.add(Heap.liveMegabytes());
            if (!remains(mailing)) break;
        }
        double seconds = seconds(began);
        double mails = Math.max(1, bed.shop.mailings.progress(mailing).delivered() - delivered);
        table.add(new Table.Row("P5", "heap while it drains", "MB", List.of((double) Heap.peakMegabytes()))
                .goal(HEAP_MEGABYTES)
                .with("live_mb_first", live.getFirst())
                .with("live_mb_median", Table.median(live))
                .with("live_mb_last", live.getLast())
                .with("peak_process_mb", Heap.peakProcessMegabytes())
                .with("drained_mails_per_s", mails / seconds)
                .with("drained_s", seconds)
                .with("cpu_us_jvm", (Cpu.ofUs() - ours) / mails)
                .with("cpu_us_postgresql", (Ours.postgres() - postgres) / mails)
                .with("cpu_us_sink", (bed.sinks.cpu() - sink) / mails));
    }

    private boolean remains(MailingId mailing) {
        return bed.shop.mailings.progress(mailing).remaining() > 0;
    }

    private void stop(MailingId mailing) throws IOException {
        bed.shop.mailings.stop(mailing);
        engine.wake();
        long began = System.nanoTime();
        while (!engine.idle(mailing) && System.nanoTime() - began < PATIENCE) Programs.rest(20);
    }

    static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
