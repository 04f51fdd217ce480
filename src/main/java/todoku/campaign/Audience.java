package todoku.campaign;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;
import todoku.mailing.Recipients;
import todoku.segment.Rules;
import todoku.segment.Where;

/// Who a campaign would reach, and who not and why. Safe for many threads.
public final class Audience {
    /// Each person once. Whoever is 配信禁止 in one of the groups gets nothing; a person 配信中 in one gets it.
    private static final String MEMBERS =
            """
            (SELECT customer_id, bool_or(state = 'BANNED') AS banned, bool_or(state = 'SUBSCRIBED') AS subscribed
               FROM membership WHERE group_id = ANY (:groups) GROUP BY customer_id) p
            """;

    /// The same for one group, where everybody stands once anyway.
    private static final String MEMBERS_OF_ONE =
            """
            (SELECT customer_id, state = 'BANNED' AS banned, state = 'SUBSCRIBED' AS subscribed
               FROM membership WHERE group_id = ANY (:groups)) p
            """;

    private static final String STANDING =
            """
            SELECT CASE WHEN p.banned THEN 'BANNED' WHEN p.subscribed THEN '' ELSE 'UNSUBSCRIBED' END AS reason, count(*) AS n
              FROM
            """;

    private static final String SUPPRESSED =
            """
            SELECT s.reason, count(*) AS n
              FROM (SELECT address_id, min(reason) AS reason FROM suppression GROUP BY address_id) s
              JOIN customer c ON c.address_id = s.address_id
              JOIN
            """;

    private static final String AMONG_THEM =
            """
              ON p.customer_id = c.id
             WHERE p.subscribed AND NOT p.banned AND
            """;

    /// Instead of the table of suppressed addresses, once a whole domain is banned: its addresses are read from their table.
    private static final String WITH_DOMAINS =
            """
            FROM (SELECT address_id, reason FROM suppression
                   UNION ALL
                  SELECT a.id, 'BANNED' FROM suppressed_domain d JOIN address a ON a.domain_id = d.domain_id) u
            """;

    private static final String AND_NOT_OF_DOMAINS =
            "NOT EXISTS (SELECT FROM address a JOIN suppressed_domain d ON d.domain_id = a.domain_id WHERE a.id = c.address_id) AND ";

    private static final String REACHED =
            """
            SELECT c.id AS customer_id, c.address_id
              FROM
            """;

    private static final String AND_NOT_SUPPRESSED =
            """
              JOIN customer c ON c.id = p.customer_id
             WHERE p.subscribed AND NOT p.banned AND NOT EXISTS (SELECT FROM suppression s WHERE s.address_id = c.address_id) AND
            """;

    private final Database database;
    private final JdbcClient db;
    private final Rules rules;

    public Audience(Database database, Rules rules) {
        this.database = database;
        this.db = database.client();
        this.rules = rules;
    }

    /// selected = planned + excluded, each reason once: UNSUBSCRIBED or BANNED in the groups, or the reason of a suppression.
    public record Count(int selected, int planned, Map<String, Integer> excluded, Duration took) {
        public int excludedTotal() {
            return selected - planned;
        }
    }

    /// Counts now, without writing anything.
    ///
    /// @throws IllegalArgumentException when a condition is not usable
    public Count count(Target target) {
        long began = System.nanoTime();
        Map<String, Integer> byReason = byReason(target);
        Integer planned = byReason.remove("");
        int reached = planned == null ? 0 : planned;
        int left = byReason.values().stream().mapToInt(Integer::intValue).sum();
        return new Count(reached + left, reached, byReason, Duration.ofNanos(System.nanoTime() - began));
    }

    /// Two questions, both cheap at millions: how the groups stand to everybody selected, which reads the groups once, and
    /// which of those who want it are suppressed, which begins with the few suppressed ones.
    private Map<String, Integer> byReason(Target target) {
        if (target.groups().isEmpty()) return new TreeMap<>();
        Where where = rules.where(target.rule());
        return database.inTransaction(() -> {
            String pages = setting("random_page_cost", "1.1");
            String memory = setting("work_mem", "64MB");
            String compiled = setting("jit", "off");
            String loops = setting("enable_nestloop", "off");
            String customers = target.isEverybody() ? "" : "JOIN customer c ON c.id = p.customer_id";
            Map<String, Integer> byReason = ask(target, where, STANDING + members(target) + customers + " WHERE " + where.sql() + " GROUP BY 1");
            setting("enable_nestloop", loops);
            Map<String, Integer> suppressed = ask(target, where, suppressed() + members(target) + AMONG_THEM + where.sql() + " GROUP BY 1");
            setting("jit", compiled);
            setting("work_mem", memory);
            setting("random_page_cost", pages);
            suppressed.forEach((reason, n) -> {
                byReason.merge(reason, n, Integer::sum);
                byReason.merge("", -n, Integer::sum);
            });
            return byReason;
        });
    }

    private String suppressed() {
        return domainsBanned() ? SUPPRESSED.replace("FROM suppression", WITH_DOMAINS) : SUPPRESSED;
    }

    private boolean domainsBanned() {
        return db.sql("SELECT EXISTS (SELECT FROM suppressed_domain)").query(Boolean.class).single();
    }

    private Map<String, Integer> ask(Target target, Where where, String question) {
        Map<String, Integer> byReason = new TreeMap<>();
        db.sql(question).params(parameters(target, where)).query(row -> {
            byReason.put(row.getString(1), row.getInt(2));
        });
        return byReason;
    }

    /// For the rest of this transaction; returns what it was. Counting reads much and writes nothing: hashes and a disk
    /// without a head fit it better than what the server assumes of everybody, and compiling takes longer than answering.
    private String setting(String name, String value) {
        return db.sql("SELECT current_setting(:name), set_config(:name, :value, true)")
                .param("name", name)
                .param("value", value)
                .query((row, n) -> row.getString(1))
                .single();
    }

    private static String members(Target target) {
        return target.groups().size() == 1 ? MEMBERS_OF_ONE : MEMBERS;
    }

    private static Map<String, Object> parameters(Target target, Where where) {
        Map<String, Object> parameters = new HashMap<>(where.parameters());
        parameters.put("groups", target.groups().toArray(Long[]::new));
        return parameters;
    }

    /// A few of those it would reach, as customer ids.
    List<Long> some(Target target, int limit) {
        if (target.groups().isEmpty()) return List.of();
        Where where = rules.where(target.rule());
        return db.sql("SELECT customer_id FROM (" + reached(target, where) + ") t LIMIT :limit")
                .params(parameters(target, where))
                .param("limit", limit)
                .query(Long.class)
                .list();
    }

    /// Makes them the list of the open transaction; returns how many.
    int choose(Target target, Recipients recipients) {
        Where where = rules.where(target.rule());
        return recipients.choose(reached(target, where), parameters(target, where));
    }

    private String reached(Target target, Where where) {
        return REACHED + members(target) + AND_NOT_SUPPRESSED + (domainsBanned() ? AND_NOT_OF_DOMAINS : "") + where.sql();
    }
}
