package todoku.segment;

import org.springframework.jdbc.core.simple.JdbcClient;

/// Some thousands of customers, spread evenly over all of them: as many of a million as of ten million, so that asking them
/// takes as long. A share of a half is right within 0.7 points 19 times of 20, one of 2 % within 0.2.
public final class Sample {
    /// Whose numbers follow each other, read from the same pages.
    private static final int RUN = 100;
    private static final int RUNS = 200;

    /// Begins a statement that asks them. The planner takes them for ten, and then looks everything up by its key.
    public static final String ASKED = "WITH asked AS MATERIALIZED (SELECT c.id FROM customer c"
            + " WHERE c.id = ANY ((SELECT array_agg(low + (high - low - " + (RUN - 1) + ") * run / " + (RUNS - 1) + " + n)"
            + " FROM (SELECT min(id) AS low, max(id) AS high FROM customer) b, generate_series(0, " + (RUNS - 1) + ") run,"
            + " generate_series(0, " + (RUN - 1) + ") n)::bigint[]))\n";

    /// From so many customers on a sample is worth it.
    public static final int LEAST = 5 * RUN * RUNS;

    private Sample() {}

    /// Customers there are, as the planner knows it: exact enough for a share.
    public static long everybody(JdbcClient db) {
        return db.sql("""
                SELECT CASE WHEN reltuples < 10000 THEN (SELECT count(*) FROM customer) ELSE reltuples::bigint END
                  FROM pg_class WHERE oid = 'customer'::regclass
                """).query(Long.class).single();
    }

    /// How many of them there are; fewer where customers are gone.
    public static long seen(JdbcClient db) {
        return db.sql(ASKED + "SELECT count(*) FROM asked").query(Long.class).single();
    }

    /// How many of everybody stand for so many of the sample.
    ///
    /// @param seen customers of the sample
    /// @param all  customers there are
    public static long of(long found, long seen, long all) {
        return Math.round((double) found * all / seen);
    }
}
