package todoku.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import todoku.customer.growth.GrowthFollower;
import todoku.database.Database;
import todoku.database.EmbeddedPostgres;
import todoku.event.Followers;

/// Builds the database of a large shop, to be looked at, searched and measured: `./todoku start --data DIR` serves it. The
/// rows are made by PostgreSQL itself from their numbers, the same every time; only days move with today.
final class DataBench {
    private static final int CUSTOMERS = 1_000_000;
    private static final int CAMPAIGNS = 100;
    private static final int ORDERS_EACH = 3;
    private static final int EVENTS_EACH = 10;

    private final Database database;
    private final Table table = new Table();
    private final long began = System.nanoTime();

    private DataBench(Database database) {
        this.database = database;
    }

    /// How much of everything.
    record Size(int customers, int orders, int campaigns, int events) {}

    static int run(String[] args) throws Exception {
        Options options = Options.of(args, "customers", "orders", "campaigns", "events", "data", "json");
        Path home = options.file("data");
        if (home == null) throw new Options.Wrong("--data needs a directory, a new one");
        int customers = options.number("customers", CUSTOMERS);
        var size = new Size(
                customers,
                options.number("orders", Math.multiplyExact(customers, ORDERS_EACH)),
                options.number("campaigns", CAMPAIGNS),
                options.number("events", Math.multiplyExact(customers, EVENTS_EACH)));
        Files.createDirectories(home);
        try (EmbeddedPostgres server = EmbeddedPostgres.start(home.resolve("postgres"));
                Database database = Database.open(server)) {
            if (used(database)) {
                System.err.println("--data: there are customers already; name a new directory: " + home);
                return 2;
            }
            var bench = new DataBench(database);
            bench.fill(home, size);
            bench.table.print();
            Path json = options.file("json");
            if (json != null) Files.writeString(json, bench.table.json());
        }
        return 0;
    }

    private static boolean used(Database database) {
        return database.client()
                .sql("SELECT EXISTS (SELECT FROM address) OR EXISTS (SELECT FROM mailing) OR EXISTS (SELECT FROM record_kind)")
                .query(Boolean.class)
                .single();
    }

    /// Into an installation where nobody has done anything yet.
    static void fill(Database database, Path home, Size size) throws Exception {
        new DataBench(database).fill(home, size);
    }

    private void fill(Path home, Size size) throws Exception {
        var people = new People(database, size.customers());
        var orders = new Orders(database, size.customers());
        var campaigns = new SentCampaigns(database, home, InstantSource.system());
        Draw.begin(database);
        Bulk.fill(database, List.of("address", "customer", "membership", "related_record", "event"), () -> {
            step("customers", people::customers);
            step("memberships", people::memberships);
            step("suppressed addresses", people::suppressions);
            step("history of customers, events", people::history);
            var ordering = CompletableFuture.runAsync(() -> step("orders", () -> orders.fill(size.orders())));
            try {
                step("campaigns, events", () -> campaigns.fill(size.campaigns(), size.events()));
                ordering.join();
            } catch (CompletionException e) {
                throw new IOException("the orders were not written", e.getCause());
            }
        });
        Draw.end(database);
        System.err.printf(Locale.ROOT, "%-40s %,14d rows %8.1f s since the beginning%n", "indexes and references", 0, LaunchBench.seconds(began));
        step("counts of groups", () -> database.client()
                .sql("INSERT INTO group_count SELECT group_id, state, count(*) FROM membership GROUP BY group_id, state")
                .update());
        step("last opens and clicks", this::activity);
        step("followers", this::follow);
        step("statistics", () -> {
            database.client().sql("VACUUM ANALYZE").update();
            return 0;
        });
        rows(Map.of("customers", "customer", "orders", "related_record", "events", "event"));
    }

    /// Where the product keeps them beside the events.
    private long activity() {
        boolean kept = database.client().sql("SELECT to_regclass('customer_activity') IS NOT NULL").query(Boolean.class).single();
        return kept ? SentCampaigns.activity(database) : 0;
    }

    /// Growth is counted from the history, which was written before the mails. Whatever follows mails has seen these: a start
    /// would be busy with them for minutes.
    private long follow() {
        long last = database.client()
                .sql("SELECT coalesce(max(id), 0) FROM event WHERE mailing_id IS NULL")
                .query(Long.class)
                .single();
        var followers = new Followers(database, InstantSource.system(), List.of(new GrowthFollower(database.client())));
        long seen = 0;
        while (seen < last && followers.run(1) > 0)
            seen = database.client().sql("SELECT max(id) FROM follower").query(Long.class).single();
        return database.client().sql("""
                INSERT INTO follower (name, epoch, xid, id)
                SELECT n, epoch, xid, id FROM (SELECT epoch, xid, id FROM event ORDER BY id DESC LIMIT 1) e, unnest('{suppression,growth}'::text[]) n
                ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, xid = excluded.xid, id = excluded.id
                """).update();
    }

    private void step(String name, LongSupplier work) {
        long start = System.nanoTime();
        long rows = work.getAsLong();
        double seconds = LaunchBench.seconds(start);
        System.err.printf(Locale.ROOT, "%-40s %,14d rows %8.1f s%n", name, rows, seconds);
        synchronized (table) {
            table.add(new Table.Row("data_" + name.replaceAll("\\W+", "_"), name, "s", List.of(seconds)).with("rows", rows));
        }
    }

    private void rows(Map<String, String> tables) {
        Table.Row row = new Table.Row("data", "everything", "s", List.of(LaunchBench.seconds(began)));
        tables.forEach((name, of) ->
                row.with(name, database.client().sql("SELECT count(*) FROM " + of).query(Long.class).single()));
        row.with("disk_mb", database.client().sql("SELECT pg_database_size(current_database()) >> 20").query(Long.class).single());
        table.add(row);
    }
}
