package todoku.campaign;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Keeps the [CampaignClock] going, and [Speeds] looking, for as long as the program lives. Trouble of the database is waited out.
public final class Timetable implements AutoCloseable {
    /// A campaign of 10:00 starts at 10:00; an idle round is a few indexed questions.
    private static final Duration PAUSE = Duration.ofMillis(500);

    private static final System.Logger LOG = System.getLogger(Timetable.class.getName());

    private final CampaignClock clock;
    private final Speeds speeds;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("campaigns").factory());

    private Timetable(CampaignClock clock, Speeds speeds) {
        this.clock = clock;
        this.speeds = speeds;
    }

    public static Timetable start(CampaignClock clock, Speeds speeds) {
        var timetable = new Timetable(clock, speeds);
        var _ = timetable.thread.scheduleWithFixedDelay(timetable::round, 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        return timetable;
    }

    private void round() {
        try {
            clock.runDue();
            speeds.look();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "campaigns stand still, and try again", e);
        }
    }

    /// Returns when the plan at hand is written or given up.
    @Override
    public void close() {
        thread.close();
    }
}
