package todoku.bench;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
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
        return of(ground, ground.database, mailing, hit, bound, Set.of());
    }

    /// As above, where the database is another one, and a person was told that these might get it twice.
    static Round of(FaultGround ground, Database database, MailingId mailing, boolean hit, long bound, Set<String> announced)
            throws IOException {
        Planned planned = Planned.of(database, mailing);
        return of(ground, database, planned, hit, bound, announced, (_, _, _) -> false);
    }

    /// As above, where just so many are to fail, and get nothing.
    static Round of(FaultGround ground, MailingId mailing, boolean hit, long bound, long failing) throws IOException {
        int[] failed = {0};
        Round round = of(ground, ground.database, Planned.of(ground.database, mailing), hit, bound, Set.of(), (_, state, _) -> {
            if (!state.equals("FAILED")) return false;
            failed[0]++;
            return true;
        });
        return round.losing(Math.abs(failing - failed[0]));
    }

    /// As above, where it is right that some got no mail.
    static Round of(FaultGround ground, Planned planned, boolean hit, Without without) throws IOException {
        return of(ground, ground.database, planned, hit, 0, Set.of(), without);
    }

    /// Who was to get a mailing, by number: an address may be forgotten before everybody has a result.
    record Planned(MailingId mailing, Map<Integer, String> addresses) {
        static Planned of(Database database, MailingId mailing) {
            Map<Integer, String> addresses = new HashMap<>();
            database.client()
                    .sql("SELECT r.no, a.as_written FROM mailing_recipient r JOIN address a ON a.id = r.address_id WHERE r.mailing_id = :mailing")
                    .param("mailing", mailing.value())
                    .query(row -> {
                        addresses.put(row.getInt("no"), row.getString("as_written"));
                    });
            return new Planned(mailing, addresses);
        }
    }

    /// Whether somebody without a mail is not lost.
    interface Without {
        /// @param state of the result, NONE when there is none
        /// @param reason of the result, empty when there is none
        boolean isRight(String address, String state, String reason);
    }

    private static Round of(
            FaultGround ground, Database database, Planned planned, boolean hit, long bound, Set<String> announced, Without without)
            throws IOException {
        Dumps dumps = Dumps.takenFrom(ground.mails);
        Progress progress = new Mailings(database.client(), ground.shop.clock).progress(planned.mailing());
        long[] lost = {0};
        long[] theirs = {0};
        long[] unlisted = {0};
        Map<String, Integer> states = new HashMap<>();
        database.client().sql("""
                SELECT r.no, coalesce(x.state, 'NONE') AS state, coalesce(x.reason, '') AS reason
                  FROM mailing_recipient r LEFT JOIN recipient_result x ON x.mailing_id = r.mailing_id AND x.no = r.no
                 WHERE r.mailing_id = :mailing
                """).param("mailing", planned.mailing().value()).query(row -> {
            String state = row.getString("state");
            states.merge(state, 1, Integer::sum);
            String address = planned.addresses().getOrDefault(row.getInt("no"), "");
            boolean has = dumps.has(address);
            switch (state) {
                case "DELIVERED" -> lost[0] += has ? 0 : 1;
                case "UNKNOWN" -> theirs[0] += has ? 1 : 0;
                default -> {
                    if (has) unlisted[0]++;
                    else if (!without.isRight(address, state, row.getString("reason"))) lost[0]++;
                }
            }
        });
        int unknown = states.getOrDefault("UNKNOWN", 0);
        lost[0] += Math.abs(ground.size - states.values().stream().mapToInt(Integer::intValue).sum()) + Math.abs(ground.size - progress.planned());
        lost[0] += Math.abs(states.getOrDefault("DELIVERED", 0) - progress.delivered())
                + Math.abs(states.getOrDefault("FAILED", 0) - progress.failed())
                + Math.abs(states.getOrDefault("SKIPPED", 0) - progress.skipped())
                + Math.abs(unknown - progress.unknown())
                + Math.abs(states.getOrDefault("NONE", 0) - progress.remaining());
        return new Round(hit, lost[0], dumps.twice(announced), unknown, bound, theirs[0], unlisted[0]);
    }
}
