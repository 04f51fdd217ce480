package todoku.segment;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;

/// How many meet a rule, while it is being written: never longer than a moment. Safe for many threads.
public final class Tally {
    /// Then a sample answers.
    private static final Duration MOMENT = Duration.ofMillis(600);

    /// Behind a sample that has found few: then its number stands until the whole has come. Of very many customers the few
    /// take longer, and are waited for a moment.
    private static final Duration GLANCE = Duration.ofMillis(200);
    private static final long VERY_MANY = 3_000_000;

    /// Where there is none.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /// Of the sample, and of each row's own count, which come after the answer.
    private static final Duration SHORT_PATIENCE = Duration.ofSeconds(1);

    /// Of a list that a program goes through, and of the count of a day.
    private static final Duration LONG_PATIENCE = Duration.ofSeconds(30);

    /// Of so many customers a sample answers first, and the whole when somebody waits for it.
    private static final long MANY = 500_000;

    /// Of those who are a smaller share of whom it was drawn from a sample says little, and all are counted soon.
    private static final double FEW = 0.02;

    /// Of the whole behind a sample.
    private static final Duration WHOLE_PATIENCE = Duration.ofSeconds(10);

    /// Rows whose count is remembered, for so long.
    private static final int REMEMBERED = 500;
    private static final long REMEMBERED_NANOS = Duration.ofSeconds(30).toNanos();

    /// PostgreSQL says so of a statement that took too long.
    private static final String CANCELLED = "57014";

