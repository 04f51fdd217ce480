package todoku.segment;

import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Some thousands of customers, spread evenly over all of them, or over the recipients of the mailing that everybody who
/// meets a rule has got: as many of a million as of ten million, so that asking them takes as long. A share of a half is right
/// within 0.7 points 19 times of 20, one of 2 % within 0.2.
///
/// @param asked begins a statement that asks them, whom it names as `asked (id)`
/// @param truth the rule about the customer `c`, for that statement
/// @param each  how many of everybody stand behind each of them
public record Sample(String asked, String truth, double each) {
    /// Whose numbers follow each other, read from the same pages.
    private static final int RUN = 100;
    private static final int RUNS = 200;

    /// From so many on a sample is worth it.
    public static final int LEAST = 5 * RUN * RUNS;

    /// Of a mailing; what became of it takes longer to look up.
    static final int LEAST_RECIPIENTS = 2 * RUN * RUNS;

    private static final String NUMBERS = "(SELECT array_agg(low + (high - low - " + (RUN - 1) + ")::bigint * run / " + (RUNS - 1)
            + " + n) FROM {range} b, generate_series(0, " + (RUNS - 1) + ") run, generate_series(0, " + (RUN - 1) + ") n)";

    /// The planner takes them for ten, and then looks everything up by its key.
    private static final String CUSTOMERS = "WITH asked AS MATERIALIZED (SELECT c.id FROM customer c WHERE c.id = ANY ("
            + NUMBERS.replace("{range}", "(SELECT min(id) AS low, max(id) AS high FROM customer)") + "::bigint[]))\n";

    private static final String RANGE =
            "(SELECT min(no) AS low, max(no) AS high FROM mailing_recipient WHERE mailing_id = {mailing})";

    private static final String RECIPIENTS =
            "WITH asked AS MATERIALIZED (SELECT r.customer_id AS id, r.no FROM mailing_recipient r WHERE r.mailing_id = {mailing}"
                    + " AND r.no = ANY (" + NUMBERS.replace("{range}", RANGE) + "::int[]))\n";

    /// Of the recipients of a mailing where the rule is about them and they are many, else of all customers. Empty when nobody
    /// of the sample is a customer any more.
    public static Optional<Sample> of(JdbcClient db, Where where) {
        Where.Recipients recipients = where.recipients();
        long numbers = recipients == null ? 0 : numbers(db, recipients.mailing());
        if (recipients != null && numbers >= LEAST_RECIPIENTS) {
            String asked = RECIPIENTS.replace("{mailing}", String.valueOf(recipients.mailing()));
            return Optional.of(new Sample(asked, recipients.truth(), (double) numbers / (RUN * RUNS)));
        }
        long seen = db.sql(CUSTOMERS + "SELECT count(*) FROM asked").query(Long.class).single();
        return seen == 0 ? Optional.empty() : Optional.of(new Sample(CUSTOMERS, where.ofFew(), (double) everybody(db) / seen));
    }

    /// Among how many those are who meet a rule.
    static long among(JdbcClient db, Where where) {
        Where.Recipients recipients = where.recipients();
        return recipients == null ? everybody(db) : numbers(db, recipients.mailing());
    }

    /// Recipients of a mailing have numbers without gaps; whoever was erased has left one.
    private static long numbers(JdbcClient db, long mailing) {
        return db.sql("SELECT coalesce(high - low + 1, 0) FROM " + RANGE.replace("{mailing}", String.valueOf(mailing)) + " b")
                .query(Long.class)
                .single();
    }

    /// Customers there are, as the planner knows it: exact enough for a share.
    public static long everybody(JdbcClient db) {
        return db.sql("""
                SELECT CASE WHEN reltuples < 10000 THEN (SELECT count(*) FROM customer) ELSE reltuples::bigint END
                  FROM pg_class WHERE oid = 'customer'::regclass
                """).query(Long.class).single();
    }

    /// How many of everybody stand for so many of the sample.
    public long all(long found) {
        return Math.round(found * each);
    }
}
