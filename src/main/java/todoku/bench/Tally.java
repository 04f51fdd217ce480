package todoku.bench;

import java.io.IOException;
import java.util.Set;
import todoku.bench.FaultReport.Round;
import todoku.database.Database;
import todoku.event.MailingId;
import todoku.mailing.Mailings;
import todoku.mailing.Progress;

/// Compares what we believe of a campaign with what the receiver has.
final class Tally {
    private Tally() {}

    /// Counts the mails and takes them away.
    static Round of(FaultGround ground, MailingId mailing, boolean hit, long bound) throws IOException {
        return of(ground, mailing, hit, bound, 0);
    }

    /// As above, where the receivers have refused so many for good.
    static Round of(FaultGround ground, MailingId mailing, boolean hit, long bound, long refused) throws IOException {
        return of(ground, ground.database, mailing, hit, bound, refused, Set.of());
    }

    /// As above, where the database is another one, and a person was told that these might get it twice.
    static Round of(FaultGround ground, Database database, MailingId mailing, boolean hit, long bound, Set<String> announced)
            throws IOException {
        return of(ground, database, mailing, hit, bound, 0, announced);
    }

    private static Round of(
            FaultGround ground, Database database, MailingId mailing, boolean hit, long bound, long refused, Set<String> announced)
            throws IOException {
        Dumps dumps = Dumps.takenFrom(ground.mails);
        Progress progress = new Mailings(database.client(), ground.shop.clock).progress(mailing);
        long[] lost = {0};
        long[] unknown = {0};
        long[] theirs = {0};
        long[] unlisted = {0};
        long[] failed = {0};
        long[] rows = {0};
        database.client().sql("""
                SELECT a.as_written, coalesce(x.state, 'NONE') AS state
                  FROM mailing_recipient r JOIN address a ON a.id = r.address_id
                  LEFT JOIN recipient_result x ON x.mailing_id = r.mailing_id AND x.no = r.no
                 WHERE r.mailing_id = :mailing
                """).param("mailing", mailing.value()).query(row -> {
            rows[0]++;
            boolean has = dumps.has(row.getString("as_written"));
            switch (row.getString("state")) {
                case "DELIVERED" -> lost[0] += has ? 0 : 1;
                case "FAILED" -> {
                    failed[0]++;
                    unlisted[0] += has ? 1 : 0;
                }
                case "UNKNOWN" -> {
                    unknown[0]++;
                    theirs[0] += has ? 1 : 0;
                }
                default -> {
                    if (has) unlisted[0]++;
                    else lost[0]++;
                }
            }
        });
        lost[0] += ground.size - rows[0] + progress.remaining();
        lost[0] += Math.abs(failed[0] - refused);
        lost[0] += Math.abs(rows[0] - unknown[0] - failed[0] - progress.delivered());
        return new Round(hit, lost[0], dumps.twice(announced), unknown[0], bound, theirs[0], unlisted[0]);
    }
}
