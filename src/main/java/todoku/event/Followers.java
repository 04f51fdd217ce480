package todoku.event;

import static java.time.ZoneOffset.UTC;

import java.lang.System.Logger.Level;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.TransactionException;
import todoku.database.Database;
import todoku.event.Event.Environment;
import todoku.event.Event.Kind;

/// Hands the ledger to its followers, to each from its own cursor, in the order (epoch, xid, id).
///
/// Only events below the oldest transaction still running are read: a number drawn earlier may be committed later, and
/// what was passed over once would never be read again. A follower may therefore lag as long as the longest writing
/// transaction of the server lasts. An event that a follower cannot take is set aside and shown, and the rest goes on.
/// Safe for many threads and programs: a follower is with one of them at a time.
public final class Followers {
    /// Events in one transaction: well below a second for a follower that writes something for each.
    static final int BATCH_EVENTS = 1_000;

    /// Unread events are counted up to here; beyond it "more" is all one needs to know.
    static final int COUNT_LIMIT = 100_000;

    /// The beginning of a cause is enough to find it.
    private static final int WHY_CHARS = 1_000;

    private static final System.Logger LOG = System.getLogger(Followers.class.getName());

    private final Database database;
    private final JdbcClient db;
    private final InstantSource clock;
    private final List<EventFollower> followers;

    public Followers(Database database, InstantSource clock, List<EventFollower> followers) {
        this.database = database;
        this.db = database.client();
        this.clock = clock;
        this.followers = List.copyOf(followers);
        database.inTransaction(() -> followers.forEach(this::register));
    }

    /// How far one follower is behind: unread events (at most [#COUNT_LIMIT]), the age of the first of them, and how
    /// many stand aside.
    public record Lag(String follower, int events, Duration age, int poison) {}

    /// An event one follower could not take.
    public record Poison(String follower, long eventId, String why, Instant since) {}

    private record Cursor(int epoch, String xid, long id) {}

    private record Read(Cursor cursor, LedgerEntry entry) {}

    /// Gives every follower what there is for it, at most `rounds` batches each.
    ///
    /// @return how many events were passed by all of them together; 0 says that nothing can be read now
    public int run(int rounds) {
        int passed = 0;
        for (EventFollower follower : followers) passed += run(follower, rounds);
        return passed;
    }

    private int run(EventFollower follower, int rounds) {
        int passed = 0;
        for (int round = 0; round < rounds; round++) {
            int batch = advance(follower);
            passed += batch;
            if (batch < BATCH_EVENTS) break;
        }
        return passed;
    }

    private int advance(EventFollower follower) {
        try {
            return database.inTransaction(() -> step(follower, BATCH_EVENTS, new AtomicLong()));
        } catch (RuntimeException e) {
            if (isOurTrouble(e)) throw e;
            LOG.log(Level.WARNING, "follower " + follower.name() + " refuses a batch; its events are tried one by one", e);
            return oneByOne(follower);
        }
    }

    private int oneByOne(EventFollower follower) {
        int passed = 0;
        while (passed < BATCH_EVENTS && advanceByOne(follower)) passed++;
        return passed;
    }

    private boolean advanceByOne(EventFollower follower) {
        var tried = new AtomicLong();
        try {
            return database.inTransaction(() -> step(follower, 1, tried)) > 0;
        } catch (RuntimeException e) {
            if (isOurTrouble(e)) throw e;
            return database.inTransaction(() -> setAside(follower, tried.get(), e));
        }
    }

    /// The cursor moves in the transaction of the work, and never without it.
    private int step(EventFollower follower, int limit, AtomicLong first) {
        Optional<Cursor> cursor = hold(follower);
        if (cursor.isEmpty()) return 0;
        List<Read> read = after(cursor.get(), limit);
        if (read.isEmpty()) return 0;
        first.set(read.getFirst().entry().id());
        List<LedgerEntry> wanted =
                read.stream().map(Read::entry).filter(entry -> wants(follower, entry)).toList();
        if (!wanted.isEmpty()) follower.follow(wanted);
        move(follower, read.getLast().cursor());
        return read.size();
    }

    /// Somebody else may have gone on meanwhile: then the event is no longer ours to judge.
    private boolean setAside(EventFollower follower, long eventId, RuntimeException why) {
        Optional<Cursor> cursor = hold(follower);
        if (cursor.isEmpty()) return false;
        List<Read> read = after(cursor.get(), 1);
        if (read.isEmpty() || read.getFirst().entry().id() != eventId) return false;
        LOG.log(Level.ERROR, "follower " + follower.name() + " cannot take event " + eventId, why);
        db.sql("""
                INSERT INTO poison_event (follower, event_id, why, since) VALUES (:follower, :event, :why, :now)
                ON CONFLICT DO NOTHING
                """)
                .param("follower", follower.name())
                .param("event", eventId)
                .param("why", shortened(why))
                .param("now", clock.instant().atOffset(UTC))
                .update();
        move(follower, read.getFirst().cursor());
        return true;
    }

