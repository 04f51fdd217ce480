package todoku.bench;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.Memberships.State;
import todoku.database.Database;
import todoku.database.EmbeddedPostgres;
import todoku.segment.Condition;
import todoku.segment.Operator;
import todoku.segment.Rule;
import todoku.segment.Rule.Behaviour;
import todoku.segment.Rules;
import todoku.segment.Tally;
import todoku.segment.Where;

/// P7: how long a count of the condition builder takes on a database that `bench data` has built, for the ten commonest
/// conditions, and by which plans.
final class SegmentBench {
    private static final int RUNS = 20;
    private static final int WARM_UP = 3;
    private static final double GOAL_MILLIS = 300;
    private static final double P95 = 0.95;

    private static final String HEADING = """
            # How PostgreSQL counts the commonest conditions

            Written by `./todoku bench segment --data DIR --plans FILE` on the database that `bench data` has built. None reads the
            events. Times are with instrumentation on.

            """;

    private SegmentBench() {}

    static int run(String[] args) throws Exception {
        Options options = Options.of(args, "data", "runs", "plans", "json");
        Path home = options.file("data");
        if (home == null) throw new Options.Wrong("--data needs the directory that \"bench data\" has built");
        int runs = options.number("runs", RUNS);
        Path plans = options.file("plans");
        Table table = new Table();
        try (EmbeddedPostgres server = EmbeddedPostgres.start(home.resolve("postgres"));
                Database database = Database.open(server)) {
            var rules = new Rules(database.client(), InstantSource.system(), ZoneId.of("Asia/Tokyo"));
            var tally = new Tally(database, rules);
            var told = new StringBuilder(HEADING);
            for (Map.Entry<String, List<Rule>> asked : questions(database.client()).entrySet()) {
                measure(asked.getKey(), asked.getValue(), tally, runs, table);
                told.append("## ").append(asked.getKey()).append("\n\n```\n");
                plan(database, rules.where(asked.getValue().getFirst())).forEach(line -> told.append(line).append('\n'));
                told.append("```\n\n");
            }
            if (plans != null) Files.writeString(plans, told.toString());
        }
        table.print();
        Path json = options.file("json");
        if (json != null) Files.writeString(json, table.json());
        return 0;
    }

    /// Each with several values, as somebody who types changes them.
    private static Map<String, List<Rule>> questions(JdbcClient db) {
        List<Long> groups = db.sql("SELECT group_id FROM membership GROUP BY 1 ORDER BY count(*) DESC LIMIT 5").query(Long.class).list();
        List<Long> mailings = db.sql("SELECT id FROM mailing ORDER BY planned DESC, id DESC LIMIT 5").query(Long.class).list();
        long kind = db.sql("SELECT id FROM record_kind ORDER BY id LIMIT 1").query(Long.class).single();
        String product = db.sql("SELECT key FROM record_field WHERE kind_id = :kind AND type = 'TEXT' ORDER BY position LIMIT 1")
                .param("kind", kind)
                .query(String.class)
                .single();
        List<String> domains = db.sql("SELECT d.name FROM domain d JOIN (SELECT domain_id, count(*) AS n FROM address GROUP BY 1 ORDER BY 2 DESC LIMIT 5) a ON a.domain_id = d.id")
                .query(String.class)
                .list();
        List<String> prefectures = List.of("東京都", "大阪府", "北海道", "福岡県", "沖縄県");
        Map<String, List<Rule>> all = new LinkedHashMap<>();
        all.put("P7 field, group, opened in 90 days", each(i -> new Rule.All(List.of(
                prefecture(prefectures.get(i)), in(groups.get(i % groups.size())), Behaviour.within(Behaviour.Kind.OPENED, 90 - i)))));
        all.put("prefecture", each(i -> prefecture(prefectures.get(i))));
        all.put("in a group", each(i -> in(groups.get(i % groups.size()))));
        all.put("opened in 90 days", each(i -> Behaviour.within(Behaviour.Kind.OPENED, 90 - i)));
        all.put("clicked in 30 days", each(i -> Behaviour.within(Behaviour.Kind.CLICKED, 30 + i)));
        all.put("not opened in 180 days", each(i -> Behaviour.within(Behaviour.Kind.NOT_OPENED, 180 - i)));
        all.put("opened one campaign", each(i -> Behaviour.of(Behaviour.Kind.OPENED, mailings.get(i % mailings.size()))));
        all.put("not opened one campaign", each(i -> Behaviour.of(Behaviour.Kind.NOT_OPENED, mailings.get(i % mailings.size()))));
        all.put("birthday in this month", each(i -> new Condition("birthday", Operator.IN_MONTH, Integer.toString(i + 1))));
        all.put("name contains", each(i -> new Condition("family_name", Operator.CONTAINS, List.of("田", "藤", "佐", "本", "山").get(i))));
        all.put("bought a product twice in 90 days", each(i -> bought(kind, product, i, 90 - i, 2)));
        all.put("bought a product in a year", each(i -> bought(kind, product, i, 365 - i, 1)));
        all.put("prefecture, a product twice in a year", each(i -> new Rule.All(List.of(
                prefecture(prefectures.get(i)), bought(kind, product, i, 365 - i, 2)))));
        all.put("bought for 10,000 yen in a year", each(i -> new Rule.Related(kind, 365 - i, List.of(), 1, new BigDecimal(10_000), 0)));
        all.put("at one domain", each(i -> new Rule.FromDomain(List.of(domains.get(i % domains.size())))));
        return all;
    }

