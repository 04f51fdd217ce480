package todoku.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import todoku.customer.CustomerImport;
import todoku.customer.Groups;
import todoku.customer.ImportChoices;
import todoku.customer.ImportProgress;
import todoku.mailing.Addresses;

/// A shop's customer file from the disk into the tables: 10,000 lines, and ten times as many of the same kind.
final class ImportBench {
    private static final int RUNS = 3;
    private static final int LARGER = 10;
    private static final double GOAL_SECONDS = 1.5;
    private static final double LARGER_GOAL_SECONDS = 6;

    private final Installation shop;
    private final CustomerImport imports;
    private boolean adds = true;

    private ImportBench(Installation shop) {
        this.shop = shop;
        this.imports = new CustomerImport(shop.database, new Addresses(shop.database.client()), shop.clock);
    }

    static int run(String[] args) throws Exception {
        Options options = Options.of(args, "file", "larger", "runs", "json");
        Path named = options.file("file");
        Path file = named == null ? ShopFile.USUAL : named;
        if (!Files.isReadable(file)) {
            System.err.println("--file: cannot read " + file);
            return 2;
        }
        Path home = Installation.freshHome();
        Table table = new Table();
        boolean adds;
        try (Installation shop = Installation.in(home)) {
            ImportBench bench = new ImportBench(shop);
            int times = options.number("larger", LARGER);
            Path larger = ShopFile.times(times, file, home.resolve("larger.csv"));
            ImportProgress once = bench.once(file); // warms up
            table.add(bench.measured("import", file, once, 1, options.number("runs", RUNS)).goal(GOAL_SECONDS));
            table.add(bench.measured("import_larger", larger, once, times, options.number("runs", RUNS)).goal(LARGER_GOAL_SECONDS));
            adds = bench.adds;
        } finally {
            Installation.remove(home);
        }
        table.print();
        Path json = options.file("json");
        if (json != null) Files.writeString(json, table.json());
        return adds ? 0 : 1;
    }

    /// @param once what one import of the shop's file came to; the larger one must come to so many times of it
    private Table.Row measured(String id, Path file, ImportProgress once, int times, int runs) throws IOException {
        List<Double> seconds = new ArrayList<>();
        List<Double> ours = new ArrayList<>();
        List<Double> postgres = new ArrayList<>();
        List<Double> load = new ArrayList<>();
        Heap.reset();
        int lines = once.linesTotal() * times;
        for (int i = 0; i < runs; i++) {
            load.add(Programs.load());
            long jvm = Cpu.ofUs();
            long server = Ours.postgres();
            long began = System.nanoTime();
            ImportProgress done = once(file);
            seconds.add((System.nanoTime() - began) / 1e9);
            ours.add((Cpu.ofUs() - jvm) / (double) lines);
            postgres.add((Ours.postgres() - server) / (double) lines);
            System.err.printf(Locale.ROOT, "%s: %d lines, %.2f s, load %.1f%n", id, done.linesTotal(), seconds.getLast(), load.getLast());
            if (done.success() != once.success() * times
                    || done.unsubscribed() != once.unsubscribed() * times
                    || done.failure() != once.failure() * times
                    || done.other() != once.other() * times) {
                adds = false;
                System.err.println("it does not add up: " + done);
            }
        }
        return new Table.Row(id, String.format(Locale.ROOT, "import of %,d lines", lines), "s", seconds)
                .with("cpu_us_jvm", Table.median(ours))
                .with("cpu_us_postgresql", Table.median(postgres))
                .with("load", Table.median(load))
                .with("peak_heap_mb", Heap.peakMegabytes());
    }

    /// Into empty tables each time.
    private ImportProgress once(Path file) throws IOException {
        shop.database.client().sql("""
                TRUNCATE customer_import_block, customer_import, membership, customer, customer_group, address, domain CASCADE
                """).update();
        long group = new Groups(shop.database.client()).findOrCreate(1, "メルマガ会員").id();
        ImportProgress begun = imports.start(file, new ImportChoices("customers.csv", group, false));
        ImportProgress done = imports.run(begun.id(), file);
        if (done.state() != ImportProgress.State.DONE) throw new IOException("the import failed: " + done.why());
        return done;
    }
}
