package todoku.bench;

import java.io.IOException;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import todoku.bench.FaultReport.Round;
import todoku.bench.Visit.Answer;
import todoku.campaign.CampaignState;

/// At two browsers people edit, reserve, pause, resume and stop the same campaign at the same moment. Whatever comes out
/// must be what one after the other gives; who was second is told, keeps what was typed, and overwrites nothing.
final class TabFaults {
    private static final int TIMES = 20;
    private static final int CONNECTIONS = 20;
    /// The campaign is not over before they are done.
    private static final int CAMPAIGN_MILLIS = 60_000;
    private static final int STARTED = 20;
    private static final int LIMIT_SECONDS = 120;
    private static final int LOOK_MILLIS = 50;
    /// Dialogues that were open at the stop end within this.
    private static final int ENDING_MILLIS = 2_000;
    private static final int QUIET_MILLIS = 5_000;
    private static final int FIRST_HOURS = 24;
    private static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");
    private static final DateTimeFormatter TYPED = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm", Locale.ROOT);
    private static final String STALE = "ほかの方が先に";
    private static final List<String> TOLD =
            List.of("この配信はいま送っていません", "この配信は一時停止していません", "この配信はもう終わっています");

    private final FaultGround ground;
    private final SplittableRandom random;
    /// Pairs of which the second one was told, and pairs of which both were right.
    private int told;
    private int both;
    private final List<String> wrong = new ArrayList<>();

    TabFaults(FaultGround ground, SplittableRandom random) {
        this.ground = ground;
        this.random = random;
    }

    /// What somebody does with a campaign that is being sent.
    private enum Act {
        PAUSE,
        RESUME,
        STOP;

        /// What becomes of a campaign; null when this may not be.
        @Nullable CampaignState of(CampaignState state) {
            return switch (this) {
                case PAUSE -> state == CampaignState.SENDING ? CampaignState.PAUSED : null;
                case RESUME -> state == CampaignState.PAUSED ? CampaignState.SENDING : null;
                case STOP -> state == CampaignState.SENDING || state == CampaignState.PAUSED ? CampaignState.STOPPED : null;
            };
        }
    }

    /// What both were answered, and how the campaign stands then.
    private record Outcome(boolean first, boolean second, CampaignState state) {
        static Outcome inTurn(CampaignState state, Act first, Act second) {
            CampaignState then = first.of(state);
            CampaignState between = then == null ? state : then;
            CampaignState last = second.of(between);
            return new Outcome(then != null, last != null, last == null ? between : last);
        }

        Outcome turned() {
            return new Outcome(second, first, state);
        }
    }

    Round round() throws IOException {
        long group = ground.morePeople();
        SlowKeeper keeper = new SlowKeeper(CAMPAIGN_MILLIS * CONNECTIONS / ground.size);
        try (Gate gate = Gate.before(ground.sinkPort(), 0, keeper);
                Served served = ground.served(gate.port(), Map.of())) {
            Visit one = served.administrator(ground.database);
            Visit two = served.administrator(ground.database);
            PageCampaign campaign = PageCampaign.draft(ground, one, "二つの画面" + group, group);
            for (int i = 0; i < TIMES; i++) edit(campaign, group, one, two, i);
            for (int i = 0; i < TIMES; i++) editAndReserve(campaign, one, two, i);
            int prepared = told;
            campaign.save(one, "time", campaign.version(one, "time"), Map.of("when", "now", "expiry", "" + FIRST_HOURS));
            Tally.Planned planned = campaign.start(one);
            until(keeper, STARTED);
            for (int i = 0; i < TIMES; i++) {
                Act first = random.nextBoolean() ? Act.PAUSE : Act.RESUME;
                act(campaign, one, first, two, random.nextBoolean() ? Act.PAUSE : Act.RESUME);
            }
            boolean unfinished = ground.shop.mailings.progress(planned.mailing()).remaining() > 0;
            act(campaign, one, Act.STOP, two, Act.values()[random.nextInt(Act.values().length)]);
            act(campaign, one, Act.RESUME, two, Act.PAUSE);
            editTooLate(campaign, one);
            keeper.hurry();
            Programs.rest(ENDING_MILLIS);
            int taken = keeper.taken();
            Programs.rest(QUIET_MILLIS);
            boolean quiet = keeper.taken() == taken && campaign.state() == CampaignState.STOPPED;
            wrong.forEach(System.err::println);
            boolean hit = unfinished && quiet && prepared >= 2 * TIMES && told > prepared;
            return Tally.of(ground, planned, hit, (_, state, _) -> state.equals("NONE")).losing(wrong.size()).showing(String.format(
                    Locale.ROOT,
                    "%d pairs at once: of %d the second was told, of %d both were right one after the other, %d wrong; nothing sent after the stop: %s",
                    told + both + wrong.size(), told, both, wrong.size(), quiet));
        }
    }

    /// One changes the name, the other the time, of the same version.
    private void edit(PageCampaign campaign, long group, Visit one, Visit two, int turn) throws IOException {
        int version = Integer.parseInt(campaign.version(one, "target"));
        String other = campaign.version(two, "time");
        String name = name(campaign);
        int hours = hours(campaign);
        String typed = "名前" + group + "・" + turn;
        int longer = FIRST_HOURS + 1 + turn;
        List<Answer> answers = atOnce(
                () -> campaign.save(one, "target", "" + version, Map.of("name", typed, "group", "" + group)),
                () -> campaign.save(two, "time", other, Map.of("when", "now", "expiry", "" + longer)));
        boolean first = answers.getFirst().status() == PageCampaign.SEEN;
        Answer late = first ? answers.getLast() : answers.getFirst();
        boolean right = answers.stream().filter(answer -> answer.status() == PageCampaign.SEEN).count() == 1
                && version(campaign) == version + 1
                && name(campaign).equals(first ? typed : name)
                && hours(campaign) == (first ? hours : longer)
                && late.status() == PageCampaign.CONFLICT
                && late.body().contains(STALE)
                && late.body().contains("value=\"" + (first ? longer : typed) + "\"");
        note(right, "edit " + turn, answers);
    }

