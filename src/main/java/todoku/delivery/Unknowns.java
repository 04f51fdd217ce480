package todoku.delivery;

import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;
import todoku.database.Database;
import todoku.event.AddressId;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mailing.Mailings;
import todoku.mailing.Result;
import todoku.mailing.Results;
import todoku.mailing.Results.Place;

/// 不明: those of whom nobody knows whether they have the mail. A person looks at the list and decides for a mailing: send
/// to them again, or leave it.
public final class Unknowns {
    private static final int AT_ONCE = 5_000;

    private final Database database;
    private final InstantSource clock;
    private final Results results;
    private final Mailings mailings;
    private final Doubtful doubtful;

    public Unknowns(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
        this.results = new Results(database.client());
        this.mailings = new Mailings(database.client(), clock);
        this.doubtful = new Doubtful(database.client(), results);
    }

    /// One of them.
    public record Unknown(int no, AddressId address, Reason reason, Instant since) {}

    /// By number, those behind `after`.
    public List<Unknown> of(MailingId mailing, int after, int limit) {
        return database.client().sql("""
                SELECT r.no, p.address_id, r.reason, r.at FROM recipient_result r
                  JOIN mailing_recipient p ON p.mailing_id = r.mailing_id AND p.no = r.no
                 WHERE r.mailing_id = :mailing AND r.no > :after AND r.state = 'UNKNOWN' ORDER BY r.no LIMIT :limit
                """)
                .param("mailing", mailing.value())
                .param("after", after)
                .param("limit", limit)
                .query((row, _) -> new Unknown(
                        row.getInt("no"),
                        new AddressId(row.getLong("address_id")),
                        Reason.valueOf(row.getString("reason")),
                        row.getObject("at", OffsetDateTime.class).toInstant()))
                .list();
    }

    /// Puts all of them in line again, as doubtful ones, until `expiresAt`; a mailing that was sent goes on. Returns how
    /// many. A stopped mailing stays as it is: 0.
    public int release(MailingId mailing, Instant expiresAt) {
        return database.inTransaction(() -> {
            if (of(mailing, 0, 1).isEmpty() || !mailings.reopen(mailing)) return 0;
            Instant now = clock.instant();
            int released = 0;
            while (true) {
                List<Place> found =
                        of(mailing, 0, AT_ONCE).stream().map(u -> new Place(mailing, u.no())).toList();
                if (found.isEmpty()) return released;
                Set<Place> taken = results.takeBackUnknown(Results.NO_NODE, found);
                doubtful.wait(
                        taken.stream().map(place -> new Doubtful.Waiter(place, now, 1, null)).toList(), expiresAt);
                results.countAgain(Results.NO_NODE, mailing, taken.size());
                released += taken.size();
            }
        });
    }

    /// Ends the doubtful ones that still wait: they stay unknown and are not sent to again. Those in a dialogue just now
    /// are judged by it. Returns how many.
    public int settle(MailingId mailing) {
        return database.inTransaction(() -> {
            Instant now = clock.instant();
            List<Result> ended = database.client().sql("""
                    DELETE FROM waiting_message w
                     WHERE w.mailing_id = :mailing AND w.doubtful AND NOT (w.opened AND w.leased_until > clock_timestamp())
                    RETURNING w.no, w.attempts, w.reply_id
                    """)
                    .param("mailing", mailing.value())
                    .query((row, _) -> {
                        long reply = row.getLong("reply_id");
                        return new Result(
                                mailing,
                                row.getInt("no"),
                                Result.State.UNKNOWN,
                                Reason.CUT_AFTER_DOT,
                                row.wasNull() ? null : reply,
                                row.getInt("attempts"),
                                now);
                    })
                    .list();
            return results.record(Results.NO_NODE, ended);
        });
    }
}
