package todoku.event;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Runs the followers for as long as the program lives. Trouble of the database is waited out.
public final class Following implements AutoCloseable {
    /// Shorter than anybody notices; an idle round is one indexed question per follower.
    private static final Duration PAUSE = Duration.ofMillis(500);

    /// Batches per follower and round, so that none of them waits long for the others.
    private static final int ROUNDS = 20;

    private static final System.Logger LOG = System.getLogger(Following.class.getName());

    private final Followers followers;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("followers").factory());

    private Following(Followers followers) {
        this.followers = followers;
    }

    public static Following start(Followers followers) {
        var following = new Following(followers);
        var _ = following.thread.scheduleWithFixedDelay(following::round, 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        return following;
    }

    private void round() {
        try {
            followers.run(ROUNDS);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "followers stand still, and try again", e);
        }
    }

    /// Returns when the batch at hand is done; what is not done begins again at its cursor.
    @Override
    public void close() {
        thread.close();
    }
}
