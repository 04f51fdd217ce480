package todoku.bench;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import todoku.campaign.Launch;
import todoku.delivery.Engine;
import todoku.mailing.Progress;
import todoku.sender.SenderProfile;

/// A campaign of ours: from "send" to the last committed verdict.
final class Ours implements Contender {
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    private final String name;
    private final Installation shop;
    private final Engine engine;
    private final Sinks sinks;
    private final long version;
    private final SenderProfile sender;
    private final long warmUpGroup;
    private final long group;
    private boolean adds = true;

    Ours(String name, Installation shop, Engine engine, Sinks sinks, long version, SenderProfile sender, long warmUpGroup, long group) {
        this.name = name;
        this.shop = shop;
        this.engine = engine;
        this.sinks = sinks;
        this.version = version;
        this.sender = sender;
        this.warmUpGroup = warmUpGroup;
        this.group = group;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void warmUp() throws InterruptedException, java.io.IOException {
        once(warmUpGroup);
    }

    @Override
    public Run run() throws InterruptedException, java.io.IOException {
        return once(group);
    }

    private Run once(long to) throws InterruptedException, java.io.IOException {
        double load = Programs.load();
        long before = sinks.received();
        long ours = Cpu.ofUs();
        long postgres = postgres();
        long sink = sinks.cpu();
        long began = System.nanoTime();
        Launch.Planned planned = shop.plan(to, version, sender);
        engine.wake();
        Progress progress = shop.awaitEnd(planned.mailing(), PATIENCE);
        double seconds = (System.nanoTime() - began) / 1e9;
        double mails = planned.planned();
        if (progress.delivered() != mails || sinks.received() - before != mails) {
            adds = false;
            System.err.println("it does not add up: " + progress + ", received " + (sinks.received() - before));
        }
        Map<String, Double> micros = new LinkedHashMap<>();
        micros.put("jvm", (Cpu.ofUs() - ours) / mails);
        micros.put("postgresql", (postgres() - postgres) / mails);
        micros.put("sink", (sinks.cpu() - sink) / mails);
        return new Run(mails / seconds, micros, load);
    }

    /// Whether every mail of every run was delivered and received.
    boolean adds() {
        return adds;
    }

    /// Processor time of the database servers we started, in microseconds.
    static long postgres() {
        return Cpu.ofChildren(command -> command.endsWith("/postgres"));
    }
}
