package todoku.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.access.Operators;
import todoku.database.Database;
import todoku.database.EmbeddedPostgres;

/// P9: how long pages take on a database that `bench data` has built, asked for one after the other by one operator. The
/// password of `admin` is another one afterwards.
final class PagesBench {
    private static final int RUNS = 20;
    private static final int WARM_UP = 3;
    private static final double GOAL_MILLIS = 300;
    private static final double P95 = 0.95;
    private static final int START_SECONDS = 180;
    private static final String PASSWORD = "correct horse battery";
    private static final Pattern FIRST_PASSWORD = Pattern.compile("admin / (\\S+)");
    private static final String READY = "Ctrl+C";

    private PagesBench() {}

    static int run(String[] args) throws Exception {
        Options options = Options.of(args, "data", "runs", "json");
        Path home = options.file("data");
        if (home == null) throw new Options.Wrong("--data needs the directory that \"bench data\" has built");
        int runs = options.number("runs", RUNS);
        Table table = new Table();
        String password;
        List<String> pages;
        try (EmbeddedPostgres server = EmbeddedPostgres.start(home.resolve("postgres"));
                Database database = Database.open(server)) {
            password = new Operators(database).reset("admin").orElse("");
            pages = pages(database.client());
        }
        int port = freePort();
        List<String> command = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
        command.addAll(Programs.ourselves());
        command.addAll(List.of("start", "--port", Integer.toString(port), "--data", home.toString()));
        Process server = new ProcessBuilder(command).redirectErrorStream(true).start();
        boolean well = true;
        try {
            String first = started(server);
            if (!first.isEmpty()) password = first;
            var visit = new Visit(port);
            visit.get("/sign-in");
            visit.post("/sign-in", Map.of("login", "admin", "password", password, "next", "/"));
            visit.get("/password");
            visit.post("/password", Map.of("current", password, "fresh", PASSWORD));
            for (String page : pages) well &= measure(visit, page, runs, table);
        } finally {
            server.destroy();
            server.waitFor();
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

    /// @return the first password, when there was none before
    private static String started(Process server) throws IOException {
        BufferedReader lines = server.inputReader();
        String password = "";
        long limit = System.nanoTime() + START_SECONDS * 1_000_000_000L;
        for (String line = lines.readLine(); line != null && System.nanoTime() < limit; line = lines.readLine()) {
            Matcher first = FIRST_PASSWORD.matcher(line);
            if (first.find()) password = first.group(1);
            if (line.contains(READY)) {
                Thread.ofVirtual().name("the server's output").start(() -> lines.lines().forEach(_ -> {}));
                return password;
            }
        }
        throw new IOException("the server did not start");
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
