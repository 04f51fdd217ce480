package todoku.bench;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import todoku.bench.FaultReport.Round;
import todoku.bench.Visit.Answer;
import todoku.campaign.CampaignState;
import todoku.guard.GuardSettings;
import todoku.guard.GuardTable;
import todoku.mailing.Progress;

/// From the middle of a campaign on every second address is none: it must stop for ever, soon, and say why.
final class ErrorRateFaults {
    /// Attempts after the one that passed the limit; more must not be.
    static final int FURTHER = 1_000;

    private static final int STOP_PERCENT = 10;
    private static final int STOP_RESULTS = 500;
    /// A smaller campaign would be over before anybody looks: its receiver takes its time.
    private static final int FULL_SPEED = 2_000;
    private static final int SMALL_MILLIS = 10_000;
    private static final int CONNECTIONS = 20;
    /// Dialogues that were open at the stop end within this.
    private static final int ENDING_MILLIS = 2_000;
    private static final int QUIET_MILLIS = 5_000;
    private static final String WHY = "エラー率が高いため、配信を停止しました";
    private static final String WHAT_TO_DO = "まず届かないアドレスを整理し、配信先を絞ってください";
    private static final String THE_REST = "通は送りません。もう一度送るには、コピーして新しい配信を作ってください";
    private static final String OVER = "この配信はもう終わっています";
    private static final String NOT_PAUSED = "この配信は一時停止していません";
    private static final String LOGGED = "エラー率が停止の値に達したため、配信を停止しました";

    private final FaultGround ground;

    ErrorRateFaults(FaultGround ground) {
        this.ground = ground;
    }

    Round round() throws IOException {
        long group = ground.morePeople();
        int results = Math.clamp(ground.size / 10, GuardSettings.LEAST_RESULTS, STOP_RESULTS);
        int rest = ground.size < FULL_SPEED ? SMALL_MILLIS * CONNECTIONS / ground.size : 0;
        Keeper keeper = new Keeper(ground.size / 2, results);
        try (Gate gate = Gate.before(ground.sinkPort(), rest, keeper);
                Served served = ground.served(gate.port(), Map.of())) {
            Visit admin = served.administrator(ground.database);
            limit(admin, results);
            String name = "エラーの多い配信" + group;
            PageCampaign campaign = PageCampaign.draft(ground, admin, name, group);
            Tally.Planned planned = campaign.start(admin);
            boolean stopped = campaign.becomes(CampaignState.STOPPED);
            double seconds = keeper.secondsSincePassed();
            boolean unfinished = ground.shop.mailings.progress(planned.mailing()).remaining() > 0;
            Programs.rest(ENDING_MILLIS);
            int attempts = keeper.attempts();
            boolean terminal = isTerminal(campaign, admin);
            Programs.rest(QUIET_MILLIS);
            terminal &= keeper.attempts() == attempts && campaign.state() == CampaignState.STOPPED;
            boolean told = isTold(campaign, admin, name);
            Progress sums = ground.shop.mailings.progress(planned.mailing());
            int further = keeper.further();
            boolean hit = stopped && unfinished && terminal && told && keeper.hasPassed() && further <= FURTHER;
            Round round = Tally.of(ground, planned, hit, keeper::isRight);
            int cut = keeper.cut();
            return round.hitWhen(cut <= CONNECTIONS && sums.failed() + cut == keeper.refused.size()).showing(String.format(
                    Locale.ROOT,
                    "%d further attempts (at most %,d; %d of them ended by the stop) after %d of %d results were errors, stopped %.2f s after, at %.0f attempts/s; terminal %s, told %s;"
                            + " %d = %d delivered + %d failed + %d not sent + %d unknown + %d skipped",
                    further, FURTHER, cut, keeper.refusedAtLimit, keeper.resultsAtLimit, seconds, keeper.speed(), terminal, told,
                    sums.planned(), sums.delivered(), sums.failed(), sums.remaining(), sums.unknown(), sums.skipped()));
        }
    }

