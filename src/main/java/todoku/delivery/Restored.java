package todoku.delivery;

import java.time.InstantSource;
import java.util.List;
import java.util.OptionalInt;
import todoku.database.Database;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mailing.Mailings;
import todoku.mailing.Result;
import todoku.mailing.Results;

/// What a restored database holds back: everything that was under way when the backup was made. Whoever has no result here
/// may have the mail already; a person decides, mailing by mailing.
public final class Restored {
    private static final int AT_ONCE = 5_000;

    private final Database database;
    private final InstantSource clock;
    private final Results results;
    private final Mailings mailings;

    public Restored(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
        this.results = new Results(database.client());
        this.mailings = new Mailings(database.client(), clock);
    }

    /// @param withoutResult so many may have it already
    public record HeldBack(MailingId mailing, Mailings.Kind kind, int planned, int withoutResult) {}

    public List<HeldBack> list(int limit) {
        return database.client().sql("""
                SELECT m.id, m.kind, m.planned, m.planned - (
                       SELECT coalesce(sum(delivered + failed + skipped + unknown), 0) FROM mailing_progress p
                        WHERE p.mailing_id = m.id) AS without_result
                  FROM mailing m WHERE m.held ORDER BY m.id LIMIT :limit
                """)
                .param("limit", limit)
                .query((row, _) -> new HeldBack(
                        new MailingId(row.getLong("id")),
                        Mailings.Kind.valueOf(row.getString("kind")),
                        row.getInt("planned"),
                        row.getInt("without_result")))
                .list();
    }

    /// Sends to everybody without a result: some may get it twice. False when it was not held.
    public boolean release(MailingId mailing) {
        return mailings.release(mailing);
    }

    /// Sends to nobody: everybody without a result ends as unknown, and the mailing with them. Returns how many; may be
    /// repeated when it was cut short. Empty when it was not held, or somebody has decided otherwise meanwhile: then it goes on as
    /// they said.
    public OptionalInt endAsUnknown(MailingId mailing) {
        int ended = 0;
        while (true) {
            OptionalInt some = database.inTransaction(() -> isHeld(mailing) ? OptionalInt.of(endSome(mailing)) : OptionalInt.empty());
            if (some.isEmpty()) return some;
            if (some.getAsInt() == 0) break;
            ended += some.getAsInt();
        }
        boolean over = database.inTransaction(() -> isHeld(mailing) && end(mailing));
        return over ? OptionalInt.of(ended) : OptionalInt.empty();
    }

    /// Until the transaction ends nobody lets it go or stops it.
    private boolean isHeld(MailingId mailing) {
        return database.client()
                .sql("SELECT id FROM mailing WHERE id = :id AND held AND state <> 'STOPPED' FOR UPDATE")
                .param("id", mailing.value())
                .query(Long.class)
                .optional()
                .isPresent();
    }

    private boolean end(MailingId mailing) {
        database.client().sql("UPDATE delivery_batch SET state = 'ENDED' WHERE mailing_id = :id AND state = 'WAITING'")
                .param("id", mailing.value())
                .update();
        database.client().sql("DELETE FROM waiting_message WHERE mailing_id = :id")
                .param("id", mailing.value())
                .update();
        return mailings.endHeld(mailing);
    }

    private int endSome(MailingId mailing) {
        return results.record(Results.NO_NODE, database.client().sql("""
                SELECT r.no FROM mailing_recipient r
                 WHERE r.mailing_id = :id
                   AND NOT EXISTS (SELECT FROM recipient_result x WHERE x.mailing_id = r.mailing_id AND x.no = r.no)
                 ORDER BY r.no LIMIT :max
                """)
                .param("id", mailing.value())
                .param("max", AT_ONCE)
                .query((row, _) -> new Result(
                        mailing, row.getInt("no"), Result.State.UNKNOWN, Reason.NODE_LOST, null, 0, clock.instant()))
                .list());
    }
}
