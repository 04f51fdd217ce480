package todoku.campaign;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.SharedAddresses;
import todoku.database.Database;
import todoku.mailing.Recipients;
import todoku.segment.Rules;
import todoku.segment.Sample;
import todoku.segment.Where;
import todoku.suppression.Suppressions.Reason;

/// Who a campaign would reach, and who not and why. Safe for many threads.
public final class Audience {
    /// 重複アドレス: another customer with the same address gets it.
    static final String DUPLICATE = "DUPLICATE";

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
            SELECT s.reason, count(*) AS n, s.stays, CASE WHEN p.banned THEN 'BANNED' WHEN p.subscribed THEN '' ELSE 'UNSUBSCRIBED' END AS standing
              FROM (SELECT address_id, coalesce(min(reason) FILTER (WHERE stays), min(reason)) AS reason, bool_or(stays) AS stays
                      FROM {suppression} u GROUP BY address_id) s
              JOIN customer c ON c.address_id = s.address_id
              JOIN {members} ON p.customer_id = c.id
             WHERE {willing} {rule}
             GROUP BY 1, 3, 4
            """;

    /// The same two questions to the customers of a sample at once.
    private static final String OF_SAMPLE =
            """
            {asked}SELECT p.standing, s.reason, s.stays, count(*) AS n FROM asked JOIN customer c ON c.id = asked.id
             CROSS JOIN LATERAL (
                   SELECT CASE WHEN bool_or(m.state = 'BANNED') THEN 'BANNED' WHEN bool_or(m.state = 'SUBSCRIBED') THEN ''
                               WHEN count(*) > 0 THEN 'UNSUBSCRIBED' END AS standing
                     FROM membership m WHERE m.group_id = ANY (:groups) AND m.customer_id = c.id) p
              LEFT JOIN LATERAL (
                   SELECT coalesce(min(u.reason) FILTER (WHERE u.stays), min(u.reason)) AS reason, bool_or(u.stays) AS stays
                     FROM {suppression} u) s ON true
             WHERE p.standing IS NOT NULL AND ({rule})
             GROUP BY 1, 2, 3
            """;

    private static final String SUPPRESSIONS_OF_ONE =
            "(SELECT reason, reason <> ALL (:overridden) AS stays FROM suppression WHERE address_id = c.address_id)";

    private static final String WITH_DOMAINS_OF_ONE =
            """
            (SELECT reason, reason <> ALL (:overridden) AS stays FROM suppression WHERE address_id = c.address_id
              UNION ALL
             SELECT 'BANNED', true FROM address a JOIN suppressed_domain d ON d.domain_id = a.domain_id WHERE a.id = c.address_id)
            """;

    /// Members of one group that are not counted within a moment.
    private static final long MANY = 2_000_000;

    /// Who among the members counts.
    private static final String WILLING = "p.subscribed AND NOT p.banned AND";

    /// A suppression stays unless the campaign overrides its reason.
    private static final String SUPPRESSIONS = "(SELECT address_id, reason, reason <> ALL (:overridden) AS stays FROM suppression)";

    /// Instead of it, once a whole domain is banned: its addresses are read from their table.
    private static final String WITH_DOMAINS =
            """
            (SELECT address_id, reason, reason <> ALL (:overridden) AS stays FROM suppression
              UNION ALL
             SELECT a.id, 'BANNED', true FROM suppressed_domain d JOIN address a ON a.domain_id = d.domain_id)
            """;

    private static final String AND_NOT_OF_DOMAINS =
            "NOT EXISTS (SELECT FROM address a JOIN suppressed_domain d ON d.domain_id = a.domain_id WHERE a.id = c.address_id) AND ";

    private static final String REACHED =
            """
            SELECT c.id AS customer_id, c.address_id
              FROM {members} JOIN customer c ON c.id = p.customer_id
             WHERE {willing} NOT EXISTS (SELECT FROM suppression s WHERE s.address_id = c.address_id{and}) AND {domains} {rule}
            """;

    /// Of several who have one address the first would get it; these are the others, and the wish of theirs that is overridden.
    private static final String DUPLICATES =
            """
            SELECT d.customer_id, CASE WHEN d.banned THEN 'BANNED' WHEN NOT d.subscribed THEN 'UNSUBSCRIBED'
                        ELSE coalesce((SELECT min(s.reason) FROM suppression s WHERE s.address_id = d.address_id), '') END AS opted_out
              FROM (SELECT c.id AS customer_id, c.address_id, p.banned, p.subscribed,
                           row_number() OVER (PARTITION BY c.address_id ORDER BY c.share_no) AS place
                      FROM {members} JOIN customer c ON c.id = p.customer_id
                     WHERE {willing} c.address_id IN (SELECT k.address_id FROM customer k WHERE k.share_no > 0)
                       AND NOT EXISTS (SELECT FROM suppression s WHERE s.address_id = c.address_id{and}) AND {domains} {rule}) d
             WHERE d.place > 1
            """;

    /// The first of those who have one address.
    private static final String REACHED_ONCE =
            """
            SELECT customer_id, address_id
              FROM (SELECT c.id AS customer_id, c.address_id, row_number() OVER (PARTITION BY c.address_id ORDER BY c.share_no) AS place
                      FROM {members} JOIN customer c ON c.id = p.customer_id
                     WHERE {willing} NOT EXISTS (SELECT FROM suppression s WHERE s.address_id = c.address_id{and}) AND {domains} {rule}) a
             WHERE place = 1
            """;

    private final Database database;
    private final JdbcClient db;
    private final Rules rules;
    private final SharedAddresses sharing;

    public Audience(Database database, Rules rules) {
        this.database = database;
        this.db = database.client();
        this.rules = rules;
        this.sharing = new SharedAddresses(db);
    }

    /// selected = planned + excluded, each reason once: UNSUBSCRIBED or BANNED in the groups, the reason of a suppression, or
    /// [#DUPLICATE].
    ///
    /// @param optedOut of the planned, those a spot mail reaches though they opted out, each under one such reason
    /// @param sampled  the numbers are about right: counted in a part of the customers
    public record Count(
            int selected, int planned, Map<String, Integer> excluded, Map<String, Integer> optedOut, boolean sampled, Duration took) {
        public int optedOutTotal() {
            return optedOut.values().stream().mapToInt(Integer::intValue).sum();
        }

        public int excludedTotal() {
            return selected - planned;
        }
    }

    /// Counts now, without writing anything.
    ///
    /// @throws IllegalArgumentException when a condition is not usable
    public Count count(Target target) {
        long began = System.nanoTime();
        Sum sum = new Sum(target.reach());
        if (!target.groups().isEmpty()) database.inTransaction(() -> count(target, sum));
        return sum.count(false, began);
    }

    /// Counts soon, for somebody who is still choosing: where the whole takes long, from a sample, in which those who share an
    /// address are not told apart.
    ///
    /// @throws IllegalArgumentException when a condition is not usable
    Count soon(Target target) {
        long began = System.nanoTime();
        if (!isMuch(target)) return count(target);
        Sum sum = new Sum(target.reach());
        if (!database.inTransaction(() -> sample(target, sum))) return count(target);
        return sum.count(true, began);
    }

    /// Members of one group are counted as they are read, those of several are brought together first.
    private boolean isMuch(Target target) {
        if (target.groups().isEmpty()) return false;
        long members = db.sql("SELECT coalesce(sum(n), 0) FROM group_count WHERE group_id = ANY (:groups)")
                .param("groups", target.groups().toArray(Long[]::new))
                .query(Long.class)
                .single();
        return members >= (target.groups().size() > 1 ? Sample.LEAST : MANY);
    }

    /// False when nobody of the sample is a customer any more.
    private boolean sample(Target target, Sum sum) {
        Where where = rules.where(target.rule());
        Optional<Sample> found = Sample.of(db, where);
        if (found.isEmpty()) return false;
        Sample sample = found.get();
        db.sql(OF_SAMPLE.replace("{asked}", sample.asked())
                        .replace("{suppression}", domainsBanned() ? WITH_DOMAINS_OF_ONE : SUPPRESSIONS_OF_ONE)
                        .replace("{rule}", sample.truth()))
                .params(parameters(target, where))
                .query(row -> {
                    int people = (int) sample.all(row.getLong("n"));
                    String standing = row.getString("standing"), reason = row.getString("reason");
                    sum.standing(standing, people);
                    if (reason != null && (sum.spot || standing.isEmpty())) sum.suppressed(reason, people, row.getBoolean("stays"), standing);
                });
        return true;
    }

    private static final class Sum {
        final Map<String, Integer> excluded = new TreeMap<>();
        final Map<String, Integer> optedOut = new TreeMap<>();
        final boolean spot;
        int planned;

        Sum(Reach reach) {
            this.spot = reach != Reach.WILLING;
        }

        /// How the groups stand to so many: empty when well.
        void standing(String standing, int people) {
            if (spot || standing.isEmpty()) planned += people;
            if (!standing.isEmpty()) (spot ? optedOut : excluded).merge(standing, people, Integer::sum);
        }

        Count count(boolean sampled, long began) {
            int left = excluded.values().stream().mapToInt(Integer::intValue).sum();
            return new Count(planned + left, planned, excluded, optedOut, sampled, Duration.ofNanos(System.nanoTime() - began));
        }

        /// So many share the address of somebody who gets it.
        void duplicates(String standing, int people) {
            planned -= people;
            excluded.merge(DUPLICATE, people, Integer::sum);
            optedOut.computeIfPresent(standing, (_, n) -> n == people ? null : n - people);
        }

        /// So many of them are suppressed as well.
        void suppressed(String reason, int people, boolean stays, String standing) {
            if (stays) {
                planned -= people;
                excluded.merge(reason, people, Integer::sum);
                if (!standing.isEmpty()) optedOut.computeIfPresent(standing, (_, n) -> n == people ? null : n - people);
            } else if (standing.isEmpty()) {
                optedOut.merge(reason, people, Integer::sum);
            }
        }
    }

    /// Two questions, both cheap at millions: how the groups stand to everybody selected, which reads the groups once, and
    /// which of those who want it are suppressed, which begins with the few suppressed ones.
    private void count(Target target, Sum sum) {
        Where where = rules.where(target.rule());
        String pages = setting("random_page_cost", "1.1");
        String memory = setting("work_mem", "64MB");
        String compiled = setting("jit", "off");
        String loops = setting("enable_nestloop", "off");
        String customers = target.isEverybody() ? "" : "JOIN customer c ON c.id = p.customer_id";
        db.sql(STANDING + members(target) + customers + " WHERE " + where.sql() + " GROUP BY 1")
                .params(parameters(target, where))
                .query(row -> {
                    sum.standing(row.getString(1), row.getInt(2));
                });
        setting("enable_nestloop", loops);
        db.sql(filled(SUPPRESSED, target, where)).params(parameters(target, where)).query(row -> {
            sum.suppressed(row.getString(1), row.getInt(2), row.getBoolean(3), row.getString(4));
        });
        if (someTwice(target))
            db.sql("SELECT opted_out, count(*) FROM (" + filled(DUPLICATES, target, where) + ") t GROUP BY 1")
                    .params(parameters(target, where))
                    .query(row -> {
                        sum.duplicates(row.getString(1), row.getInt(2));
                    });
        setting("jit", compiled);
        setting("work_mem", memory);
        setting("random_page_cost", pages);
    }

    private String filled(String question, Target target, Where where) {
        boolean domains = domainsBanned();
        return question.replace("{members}", members(target))
                .replace("{willing}", target.reach() == Reach.WILLING ? WILLING : "")
                .replace("{and}", target.reach().overridden().isEmpty() ? "" : " AND s.reason <> ALL (:overridden)")
                .replace("{domains}", domains ? AND_NOT_OF_DOMAINS : "")
                .replace("{suppression}", domains ? WITH_DOMAINS : SUPPRESSIONS)
                .replace("{rule}", where.sql());
    }

    /// Whether somebody may be left out because of another customer of the same address.
    private boolean someTwice(Target target) {
        return target.once() && sharing.any();
    }

    /// Whoever does not get it because somebody else with the same address does.
    Set<Long> duplicates(Target target) {
        if (target.groups().isEmpty() || !someTwice(target)) return Set.of();
        Where where = rules.where(target.rule());
        return new HashSet<>(db.sql("SELECT customer_id FROM (" + filled(DUPLICATES, target, where) + ") t")
                .params(parameters(target, where))
                .query(Long.class)
                .list());
    }

    private boolean domainsBanned() {
        return db.sql("SELECT EXISTS (SELECT FROM suppressed_domain)").query(Boolean.class).single();
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
        parameters.put("overridden", target.reach().overridden().stream().map(Reason::name).toArray(String[]::new));
        return parameters;
    }

    /// A few of those it would reach, as customer ids; perhaps two with one address.
    List<Long> some(Target target, int limit) {
        if (target.groups().isEmpty()) return List.of();
        Where where = rules.where(target.rule());
        return db.sql("SELECT customer_id FROM (" + filled(REACHED, target, where) + ") t LIMIT :limit")
                .params(parameters(target, where))
                .param("limit", limit)
                .query(Long.class)
                .list();
    }

    /// Makes them the list of the open transaction; returns how many.
    int choose(Target target, Recipients recipients) {
        Where where = rules.where(target.rule());
        return recipients.choose(filled(someTwice(target) ? REACHED_ONCE : REACHED, target, where), parameters(target, where));
    }
}
