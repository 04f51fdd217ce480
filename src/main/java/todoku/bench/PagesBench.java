package todoku.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;
import todoku.database.EmbeddedPostgres;

/// P9: how long pages take on a database that `bench data` has built, asked for one after the other by one operator. The
/// password of `admin` is another one afterwards.
final class PagesBench {
    private static final int RUNS = 20;
    private static final int WARM_UP = 3;
    private static final double GOAL_MILLIS = 300;
    private static final double P95 = 0.95;

    private PagesBench() {}

    static int run(String[] args) throws Exception {
        Options options = Options.of(args, "data", "runs", "json");
        Path home = options.file("data");
        if (home == null) throw new Options.Wrong("--data needs the directory that \"bench data\" has built");
        int runs = options.number("runs", RUNS);
        Table table = new Table();
        boolean well = true;
        try (EmbeddedPostgres server = EmbeddedPostgres.start(home.resolve("postgres"));
                Database database = Database.open(server);
                Served served = Served.over(server, home, home.resolve("bench.log"), Map.of())) {
            Visit visit = served.administrator(database);
            for (String page : pages(database.client())) well &= measure(visit, page, runs, table);
        }
        table.print();
        Path json = options.file("json");
        if (json != null) Files.writeString(json, table.json());
        return well ? 0 : 1;
    }

    private static List<String> pages(JdbcClient db) {
        long customer = db.sql("SELECT max(id) FROM customer").query(Long.class).single();
        long group = db.sql("SELECT min(id) FROM customer_group").query(Long.class).single();
        long campaign = db.sql("SELECT id FROM campaign WHERE mailing_id IS NOT NULL ORDER BY id DESC LIMIT 1").query(Long.class).single();
        List<String> pages = new ArrayList<>(List.of(
                "/", "/customers", "/customers/" + customer, "/customers/" + customer + "/timeline?sort=MAIL",
                "/customers?below=" + customer / 2, "/groups", "/segments", "/campaigns", "/reports", "/reports/" + campaign,
                "/reports/" + campaign + "/recipients", "/reports/records", "/reports/records?group=" + group, "/imports",
                "/customers/bans", "/customers/duplicates", "/customers/records", "/customers/fields", "/engine", "/audit", "/mails"));
        for (String text : List.of("佐藤", "山田 花", "ﾀﾅｶ", "すずき", "田中太郎", "docomo", "hanako", "10012345", "髙"))
            pages.add("/customers?q=" + URLEncoder.encode(text, UTF_8));
        return pages;
    }

    private static boolean measure(Visit visit, String page, int runs, Table table) throws IOException {
        List<Double> millis = new ArrayList<>();
        int status = 0;
        for (int i = 0; i < WARM_UP + runs; i++) {
            long began = System.nanoTime();
            status = visit.get(page).status();
            if (i >= WARM_UP) millis.add((System.nanoTime() - began) / 1e6);
        }
        List<Double> sorted = millis.stream().sorted().toList();
        double p95 = sorted.get((int) Math.min(sorted.size() - 1, Math.ceil(sorted.size() * P95) - 1));
        System.err.printf(Locale.ROOT, "%-48s %d  median %5.0f ms  p95 %5.0f ms%n", page, status, Table.median(millis), p95);
        table.add(new Table.Row("P9 " + page, page, "ms", millis).goal(GOAL_MILLIS).with("p95_ms", p95).with("status", status));
        return status == 200;
    }
}
