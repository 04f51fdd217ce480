package todoku.mailing;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;
import todoku.event.MailingId;

/// Where the many rows of mailings lie: a mailing of 100,000 recipients or more has its own partitions, the others share
/// one set per 1,000 numbers. They are made before anybody plans, so that a long plan blocks nobody.
public final class Partitions {
    /// From here on a mailing's rows are worth a table that can be dropped as a whole.
    public static final int LARGE_RECIPIENTS = 100_000;

    private static final int SHARED_BY = 1_000;
    /// The next shared ones are there when so many numbers are left.
    private static final int AHEAD = SHARED_BY / 2;

    private final Database database;

    public Partitions(Database database) {
        this.database = database;
    }

    /// The number of a mailing that is about to be planned for so many recipients. Its partitions are there when this
    /// returns, whatever becomes of the caller's transaction.
    public MailingId reserve(int recipients) {
        return database.inNewTransaction(() -> {
            JdbcClient db = database.client();
            boolean large = recipients >= LARGE_RECIPIENTS;
            long id = db.sql("SELECT nextval(:sequence::regclass)")
                    .param("sequence", large ? "large_mailing_id" : "mailing_id_seq")
                    .query(Long.class)
                    .single();
            if (large) make(db, id, id + 1);
            else ensureShared(db, id);
            return new MailingId(id);
        });
    }

    /// Makes the shared ones that will be needed next.
    public void prepare() {
        database.inTransaction(() -> {
            JdbcClient db = database.client();
            long last = db.sql("SELECT last_value FROM mailing_id_seq").query(Long.class).single();
            ensureShared(db, last + 1);
            ensureShared(db, last + AHEAD);
        });
    }

    /// From the first number up to, without, the last one.
    public record Range(long first, long after) {}

    /// Those that are there, in order.
    public static List<Range> ranges(JdbcClient db) {
        return db.sql("SELECT first_id, after_id FROM mailing_partition ORDER BY first_id")
                .query((row, _) -> new Range(row.getLong("first_id"), row.getLong("after_id")))
                .list();
    }

    /// Makes what is missing of a range that another database has; in the caller's transaction.
    public static void ensure(JdbcClient db, Range range) {
        long from = range.first();
        for (Range there : ranges(db)) {
            if (there.after() <= from || there.first() >= range.after()) continue;
            if (there.first() > from) make(db, from, there.first());
            from = there.after();
        }
        if (from < range.after()) make(db, from, range.after());
    }

    /// Makes the shared ones of this number if nobody has; in the caller's transaction.
    static void ensureShared(JdbcClient db, long id) {
        boolean there = db.sql("SELECT count(*) FROM mailing_partition WHERE first_id <= :id AND after_id > :id")
                        .param("id", id)
                        .query(Integer.class)
                        .single() == 1;
        long first = id / SHARED_BY * SHARED_BY;
        if (!there) make(db, first, first + SHARED_BY);
    }

    private static void make(JdbcClient db, long first, long after) {
        db.sql("SELECT count(make_mailing_partition(:first, :after))")
                .param("first", first)
                .param("after", after)
                .query(Integer.class)
                .single();
    }
}
