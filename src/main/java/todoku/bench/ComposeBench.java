package todoku.bench;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import todoku.customer.MergeValues;
import todoku.delivery.Composition;
import todoku.delivery.Prepared;
import todoku.delivery.Recipient;
import todoku.event.AddressId;
import todoku.event.MailingId;

/// P12: what it costs to make one mail of 10 KB out of a template and a customer, without its signature; beside it, what
/// it costs to ask the database for what is needed.
final class ComposeBench {
    private static final int SIZE = 20_000;
    private static final int RUNS = 5;
    private static final int TOGETHER = 200;
    private static final double GOAL_MICROS = 40;
    private static final Instant DATE = Instant.parse("2026-04-01T01:00:00Z");

    private final Installation shop;
    private final MailingId mailing;
    private final List<Recipient> recipients;

    private ComposeBench(Installation shop, MailingId mailing) {
        this.shop = shop;
        this.mailing = mailing;
        this.recipients = shop.database.client()
                .sql("SELECT no, address_id, customer_id FROM mailing_recipient WHERE mailing_id = :mailing ORDER BY no")
                .param("mailing", mailing.value())
                .query((row, _) -> new Recipient(
                        row.getInt("no"), new AddressId(row.getLong("address_id")), row.getLong("customer_id")))
                .list();
    }

    private record Costs(double composing, double preparing, double bytes) {}

    static int run(String[] args) throws Exception {
        Options options = Options.of(args, "size", "runs", "json");
        Path home = Installation.freshHome();
        Table table = new Table();
        try (Installation shop = Installation.in(home)) {
            long group = Shop.fill(shop.database, options.number("size", SIZE), "全会員");
            Shop.settle(shop.database);
            long version = shop.mails.freeze(shop.mails.save(1, "春の新作", Shop.mail()), new MergeValues(shop.database.client()).names());
            ComposeBench bench = new ComposeBench(shop, shop.plan(group, version, shop.sender(false)).mailing());
            bench.once();
            bench.once();
            List<Costs> costs = new ArrayList<>();
            double load = Programs.load();
            for (int i = 0; i < options.number("runs", RUNS); i++) costs.add(bench.once());
            table.add(new Table.Row("P12", "composing a mail, without signature", "CPU µs", costs.stream().map(Costs::composing).toList())
                    .goal(GOAL_MICROS)
                    .with("preparing_cpu_us", Table.median(costs.stream().map(Costs::preparing).toList()))
                    .with("bytes", Table.median(costs.stream().map(Costs::bytes).toList()))
                    .with("load", load));
        } finally {
            Installation.remove(home);
        }
        table.print();
        Path json = options.file("json");
        if (json != null) Files.writeString(json, table.json());
        return 0;
    }

    private Costs once() {
        long composing = 0;
        long preparing = 0;
        long bytes = 0;
        for (int from = 0; from < recipients.size(); from += TOGETHER) {
            List<Recipient> some = recipients.subList(from, Math.min(recipients.size(), from + TOGETHER));
            long began = cpuNanos();
            Prepared prepared = shop.source.prepare(mailing, some);
            long there = cpuNanos();
            for (Recipient one : some) {
                if (!(prepared.compose(one.no(), one.no() + "@shop.example", DATE) instanceof Composition.Mail mail))
                    throw new IllegalStateException("no mail for " + one);
                bytes += mail.header().length + 2 + mail.body().length;
            }
            composing += cpuNanos() - there;
            preparing += there - began;
        }
        double mails = recipients.size();
        return new Costs(composing / 1e3 / mails, preparing / 1e3 / mails, bytes / mails);
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
