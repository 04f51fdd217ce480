package todoku.guard;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import todoku.database.Database;
import todoku.delivery.Engine;
import todoku.delivery.RefusedMailing;
import todoku.event.MailingId;
import todoku.guard.FirstPercent.Verdict;
import todoku.guard.SystemEvent.Severity;
import todoku.mailing.Mailings;
import todoku.mailing.Mailings.PauseCause;

/// Looks at everything that is being sent, several times a second, and stops or pauses what went over its limits. Any
/// number of nodes may look: whoever changes the state writes the log, in the same transaction.
public final class Guards {
    /// The stage of everybody who does not belong to the first percent.
    private static final int REST = 1;
    /// The first percent does not wait longer for a destination that rests.
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    /// With results that count from a fifth of the first percent it can be judged.
    private static final int ENOUGH = 5;

    private final Database database;
    private final GuardTable table;
    private final Mailings mailings;
    private final SystemLog log;
    private final Runnable opened;
    private final Refused refused;
    private final InstantSource clock;

    /// @param opened told when more may be sent; it wakes the engine
    public Guards(
            Database database, Mailings mailings, SystemLog log, Refused refused, Runnable opened, InstantSource clock) {
        this.database = database;
        this.table = new GuardTable(database.client());
        this.mailings = mailings;
        this.log = log;
        this.opened = opened;
        this.refused = refused;
        this.clock = clock;
    }

    /// What the engine has seen of refusals about us.
    public interface Refused {
        /// Mailings that most of their destinations refuse.
        List<RefusedMailing> mailings();

        /// It is paused: its attempts so far count no more.
        void forget(MailingId mailing);

        /// As this engine sees it.
        static Refused by(Engine engine) {
            return new Refused() {
                @Override
                public List<RefusedMailing> mailings() {
                    return engine.refused();
                }

                @Override
                public void forget(MailingId mailing) {
                    engine.forgetRefusals(mailing);
                }
            };
        }
    }

    /// One look at everything. One caller at a time.
    public void look() {
        GuardSettings limits = table.settings();
        for (long mailing : table.overLimit(limits)) stop(new MailingId(mailing), limits);
        for (GuardTable.Under first : table.underWay()) judge(first, limits);
        for (RefusedMailing blocked : refused.mailings()) pause(blocked);
    }

    private void stop(MailingId mailing, GuardSettings limits) {
        database.inTransaction(() -> {
            if (!mailings.stopForErrors(mailing)) return;
            Rate rate = table.rate(mailing);
            log.write(Severity.ERROR, "ERROR_RATE", mailing, List.of(text(rate.refused()), text(rate.rated()), text(limits.stopPercent())));
        });
    }

    private void pause(RefusedMailing blocked) {
        database.inTransaction(() -> {
            if (!table.isMass(blocked.mailing()) || !mailings.pause(blocked.mailing(), PauseCause.BLOCKED)) return;
            log.write(
                    clock.instant(), Severity.ERROR, "BLOCKED", blocked.mailing().value(), "",
                    List.of(text(blocked.refusing()), text(blocked.destinations())), blocked.reply());
        });
        refused.forget(blocked.mailing());
    }

    private void judge(GuardTable.Under first, GuardSettings limits) {
        Instant now = clock.instant();
        if (!mayBeJudged(first, now)) return;
        boolean passed = !first.rate().reaches(limits.firstPercent());
        boolean judged = database.inTransaction(() -> {
            if (!table.judge(first.mailing(), passed ? Verdict.PASSED : Verdict.FAILED, first.rate(), now)) return false;
            List<String> figures =
                    List.of(text(first.rate().refused()), text(first.rate().rated()), text(limits.firstPercent()), text(first.recipients()));
            if (passed) {
                mailings.openStage(first.mailing(), REST);
                log.write(Severity.INFO, "FIRST_PASSED", first.mailing(), figures);
            } else {
                mailings.pause(first.mailing(), PauseCause.BREAKER);
                log.write(Severity.WARNING, "FIRST_FAILED", first.mailing(), figures);
            }
            return true;
        });
        if (judged && passed) opened.run();
    }

    /// Whoever was put off says nothing of the addresses. Where nobody else comes, it is judged by what there is: when all have
    /// a result, or half of the mailing's time is gone and the rest would not be sent in time.
    private static boolean mayBeJudged(GuardTable.Under first, Instant now) {
        if (first.settled() || !now.isBefore(first.begun().plus(Duration.between(first.begun(), first.expires()).dividedBy(2)))) return true;
        boolean enough = first.rate().rated() * ENOUGH >= first.recipients();
        return enough && (first.arrived() || !now.isBefore(first.begun().plus(PATIENCE)));
    }

    private static String text(int number) {
        return Integer.toString(number);
    }

    /// A person goes on with a mailing although its first percent had too many errors; runs in the caller's transaction.
    /// Nothing happens to any other mailing.
    public static void confirm(Database database, Mailings mailings, MailingId mailing) {
        if (new GuardTable(database.client()).confirm(mailing)) mailings.openStage(mailing, REST);
    }
}
