package todoku.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import todoku.campaign.Launch;
import todoku.delivery.Engine;
import todoku.event.MailingId;
import todoku.mail.dns.Route;
import todoku.sender.SenderProfile;

/// P11: some destinations take connections and get nowhere. At which rate do the others get their mails, as a share of
/// their rate in a campaign that goes to them alone?
final class StuckBench {
    private static final int SIZE = 60_000;
    private static final int RUNS = 3;
    private static final double GOAL_PERCENT = 95;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    /// So much of a campaign is sent before counting.
    private static final int WARM_UP_SHARE = 4;

    private final Bed bed;
    private final StuckReceiver stuck;
    private final Engine engine;
    private final long version;
    private final SenderProfile sender;
    private boolean adds = true;

    private StuckBench(Bed bed, StuckReceiver stuck, Engine engine) {
        this.bed = bed;
        this.stuck = stuck;
        this.engine = engine;
        this.version = bed.mail();
        this.sender = bed.shop.sender(false);
    }

    static int run(String[] args) throws Exception {
        Options options = Options.of(args, "size", "runs", "sinks", "json");
        if (!Sinks.installed()) {
            System.err.println("smtp-sink is not installed (Debian: postfix)");
            return 3;
        }
        int size = options.number("size", SIZE);
        Table table = new Table();
        boolean adds;
        try (Bed bed = Bed.open(options.number("sinks", 1));
                StuckReceiver stuck = new StuckReceiver()) {
            Shop.fill(bed.shop.database, size, "全会員");
            var stuckOnes = new AtomicInteger();
            try (Engine engine = bed.engine(domain -> route(domain, stuckOnes.get(), bed.sinks, stuck))) {
                var bench = new StuckBench(bed, stuck, engine);
                // The many first: whoever is well again has no connection from before.
                for (int count : new int[] {5, 1}) {
                    stuckOnes.set(count);
                    bench.warmUp(count, Math.max(1, size / WARM_UP_SHARE));
                    bench.measure(count, options.number("runs", RUNS), table);
                }
                adds = bench.adds;
                stuck.letGo();
            }
        }
        table.print();
        Path json = options.file("json");
        if (json != null) Files.writeString(json, table.json());
        return adds ? 0 : 1;
    }

    private static Route route(String domain, int stuckOnes, Sinks sinks, StuckReceiver stuck) {
        Route there = sinks.resolve(domain);
        boolean isStuck = IntStream.rangeClosed(1, stuckOnes).anyMatch(i -> domain.equals(Shop.domain(i)));
        if (!isStuck || !(there instanceof Route.Hosts hosts)) return there;
        Route.Host host = hosts.hosts().getFirst();
        return new Route.Hosts(List.of(new Route.Host(host.name(), host.address(), stuck.port())));
    }

    private void warmUp(int count, int customers) throws IOException {
        String some = others(count) + " AND id <= " + customers;
        once(Shop.group(bed.shop.database, "一部" + count, some), some);
    }

    /// Customer n is at domain 1 + n % 20.
    private static String others(int count) {
        return "id % " + Shop.DESTINATIONS + " >= " + count;
    }

    private void measure(int count, int runs, Table table) throws IOException {
        String others = others(count);
        long alone = Shop.group(bed.shop.database, "ほか" + count, others);
        long together = Shop.group(bed.shop.database, "全員" + count, "true");
        Shop.settle(bed.shop.database);
        Map<StuckReceiver.Way, List<Double>> shares = new LinkedHashMap<>();
        Map<StuckReceiver.Way, List<Double>> rates = new LinkedHashMap<>();
        List<Double> aloneRates = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            for (StuckReceiver.Way way : StuckReceiver.Way.values()) {
                double free = once(alone, others);
                stuck.behave(way);
                double beside = once(together, others);
                aloneRates.add(free);
                rates.computeIfAbsent(way, _ -> new ArrayList<>()).add(beside);
                shares.computeIfAbsent(way, _ -> new ArrayList<>()).add(100 * beside / free);
                System.err.printf(
                        Locale.ROOT, "%d of %d %s: the others %.0f mails/s, alone %.0f%n",
                        count, Shop.DESTINATIONS, way, beside, free);
            }
        }
        shares.forEach((way, measured) -> table.add(new Table.Row(
                        "P11_" + count + "_" + way.name().toLowerCase(Locale.ROOT),
                        count + " of " + Shop.DESTINATIONS + " stuck, " + way.name().toLowerCase(Locale.ROOT),
                        "%",
                        measured)
                .goal(GOAL_PERCENT)
                .with("others_mails_per_s", Table.median(rates.getOrDefault(way, List.of())))
                .with("alone_mails_per_s", Table.median(aloneRates))));
    }

    /// Mails a second to those who are not stuck, from the end of planning to the last of their verdicts.
    private double once(long group, String others) throws IOException {
        int expected = bed.shop.database.client()
                .sql("SELECT count(*) FROM customer WHERE " + others)
                .query(Integer.class)
                .single();
        long before = bed.sinks.received();
        Launch.Planned planned = bed.shop.plan(group, version, sender);
        long began = System.nanoTime();
        engine.wake();
        long limit = began + PATIENCE.toNanos();
        while (bed.sinks.received() - before < expected && System.nanoTime() < limit) Programs.rest(5);
        while (bed.shop.mailings.progress(planned.mailing()).delivered() < expected && System.nanoTime() < limit) Programs.rest(5);
        double seconds = (System.nanoTime() - began) / 1e9;
        long delivered = bed.shop.mailings.progress(planned.mailing()).delivered();
        long received = bed.sinks.received() - before;
        boolean held = planned.planned() == expected || stuck.holds() > 0;
        if (delivered != expected || received != expected || !held) {
            adds = false;
            System.err.printf(
                    Locale.ROOT, "it does not add up: %d others, delivered %d, received %d, stuck connections %d%n",
                    expected, delivered, received, stuck.holds());
        }
        end(planned.mailing());
        return expected / seconds;
    }

    /// Nobody waits for those who are stuck; a lane that was cut rests before it connects again.
    private void end(MailingId mailing) throws IOException {
        bed.shop.mailings.stop(mailing);
        engine.wake();
        long limit = System.nanoTime() + PATIENCE.toNanos();
        while (!engine.idle(mailing) && System.nanoTime() < limit) {
            stuck.letGo();
            Programs.rest(20);
        }
        Programs.rest((int) Installation.SHAPING.rest().toMillis() + 200);
    }
}
