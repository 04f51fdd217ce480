package todoku.customer.source;

import java.util.List;
import java.util.function.Consumer;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.ImportKey;

/// Whom a source has brought into its group, and which run saw them last.
final class Members {
    /// Addresses of those who vanished that are handed on at once.
    private static final int BLOCK = 2_000;

    private final JdbcClient db;

    Members(JdbcClient db) {
        this.db = db;
    }

    /// Of those a source has brought and who are still 配信中 in its group: how many, and how many a run did not see.
    record Missing(int brought, int vanished) {
        /// More of them than this is rather a query that broke than people who left.
        private static final int MOST_PERCENT = 20;

        boolean isMany() {
            return vanished * 100L > brought * (long) MOST_PERCENT;
        }
    }

    /// Rows that were registered: from now on the source answers for these customers.
    void brought(Source source, long run, List<String> keys) {
        db.sql("""
                INSERT INTO outside_member (source_id, customer_id, run_id)
                SELECT DISTINCT :source::bigint, c.id, :run::bigint FROM
                """ + customers(source.key()) + """
                ON CONFLICT (source_id, customer_id) DO UPDATE SET run_id = excluded.run_id
                """)
            .param("source", source.id()).param("run", run).param("keys", canonical(source.key(), keys)).update();
    }

    /// Rows that are there but were not taken: who was brought before has not vanished.
    void seen(Source source, long run, List<String> keys) {
        db.sql("""
                UPDATE outside_member m SET run_id = :run FROM (SELECT DISTINCT c.id FROM
                """ + customers(source.key()) + """
                ) k WHERE m.source_id = :source AND m.customer_id = k.id
                """)
            .param("source", source.id()).param("run", run).param("keys", canonical(source.key(), keys)).update();
    }

    private static String customers(ImportKey key) {
        return key == ImportKey.ADDRESS
                ? " unnest(:keys::text[]) w(key) JOIN address a ON a.canonical = w.key JOIN customer c ON c.address_id = a.id AND c.share_no = 0\n"
                : " unnest(:keys::text[]) w(key) JOIN customer c ON c.number = w.key\n";
    }

    private static String[] canonical(ImportKey key, List<String> keys) {
        return keys.stream().map(key::canonical).filter(each -> !each.isEmpty()).toArray(String[]::new);
    }

    Missing missing(Source source, long run) {
        return db.sql("""
                SELECT count(*), count(*) FILTER (WHERE m.run_id < :run) FROM outside_member m
                  JOIN membership s ON s.group_id = :group AND s.customer_id = m.customer_id AND s.state = 'SUBSCRIBED'
                 WHERE m.source_id = :source
                """)
            .param("run", run).param("group", source.group()).param("source", source.id())
            .query((row, n) -> new Missing(row.getInt(1), row.getInt(2))).single();
    }

    /// Those a run did not see, some thousands at a time, by this key. Whoever has no number any more has an empty one.
    void vanished(Source source, long run, ImportKey key, Consumer<List<String>> to) {
        long after = 0;
        while (true) {
            List<Gone> block = db.sql("""
                    SELECT m.customer_id, CASE WHEN :number THEN coalesce(c.number, '') ELSE a.as_written END FROM outside_member m
                      JOIN membership s ON s.group_id = :group AND s.customer_id = m.customer_id AND s.state = 'SUBSCRIBED'
                      JOIN customer c ON c.id = m.customer_id JOIN address a ON a.id = c.address_id
                     WHERE m.source_id = :source AND m.customer_id > :after AND m.run_id < :run ORDER BY m.customer_id LIMIT :limit
                    """)
                .param("group", source.group()).param("source", source.id()).param("after", after).param("run", run).param("number", key == ImportKey.NUMBER).param("limit", BLOCK)
                .query((row, n) -> new Gone(row.getLong(1), row.getString(2))).list();
            if (block.isEmpty()) return;
            to.accept(block.stream().map(Gone::key).toList());
            after = block.getLast().customer();
        }
    }

    private record Gone(long customer, String key) {}

    /// The source no longer answers for those whom a run did not see.
    void forgetVanished(long source, long run) {
        db.sql("DELETE FROM outside_member WHERE source_id = :source AND run_id < :run").param("source", source).param("run", run).update();
    }
}