    private interface Making {
        Rule of(int i);
    }

    private static List<Rule> each(Making making) {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < 5; i++) rules.add(making.of(i));
        return rules;
    }

    private static Rule bought(long kind, String product, int i, int days, int times) {
        return new Rule.Related(kind, days, List.of(new Condition("record." + product, Operator.EQUALS, "T-00" + (i + 1))), times, null, 0);
    }

    private static Rule prefecture(String name) {
        return new Condition("prefecture", Operator.EQUALS, name);
    }

    private static Rule in(long group) {
        return new Rule.InGroup(List.of(group), List.of(State.SUBSCRIBED));
    }

    private static void measure(String name, List<Rule> rules, Tally tally, int runs, Table table) {
        List<Double> millis = new ArrayList<>();
        long matching = 0;
        int sampled = 0;
        List<Double> whole = new ArrayList<>();
        for (int i = 0; i < WARM_UP + runs; i++) {
            long began = System.nanoTime();
            Optional<Tally.Count> count = tally.count(rules.get(i % rules.size()));
            if (i < WARM_UP) continue;
            millis.add((System.nanoTime() - began) / 1e6);
            matching = count.map(Tally.Count::matching).orElse(-1L);
            if (count.isPresent() && !count.get().sampled()) continue;
            sampled++;
            long asked = System.nanoTime();
            boolean counted = tally.whole(rules.get(i % rules.size())).isPresent();
            whole.add(counted ? (System.nanoTime() - asked) / 1e6 : Double.POSITIVE_INFINITY);
        }
        List<Double> sorted = millis.stream().sorted().toList();
        double p95 = sorted.get((int) Math.min(sorted.size() - 1, Math.ceil(sorted.size() * P95) - 1));
        System.err.printf(
                Locale.ROOT, "%-36s median %6.0f ms, p95 %6.0f ms, %s%,d people%s%n", name, Table.median(millis), p95, sampled == 0 ? "" : "about ",
                matching, whole.isEmpty() ? "" : String.format(Locale.ROOT, ", exactly after %.0f ms more", Table.median(whole)));
        Table.Row row = new Table.Row(name.startsWith("P7") ? "P7" : name.replace(' ', '_').replace(",", ""), name, "ms", millis)
                .goal(GOAL_MILLIS)
                .with("p95_ms", p95)
                .with("people", matching)
                .with("sampled_runs", sampled);
        if (!whole.isEmpty()) row.with("whole_ms", Table.median(whole));
        table.add(row);
    }

    private static List<String> plan(Database database, Where where) {
        return database.inTransaction(() -> {
            database.client().sql("SELECT set_config('work_mem', '64MB', true), set_config('random_page_cost', '1.5', true)")
                    .query((row, _) -> row.getString(1))
                    .single();
            return database.client()
                    .sql("EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF) SELECT count(*) FROM customer c WHERE " + where.sql())
                    .params(where.parameters())
                    .query(String.class)
                    .list();
        });
    }
}