    private final Database database;
    private final JdbcClient db;
    private final Rules rules;
    private final long many;
    private final Duration glance;
    private final Map<Rule, Remembered> rows = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Rule, Remembered> eldest) {
            return size() > REMEMBERED;
        }
    };

    public Tally(Database database, Rules rules) {
        this(database, rules, MANY, GLANCE);
    }

    /// @param many   of so many customers a sample answers first
    /// @param glance so long it is tried to count few of them exactly at once
    Tally(Database database, Rules rules, long many, Duration glance) {
        this.database = database;
        this.db = database.client();
        this.rules = rules;
        this.many = many;
        this.glance = glance;
    }

    /// @param count null when it never was counted in time
    private record Remembered(@Nullable Long count, boolean about, long countedAt, long triedAt) {}

    /// Who meets one row by itself.
    ///
    /// @param about counted in a part of the customers
    /// @param old   counted a while ago, and not again since
    public record Row(long people, boolean about, boolean old) {}

    /// @param matching  who meets the rule
    /// @param reached   of these, who may be mailed at all; whoever has left the groups of a campaign is taken off there
    /// @param excluded  why not, by reason of suppression, each person once
    /// @param all       customers there are
    /// @param sampled   the numbers are about right: counted in a part of the customers
    public record Count(long matching, long reached, Map<String, Long> excluded, long all, boolean sampled, Duration took) {}

    /// Counts now: from a sample of very many customers, or when the whole takes longer than a moment; unless those who meet
    /// the rule are few and found at a glance. Empty when even a sample takes too long.
    ///
    /// @throws IllegalArgumentException when a condition is not usable
    public Optional<Count> count(Rule rule) {
        long began = System.nanoTime();
        Where where = rules.where(rule);
        long all = all();
        long least = Math.min(many, Sample.LEAST);
        long among = Sample.among(db, where);
        boolean isMuch = all >= many && among >= Math.min(many, Sample.LEAST_RECIPIENTS);
        Optional<Count> soon = isMuch ? Optional.empty() : exactly(where, all, MOMENT, began);
        if (soon.isEmpty() && all >= least) soon = about(where, all, began);
        boolean few = soon.isPresent() && soon.get().sampled() && soon.get().matching() <= among * FEW;
        Optional<Count> better = Optional.empty();
        if (few) better = within(all < VERY_MANY ? glance : MOMENT, () -> ofFew(where)).map(found -> counted(found, all, false, began));
        else if (soon.isEmpty()) better = exactly(where, all, PATIENCE, began);
        return (better.isPresent() ? better : soon).map(count -> remembered(rule, count));
    }

    /// Counts everybody, for who has seen the answer of a sample meanwhile. Empty when that takes too long.
    public Optional<Count> whole(Rule rule) {
        long began = System.nanoTime();
        Where where = rules.where(rule);
        return exactly(where, all(), WHOLE_PATIENCE, began).map(count -> remembered(rule, count));
    }

    private Optional<Count> exactly(Where where, long all, Duration patience, long began) {
        return within(patience, () -> byReason(where)).map(found -> counted(found, all, false, began));
    }

    private Optional<Count> about(Where where, long all, long began) {
        return within(SHORT_PATIENCE, () -> ofSample(where)).map(found -> counted(found, all, true, began));
    }

    /// The whole is not counted twice when its rows are.
    private Count remembered(Rule rule, Count count) {
        long now = System.nanoTime();
        remember(rule, new Remembered(count.matching(), count.sampled(), now, now));
        return count;
    }

    private void remember(Rule rule, Remembered found) {
        synchronized (rows) {
            rows.put(rule, found);
        }
    }

    private static Count counted(Map<String, Long> byReason, long all, boolean sampled, long began) {
        Map<String, Long> excluded = new TreeMap<>(byReason);
        Long reached = excluded.remove("");
        long left = excluded.values().stream().mapToLong(Long::longValue).sum();
        long planned = reached == null ? 0 : reached;
        return new Count(planned + left, planned, excluded, Math.max(all, planned + left), sampled, Duration.ofNanos(System.nanoTime() - began));
    }

    /// Those who meet it are counted without reading more than the rule needs; why some are not mailed begins at the few who
    /// are not, and asks the rule of them.
    private Map<String, Long> byReason(Where where) {
        Map<String, Long> byReason = new HashMap<>();
        long matching = db.sql(where.count()).params(where.parameters()).query(Long.class).single();
        if (matching > 0)
            db.sql("SELECT w.reason, count(*) FROM (SELECT address_id, min(reason) AS reason FROM " + suppressed() + " GROUP BY address_id) w"
                            + " JOIN customer c ON c.address_id = w.address_id WHERE " + where.sql() + " GROUP BY 1")
                    .params(where.parameters())
                    .query(row -> {
                        byReason.put(row.getString(1), row.getLong(2));
                    });
        byReason.put("", matching - byReason.values().stream().mapToLong(Long::longValue).sum());
        return byReason;
    }

    private Map<String, Long> ofSample(Where where) {
        Map<String, Long> byReason = new HashMap<>();
        Optional<Sample> found = Sample.of(db, where);
        if (found.isEmpty()) return byReason;
        Sample sample = found.get();
        db.sql(sample.asked() + "SELECT " + reason() + ", count(*) FROM asked JOIN customer c ON c.id = asked.id WHERE " + sample.truth() + " GROUP BY 1")
                .params(where.parameters())
                .query(row -> {
                    byReason.put(row.getString(1), sample.all(row.getLong(2)));
                });
        return byReason;
    }

    /// Few are gathered while they are counted, and why they are not mailed is looked up one by one: the rule is asked once.
    private Map<String, Long> ofFew(Where where) {
        Map<String, Long> byReason = new HashMap<>();
        Long[] people = db.sql("SELECT coalesce(array_agg(c.id), '{}') FROM customer c WHERE " + where.sql())
                .params(where.parameters())
                .query((row, _) -> (Long[]) row.getArray(1).getArray())
                .single();
        db.sql("SELECT " + reason() + ", count(*) FROM customer c WHERE c.id = ANY (:people) GROUP BY 1")
                .param("people", people)
                .query(row -> {
                    byReason.put(row.getString(1), row.getLong(2));
                });
        return byReason;
    }

    /// Why the customer `c` is not mailed; empty when nothing is against it.
    private String reason() {
        String ofDomain = domainsBanned()
                ? " (SELECT 'BANNED' FROM address a JOIN suppressed_domain d ON d.domain_id = a.domain_id WHERE a.id = c.address_id),"
                : "";
        return "coalesce((SELECT min(s.reason) FROM suppression s WHERE s.address_id = c.address_id)," + ofDomain + " '')";
    }

    /// The addresses of banned domains are read from their table, so only when there are some.
    private String suppressed() {
        return domainsBanned() ? "(SELECT address_id, reason FROM suppression UNION ALL"
                + " SELECT a.id, 'BANNED' FROM suppressed_domain d JOIN address a ON a.domain_id = d.domain_id) u" : "suppression";
    }

    private boolean domainsBanned() {
        return db.sql("SELECT EXISTS (SELECT FROM suppressed_domain)").query(Boolean.class).single();
    }

    /// Customers there are, exact enough for a share.
    long all() {
        return Sample.everybody(db);
    }

    /// What is remembered of one row, however old; nothing is counted.
    Optional<Row> known(Rule row) {
        Remembered known;
        synchronized (rows) {
            known = rows.get(row);
        }
        if (known == null || known.count() == null) return Optional.empty();
        return Optional.of(new Row(known.count(), known.about(), System.nanoTime() - known.countedAt() >= REMEMBERED_NANOS));
    }

    /// Who meets one row by itself; empty when that takes too long, and then it is not tried again for a while.
    Optional<Row> alone(Rule row) {
        long now = System.nanoTime();
        Remembered known;
        synchronized (rows) {
            known = rows.get(row);
        }
        if (known == null || now - known.triedAt() >= REMEMBERED_NANOS) {
            Optional<Long> counted = exactly(row, SHORT_PATIENCE);
            if (counted.isPresent()) known = new Remembered(counted.get(), false, now, now);
            else if (known == null) known = new Remembered(null, false, now, now);
            else known = new Remembered(known.count(), known.about(), known.countedAt(), now);
            remember(row, known);
        }
        boolean fresh = known.count() != null && now - known.countedAt() < REMEMBERED_NANOS;
        return fresh ? known(row) : Optional.empty();
    }

    /// Who meets it, of all customers; empty when that takes too long for something nobody waits for.
    Optional<Long> exactly(Rule rule) {
        return exactly(rule, LONG_PATIENCE);
    }

    /// Who meets it, of all customers; empty when that takes too long for somebody who waits for something else.
    Optional<Long> soon(Rule rule) {
        return exactly(rule, PATIENCE);
    }

    private Optional<Long> exactly(Rule rule, Duration patience) {
        Where where = rules.where(rule);
        return within(patience, () -> db.sql(where.count()).params(where.parameters()).query(Long.class).single());
    }

    /// Some who meet it, as customer ids.
    List<Long> some(Rule rule, int limit) {
        Where where = rules.where(rule);
        return within(SHORT_PATIENCE, () -> db.sql("SELECT c.id FROM customer c WHERE " + where.sql() + " LIMIT :limit")
                        .params(where.parameters())
                        .param("limit", limit)
                        .query(Long.class)
                        .list())
                .orElse(new ArrayList<>());
    }

    /// Those who meet it behind this id, in the order of their ids. Empty when that takes too long.
    Optional<List<Long>> after(Rule rule, long id, int limit) {
        Where where = rules.where(rule);
        return within(LONG_PATIENCE, () -> db.sql("SELECT c.id FROM customer c WHERE (" + where.sql() + ") AND c.id > :behind ORDER BY c.id LIMIT :limit")
                .params(where.parameters())
                .param("behind", id)
                .param("limit", limit)
                .query(Long.class)
                .list());
    }

    /// Hashes in memory and a disk without a head fit counting better than what the server assumes of everybody, compiling a
    /// statement takes longer than answering it, and the best plan depends on the values asked for.
    private <T> Optional<T> within(Duration patience, Supplier<T> question) {
        try {
            return Optional.of(database.inTransaction(() -> {
                db.sql("""
                        SELECT set_config('statement_timeout', :millis, true), set_config('work_mem', '64MB', true),
                               set_config('random_page_cost', '1.5', true), set_config('jit', 'off', true),
                               set_config('plan_cache_mode', 'force_custom_plan', true)
                        """)
                        .param("millis", String.valueOf(patience.toMillis()))
                        .query((row, n) -> row.getString(1))
                        .single();
                return question.get();
            }));
        } catch (QueryTimeoutException tooLong) {
            return Optional.empty();
        } catch (UncategorizedSQLException e) {
            if (e.getSQLException() != null && CANCELLED.equals(e.getSQLException().getSQLState())) return Optional.empty();
            throw e;
        }
    }
}
