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
    private static final Duration COUNTED_WITHIN = Duration.ofSeconds(20);

    private final String name;
    private final Installation shop;
    private final Engine engine;
    private final Receiver receiver;
    private final Switch way;
    private final long version;
    private final SenderProfile sender;
    private final long group;
    private boolean adds = true;

    Ours(String name, Installation shop, Engine engine, Switch way, Receiver receiver, long version, SenderProfile sender, long group) {
        this.name = name;
        this.shop = shop;
        this.engine = engine;
        this.way = way;
        this.receiver = receiver;
        this.version = version;
        this.sender = sender;
        this.group = group;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void warmUp() throws InterruptedException, java.io.IOException {
        run();
    }

    @Override
    public Run run() throws InterruptedException, java.io.IOException {
        way.to(receiver);
        double load = Programs.load();
        long before = receiver.received();
        long ours = Cpu.ofUs();
        long postgres = postgres();
        long sink = receiver.cpu();
        long began = System.nanoTime();
        Launch.Planned planned = shop.plan(group, version, sender);
        engine.wake();
        Progress progress = shop.awaitEnd(planned.mailing(), PATIENCE);
        double seconds = (System.nanoTime() - began) / 1e9;
        double mails = planned.planned();
        awaitReceived(before + planned.planned());
        if (progress.delivered() != mails || receiver.received() - before != mails) {
            adds = false;
            System.err.println("it does not add up: " + progress + ", received " + (receiver.received() - before));
        }
        Map<String, Double> micros = new LinkedHashMap<>();
        micros.put("jvm", (Cpu.ofUs() - ours) / mails);
        micros.put("postgresql", (postgres() - postgres) / mails);
        micros.put("sink", (receiver.cpu() - sink) / mails);
        return new Run(mails / seconds, micros, load);
    }

    /// What it says of itself comes a little later than its replies.
    private void awaitReceived(long mails) throws java.io.IOException {
        long limit = System.nanoTime() + COUNTED_WITHIN.toNanos();
        while (receiver.received() < mails && System.nanoTime() < limit) Programs.rest(5);
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
