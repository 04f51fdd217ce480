package todoku.delivery;

import static java.time.ZoneOffset.UTC;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;

/// Which destination a domain belongs to: all domains served by the same hosts are one.
final class Destinations {
    /// The destination of domains nobody has asked DNS about yet.
    static final long UNRESOLVED = 0;

    private static final int AT_ONCE = 500;
    /// Questions to DNS at the same time.
    private static final int QUESTIONS = 100;
    /// A domain that moves is noticed within this time; until then its mails open connections of their own.
    private static final Duration BELIEVED = Duration.ofDays(1);

    private final Database database;
    private final JdbcClient db;
    private final Carrier carrier;
    private final Map<String, Question> asked = new ConcurrentHashMap<>();

    Destinations(Database database, Carrier carrier) {
        this.database = database;
        this.db = database.client();
        this.carrier = carrier;
    }

    /// Asks about domains that are new or were asked about long ago, some at a time, and waits for the answers at most so
    /// long. Returns how many have answered.
    int refresh(Instant now, Duration patience) {
        List<String> names = db.sql("""
                (SELECT name FROM domain WHERE resolved_at IS NULL ORDER BY id LIMIT :max)
                UNION ALL
                (SELECT name FROM domain WHERE resolved_at < :long_ago ORDER BY resolved_at LIMIT :max)
                """)
                .param("long_ago", now.minus(BELIEVED).atOffset(UTC))
                .param("max", AT_ONCE)
                .query(String.class)
                .list();
        Map<String, Carrier.Served> answers = ask(names, patience);
        if (!answers.isEmpty()) database.inTransaction(() -> store(answers, now));
        return answers.size();
    }

    /// Asks about all of them at once; who has not answered so long after the question stands nowhere in the answer. A
    /// question goes on, and whoever asks the same meanwhile is answered by it.
    Map<String, Carrier.Served> ask(Collection<String> domains, Duration patience) {
        var free = new Semaphore(QUESTIONS);
        Map<String, Question> questions = new HashMap<>();
        for (String domain : domains) questions.put(domain, asked.computeIfAbsent(domain, _ -> begin(domain, free)));
        Map<String, Carrier.Served> answers = new HashMap<>();
        questions.forEach((domain, question) -> {
            Carrier.Served answer = question.answer(patience);
            if (answer != null) answers.put(domain, answer);
        });
        return answers;
    }

    private Question begin(String domain, Semaphore free) {
        var question = new Question(new CompletableFuture<>(), System.nanoTime());
        Thread.ofVirtual().name("resolve " + domain).start(() -> {
            free.acquireUninterruptibly();
            try {
                question.answer().complete(carrier.served(domain));
            } catch (RuntimeException e) {
                question.answer().complete(new Carrier.Served.Later(e.toString()));
            } finally {
                free.release();
                asked.remove(domain, question);
            }
        });
        return question;
    }

    /// On its way.
    private record Question(CompletableFuture<Carrier.Served> answer, long since) {
        /// Null when there is none so long after the question.
        Carrier.@Nullable Served answer(Duration patience) {
            try {
                return answer.get(Math.max(0, since + patience.toNanos() - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                return null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            } catch (ExecutionException e) {
                throw new IllegalStateException(e); // nobody completes it so
            }
        }
    }

    /// In the caller's transaction. A destination has the name of the first domain it was found for.
    void store(Map<String, Carrier.Served> answers, Instant now) {
        List<String> names = new ArrayList<>();
        List<String> hosts = new ArrayList<>();
        answers.forEach((domain, served) -> {
            names.add(domain);
            hosts.add(served instanceof Carrier.Served.By by ? by.hosts() : "");
        });
        db.sql("""
                INSERT INTO destination (name, hosts)
                SELECT CASE WHEN EXISTS (SELECT FROM destination t WHERE t.name = f.name) THEN f.hosts ELSE f.name END, f.hosts
                  FROM (SELECT DISTINCT ON (v.hosts) v.name, v.hosts FROM unnest(:name::text[], :hosts::text[]) AS v (name, hosts)
                         WHERE v.hosts <> '' AND NOT EXISTS (SELECT FROM destination t WHERE t.hosts = v.hosts)
                         ORDER BY v.hosts, v.name) f
                ON CONFLICT DO NOTHING
                """)
                .param("name", names.toArray(String[]::new))
                .param("hosts", hosts.toArray(String[]::new))
                .update();
        db.sql("""
                WITH v AS (SELECT * FROM unnest(:name::text[], :hosts::text[]) AS v (name, hosts)),
                ours AS (SELECT d.id, v.hosts FROM v JOIN domain d ON d.name = v.name ORDER BY d.id FOR UPDATE OF d)
                UPDATE domain d SET resolved_at = :now,
                       destination_id = coalesce((SELECT t.id FROM destination t WHERE t.hosts = o.hosts), d.destination_id)
                  FROM ours o WHERE o.id = d.id
                """)
                .param("name", names.toArray(String[]::new))
                .param("hosts", hosts.toArray(String[]::new))
                .param("now", now.atOffset(UTC))
                .update();
    }
}
