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
import java.util.stream.IntStream;
import todoku.campaign.Launch;
import todoku.delivery.Engine;
import todoku.mail.dns.DnsMailHosts;
import todoku.mail.dns.MailHosts;
import todoku.mail.dns.Route;
import todoku.mailing.Progress;
import todoku.sender.SenderProfile;

/// Ten thousand small domains, a few mails each, beside the same number of mails to twenty destinations (P2).
final class DomainsBench {
    private static final int DOMAINS = 10_000;
    private static final int MAILS = 10;
    private static final int RUNS = 3;
    private static final int DNS_MILLIS = 20;
    private static final int IDLE_SECONDS = 10;
    private static final double GOAL_PERCENT = 50;
    private static final Duration PATIENCE = Duration.ofMinutes(20);
    private static final int WARM_UP_SHARE = 4;

    private final Bed bed;
    private final DnsServer dns;
    private final Engine engine;
    private final long version;
    private final SenderProfile sender;
    private boolean adds = true;

    private DomainsBench(Bed bed, DnsServer dns, Engine engine) {
        this.bed = bed;
        this.dns = dns;
        this.engine = engine;
        this.version = bed.mail();
        this.sender = bed.shop.sender(false);
    }

    static int run(String[] args) throws Exception {
        Options options = Options.of(args, "domains", "mails", "runs", "sinks", "dns-millis", "idle", "json");
        if (!Sinks.installed()) {
            System.err.println("smtp-sink is not installed (Debian: postfix)");
            return 3;
        }
        Table table = new Table();
        boolean adds;
        try (Bed bed = Bed.open(options.number("sinks", 1));
                DnsServer dns = DnsServer.start(Duration.ofMillis(options.number("dns-millis", DNS_MILLIS)))) {
            var hosts = new DnsMailHosts(dns.resolver(), bed.shop.clock, false);
            try (Engine engine = bed.engine(intoTheSinks(hosts, bed.sinks))) {
                var bench = new DomainsBench(bed, dns, engine);
                bench.measure(options, table);
                adds = bench.adds;
            }
        }
        table.print();
        Path json = options.file("json");
        if (json != null) Files.writeString(json, table.json());
        return adds ? 0 : 1;
    }

    /// What DNS says, with our receivers in place of the addresses.
    private static MailHosts intoTheSinks(MailHosts dns, Sinks sinks) {
        return domain -> {
            Route route = dns.resolve(domain);
            if (!(route instanceof Route.Hosts there) || !(sinks.resolve(domain) instanceof Route.Hosts ours)) return route;
            Route.Host sink = ours.hosts().getFirst();
            return new Route.Hosts(there.hosts().stream()
                    .map(host -> new Route.Host(host.name(), sink.address(), sink.port()))
                    .toList());
        };
    }

    private void measure(Options options, Table table) throws IOException, InterruptedException {
        int domains = options.number("domains", DOMAINS);
        int mails = domains * options.number("mails", MAILS);
        long few = Shop.fill(bed.shop.database, mails, "大口");
        long some = Shop.group(bed.shop.database, "一部", "id <= " + Math.max(1, mails / WARM_UP_SHARE));
        Shop.settle(bed.shop.database);
        once(some, Math.max(1, mails / WARM_UP_SHARE), 0);
        long many = Shop.fill(bed.shop.database, mails, "小口", domains, DnsServer::domain);
        Shop.settle(bed.shop.database);
        int reached = (int) IntStream.rangeClosed(1, domains).filter(DnsServer::takesMail).count() * (mails / domains);
        long questions = dns.questions();
        Run unasked = once(many, reached, mails - reached);
        questions = dns.questions() - questions;
        List<Run> toFew = new ArrayList<>();
        List<Run> toMany = new ArrayList<>();
        List<Double> shares = new ArrayList<>();
        for (int i = 0; i < options.number("runs", RUNS); i++) {
            toFew.add(once(few, mails, 0));
            toMany.add(once(many, reached, mails - reached));
            shares.add(100 * toMany.getLast().mailsPerSecond() / toFew.getLast().mailsPerSecond());
        }
        table.add(row("P2", "to " + Shop.DESTINATIONS + " destinations", toFew));
        table.add(row("domains", String.format(Locale.ROOT, "to %,d domains", domains), toMany));
        table.add(row("domains_new", "the same, nobody has asked DNS yet", List.of(unasked)).with("dns_questions", questions));
        table.add(new Table.Row("domains_share", "to many domains, of P2", "%", shares).goal(GOAL_PERCENT));
        table.add(idle(options.number("idle", IDLE_SECONDS)));
    }

    private static Table.Row row(String id, String name, List<Run> runs) {
        var row = new Table.Row(id, name, "mails/s", runs.stream().map(Run::mailsPerSecond).toList());
        for (String who : runs.getFirst().microsPerMail().keySet()) {
            row.with("cpu_us_" + who, Table.median(runs.stream().map(r -> r.microsPerMail().getOrDefault(who, 0.0)).toList()));
        }
        return row.cpu("jvm", "postgresql").with("load", Table.median(runs.stream().map(Run::load).toList()));
    }

    /// What it costs to have met so many destinations, when nothing is sent.
    private Table.Row idle(int seconds) throws IOException {
        System.gc();
        Programs.rest(1_000);
        long ours = Cpu.ofUs();
        long postgres = Ours.postgres();
        Programs.rest(seconds * 1_000);
        double jvm = (Cpu.ofUs() - ours) / 1e4 / seconds;
        double database = (Ours.postgres() - postgres) / 1e4 / seconds;
        return new Table.Row("domains_idle", "processor time afterwards, of a core", "%", List.of(jvm + database))
                .with("jvm", jvm)
                .with("postgresql", database);
    }

    private Run once(long group, int expected, int failures) throws IOException, InterruptedException {
        double load = Programs.load();
        long before = bed.sinks.received();
        long ours = Cpu.ofUs();
        long postgres = Ours.postgres();
        long sink = bed.sinks.cpu();
        long began = System.nanoTime();
        Launch.Planned planned = bed.shop.plan(group, version, sender);
        engine.wake();
        Progress progress = bed.shop.awaitEnd(planned.mailing(), PATIENCE);
        double mails = planned.planned();
        double rate = mails / ((System.nanoTime() - began) / 1e9);
        Map<String, Double> micros = new LinkedHashMap<>();
        micros.put("jvm", (Cpu.ofUs() - ours) / mails);
        micros.put("postgresql", (Ours.postgres() - postgres) / mails);
        micros.put("sink", (bed.sinks.cpu() - sink) / mails);
        var run = new Run(rate, micros, load);
        long received = bed.sinks.received() - before;
        if (progress.delivered() != expected || progress.failed() != failures || received != expected) {
            adds = false;
            System.err.printf(Locale.ROOT, "it does not add up: %s, received %d, expected %d%n", progress, received, expected);
        }
        System.err.printf(Locale.ROOT, "%,d mails: %.0f mails/s, load %.1f%n", planned.planned(), run.mailsPerSecond(), load);
        return run;
    }
}