    /// One moves the time, the other reserves what stood there before.
    private void editAndReserve(PageCampaign campaign, Visit one, Visit two, int turn) throws IOException {
        String day = TYPED.format(ZonedDateTime.now(TOKYO).plusDays(2));
        campaign.save(one, "time", campaign.version(one, "time"), Map.of("when", "at", "at", day, "expiry", "" + FIRST_HOURS));
        String version = campaign.version(one, "time");
        String confirmed = campaign.version(two, "confirm");
        int longer = FIRST_HOURS + 1 + turn;
        List<Answer> answers = atOnce(
                () -> campaign.save(one, "time", version, Map.of("when", "at", "at", day, "expiry", "" + longer)),
                () -> campaign.reserve(two, confirmed));
        boolean edited = answers.getFirst().status() == PageCampaign.SEEN;
        boolean reserved = answers.getLast().status() == PageCampaign.SEEN;
        Answer late = edited ? answers.getLast() : answers.getFirst();
        boolean right = edited != reserved
                && campaign.state() == (reserved ? CampaignState.SCHEDULED : CampaignState.DRAFT)
                && hours(campaign) == (edited ? longer : FIRST_HOURS)
                && late.status() == PageCampaign.CONFLICT
                && late.body().contains(STALE);
        note(right, "edit and reserve " + turn, answers);
        if (!reserved) return;
        one.get(campaign.path());
        one.post(campaign.path() + "/reopen", Map.of());
    }

    private void act(PageCampaign campaign, Visit one, Act first, Visit two, Act second) throws IOException {
        one.get(campaign.path());
        two.get(campaign.path());
        CampaignState before = campaign.state();
        long written = written(campaign);
        List<Answer> answers = atOnce(() -> post(campaign, one, first), () -> post(campaign, two, second));
        Outcome outcome = new Outcome(
                answers.getFirst().status() == PageCampaign.SEEN, answers.getLast().status() == PageCampaign.SEEN, campaign.state());
        long done = answers.stream().filter(answer -> answer.status() == PageCampaign.SEEN).count();
        boolean right = Stream.of(Outcome.inTurn(before, first, second), Outcome.inTurn(before, second, first).turned()).anyMatch(outcome::equals)
                && answers.stream().allMatch(answer -> answer.status() == PageCampaign.SEEN || isTold(answer))
                && written(campaign) == written + done;
        note(right, before + " " + first + " " + second + " " + outcome, answers);
    }

    private void editTooLate(PageCampaign campaign, Visit one) throws IOException {
        String name = name(campaign);
        one.get(campaign.path());
        Answer answer = campaign.save(one, "time", "" + version(campaign), Map.of("when", "now", "expiry", "1"));
        boolean right = answer.status() == PageCampaign.CONFLICT && name(campaign).equals(name) && hours(campaign) == FIRST_HOURS;
        note(right, "edit after the stop", List.of(answer));
    }

    private void note(boolean right, String what, List<Answer> answers) {
        if (!right) wrong.add(what + ": " + answers);
        else if (answers.stream().allMatch(answer -> answer.status() == PageCampaign.SEEN)) both++;
        else told++;
    }

    private static boolean isTold(Answer answer) {
        return answer.status() == PageCampaign.CONFLICT && TOLD.stream().anyMatch(answer.body()::contains);
    }

    private static Answer post(PageCampaign campaign, Visit visit, Act act) throws IOException {
        return visit.post(campaign.path() + "/" + act.name().toLowerCase(Locale.ROOT), Map.of());
    }

    private static List<Answer> atOnce(Callable<Answer> first, Callable<Answer> second) throws IOException {
        var together = new CyclicBarrier(2);
        try (var people = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = people.invokeAll(Stream.of(first, second)
                    .<Callable<Answer>>map(act -> () -> {
                        together.await();
                        return act.call();
                    })
                    .toList());
            return List.of(answers.getFirst().get(), answers.getLast().get());
        } catch (InterruptedException | ExecutionException e) {
            throw new IOException("somebody got no answer", e);
        }
    }

    private static void until(SlowKeeper keeper, int taken) throws IOException {
        long limit = System.nanoTime() + LIMIT_SECONDS * 1_000_000_000L;
        while (keeper.taken() < taken) {
            if (System.nanoTime() > limit) throw new IOException("the campaign does not get going");
            Programs.rest(LOOK_MILLIS);
        }
    }

    private int version(PageCampaign campaign) {
        return one("SELECT version FROM campaign WHERE id = :id", campaign, Integer.class);
    }

    private String name(PageCampaign campaign) {
        return one("SELECT name FROM campaign WHERE id = :id", campaign, String.class);
    }

    private int hours(PageCampaign campaign) {
        return one("SELECT expiry_hours FROM campaign WHERE id = :id", campaign, Integer.class);
    }

    /// What the log of operations has about it.
    private long written(PageCampaign campaign) {
        return one("SELECT count(*) FROM audit WHERE subject = 'campaign:' || :id", campaign, Long.class);
    }

    private <T> T one(String sql, PageCampaign campaign, Class<T> type) {
        return ground.database.client().sql(sql).param("id", campaign.id()).query(type).single();
    }
}
