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

    public Timetable(CampaignClock clock, Speeds speeds) {
        this.clock = clock;
        this.speeds = speeds;
    }

    /// Begins, after the engine has started: it is the engine that notices a restored database.
    public void start() {
        var _ = thread.scheduleWithFixedDelay(this::round, 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
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