    /// Gives an event that stood aside to its follower again. False when there is no such event any more.
    ///
    /// @throws RuntimeException what the follower throws: then the event stays where it is
    public boolean again(String name, long eventId) {
        EventFollower follower = followers.stream().filter(f -> f.name().equals(name)).findFirst().orElseThrow();
        return database.inTransaction(() -> {
            int removed = db.sql("DELETE FROM poison_event WHERE follower = :follower AND event_id = :event")
                    .param("follower", name)
                    .param("event", eventId)
                    .update();
            if (removed == 0) return false;
            follower.follow(db.sql("SELECT *, xid::text AS xid_text FROM event WHERE id = :event")
                    .param("event", eventId)
                    .query(Followers::read)
                    .list()
                    .stream()
                    .map(Read::entry)
                    .toList());
            return true;
        });
    }

    public List<Lag> lags() {
        return followers.stream().map(this::lag).toList();
    }

    private Lag lag(EventFollower follower) {
        return db.sql("""
                SELECT unread.n, unread.first_at, (SELECT count(*) FROM poison_event WHERE follower = f.name) AS poison
                  FROM follower f, LATERAL (
                       SELECT count(*) AS n, min(u.happened_at) AS first_at FROM (
                           SELECT e.happened_at FROM event e WHERE (e.epoch, e.xid, e.id) > (f.epoch, f.xid, f.id)
                            ORDER BY e.epoch, e.xid, e.id LIMIT :limit) u) unread
                 WHERE f.name = :name
                """)
                .param("limit", COUNT_LIMIT)
                .param("name", follower.name())
                .query((row, _) -> {
                    @Nullable OffsetDateTime first = row.getObject("first_at", OffsetDateTime.class);
                    Duration age = first == null ? Duration.ZERO : Duration.between(first.toInstant(), clock.instant());
                    return new Lag(follower.name(), row.getInt("n"), age.isNegative() ? Duration.ZERO : age, row.getInt("poison"));
                })
                .single();
    }

    /// The newest first.
    public List<Poison> poison(int limit) {
        return db.sql("SELECT * FROM poison_event ORDER BY since DESC, event_id DESC LIMIT :limit")
                .param("limit", limit)
                .query((row, _) -> new Poison(
                        row.getString("follower"),
                        row.getLong("event_id"),
                        row.getString("why"),
                        row.getObject("since", OffsetDateTime.class).toInstant()))
                .list();
    }

    private void register(EventFollower follower) {
        db.sql("INSERT INTO follower (name) VALUES (:name) ON CONFLICT DO NOTHING")
                .param("name", follower.name())
                .update();
    }

    /// Empty when another thread or program is following under this name.
    private Optional<Cursor> hold(EventFollower follower) {
        return db.sql("SELECT epoch, xid::text AS xid, id FROM follower WHERE name = :name FOR UPDATE SKIP LOCKED")
                .param("name", follower.name())
                .query((row, _) -> new Cursor(row.getInt("epoch"), row.getString("xid"), row.getLong("id")))
                .optional();
    }

    /// Both bounds are one range of the index `event_order`.
    private List<Read> after(Cursor cursor, int limit) {
        return db.sql("""
                SELECT e.*, e.xid::text AS xid_text FROM event e
                 WHERE (e.epoch, e.xid, e.id) > (:epoch, :xid::xid8, :id)
                   AND (e.epoch, e.xid) < (greatest((SELECT max(epoch) FROM event), (SELECT max(epoch) FROM epoch)),
                                          pg_snapshot_xmin(pg_current_snapshot()))
                 ORDER BY e.epoch, e.xid, e.id LIMIT :limit
                """)
                .param("epoch", cursor.epoch())
                .param("xid", cursor.xid())
                .param("id", cursor.id())
                .param("limit", limit)
                .query(Followers::read)
                .list();
    }

    private void move(EventFollower follower, Cursor to) {
        db.sql("UPDATE follower SET epoch = :epoch, xid = :xid::xid8, id = :id WHERE name = :name")
                .param("epoch", to.epoch())
                .param("xid", to.xid())
                .param("id", to.id())
                .param("name", follower.name())
                .update();
    }

    private static boolean wants(EventFollower follower, LedgerEntry entry) {
        return entry.event().environment() == Environment.LIVE || follower.followsSandbox();
    }

    /// A database that is away or busy says nothing about the event.
    private static boolean isOurTrouble(RuntimeException e) {
        return e instanceof TransientDataAccessException
                || e instanceof RecoverableDataAccessException
                || e instanceof DataAccessResourceFailureException
                || e instanceof TransactionException;
    }

    private static String shortened(RuntimeException e) {
        String why = e.toString().replace('\0', ' ');
        return why.length() <= WHY_CHARS ? why : why.substring(0, WHY_CHARS);
    }

    private static Read read(ResultSet row, int n) throws SQLException {
        long mailing = row.getLong("mailing_id");
        @Nullable MailingId mailingId = row.wasNull() ? null : new MailingId(mailing);
        int no = row.getInt("recipient_no");
        @Nullable Integer recipientNo = row.wasNull() ? null : no;
        long address = row.getLong("address_id");
        @Nullable AddressId addressId = row.wasNull() ? null : new AddressId(address);
        var event = new Event(
                row.getObject("happened_at", OffsetDateTime.class).toInstant(),
                Kind.valueOf(row.getString("kind")),
                Environment.valueOf(row.getString("environment")),
                mailingId,
                recipientNo,
                addressId,
                row.getString("detail"));
        var cursor = new Cursor(row.getInt("epoch"), row.getString("xid_text"), row.getLong("id"));
        return new Read(cursor, new LedgerEntry(row.getLong("id"), event));
    }
}