    /// As an administrator sets it.
    private void limit(Visit admin, int results) throws IOException {
        admin.get("/settings/guards");
        GuardSettings before = new GuardTable(ground.database.client()).settings();
        Answer saved = admin.post("/settings/guards", Map.of(
                "version", "" + before.version(), "stopPercent", "" + STOP_PERCENT, "stopResults", "" + results,
                "firstOn", "" + before.firstOn(), "firstPercent", "" + before.firstPercent()));
        if (saved.status() != PageCampaign.SEEN) throw new IOException("the limit was not set: " + saved);
    }

    /// Nobody can make it go on.
    private static boolean isTerminal(PageCampaign campaign, Visit admin) throws IOException {
        admin.get(campaign.path());
        Answer resumed = admin.post(campaign.path() + "/resume", Map.of());
        Answer paused = admin.post(campaign.path() + "/pause", Map.of());
        return resumed.status() == PageCampaign.CONFLICT && resumed.body().contains(NOT_PAUSED)
                && paused.status() == PageCampaign.CONFLICT && paused.body().contains(OVER);
    }

    private static boolean isTold(PageCampaign campaign, Visit admin, String name) throws IOException {
        String page = admin.get(campaign.path()).body();
        String log = admin.get("/system-log").body();
        return page.contains(WHY) && page.contains(WHAT_TO_DO) && page.contains(THE_REST) && log.contains(LOGGED) && log.contains(name);
    }

    /// Refuses every second one from a number on, and counts as the limit does: what it has said itself.
    private static final class Keeper implements Gate.Keeper {
        private final int from;
        private final int results;
        private final Set<String> named = ConcurrentHashMap.newKeySet();
        private final Set<String> refused = ConcurrentHashMap.newKeySet();
        /// Refused after the limit was passed: the stop may have come before we heard it.
        private final Set<String> late = ConcurrentHashMap.newKeySet();
        private int attempts;
        private int cut;
        private int taken;
        private int attemptsAtLimit;
        private int refusedAtLimit;
        private int resultsAtLimit;
        private long beganAt;
        private long passedAt;

        Keeper(int from, int results) {
            this.from = from;
            this.results = results;
        }

        @Override
        public synchronized @Nullable String named(String address) {
            if (++attempts == from) beganAt = System.nanoTime();
            named.add(address);
            if (attempts <= from || attempts % 2 == 0) return null;
            refused.add(address);
            if (passedAt != 0) late.add(address);
            look();
            return "550 5.1.1 user unknown";
        }

        @Override
        public synchronized void taken(String address, long at) {
            taken++;
            look();
        }

        private void look() {
            int rated = taken + refused.size();
            if (passedAt != 0 || rated < results || refused.size() * 100 < rated * STOP_PERCENT) return;
            passedAt = System.nanoTime();
            attemptsAtLimit = attempts;
            refusedAtLimit = refused.size();
            resultsAtLimit = rated;
        }

        synchronized boolean hasPassed() {
            return passedAt != 0;
        }

        synchronized int attempts() {
            return attempts;
        }

        synchronized int further() {
            return attempts - attemptsAtLimit;
        }

        synchronized double secondsSincePassed() {
            return (System.nanoTime() - passedAt) / 1e9;
        }

        /// Attempts in a second from the first errors until the limit was passed.
        synchronized double speed() {
            return (attemptsAtLimit - from) * 1e9 / (passedAt - beganAt);
        }

        /// Dialogues that the stop ended before the refusal was read.
        int cut() {
            return cut;
        }

        /// Whom it refused has an error; whom it does not know was not sent to.
        boolean isRight(String address, String state, String reason) {
            String name = address.toLowerCase(Locale.ROOT);
            if (state.equals("FAILED")) return refused.contains(name);
            if (!state.equals("NONE")) return false;
            if (late.contains(name)) cut++;
            return late.contains(name) || !refused.contains(name);
        }
    }
}
