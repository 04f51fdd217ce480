package todoku.campaign;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.jdbc.core.simple.JdbcClient;

/// How fast campaigns go, remembered by looking again and again while they run. Lost with the process: it is only shown.
public final class Speeds {
    /// Points of one curve; when it is full, every second one is forgotten and the curve goes on half as fine.
    private static final int POINTS = 240;
    /// Campaigns watched at once.
    private static final int CURVES = 200;
    /// What "now" means.
    private static final Duration NOW = Duration.ofSeconds(20);

    private final JdbcClient db;
    private final InstantSource clock;
    private final Map<Long, Curve> curves = new ConcurrentHashMap<>();

    public Speeds(JdbcClient db, InstantSource clock) {
        this.db = db;
        this.clock = clock;
    }

    /// How many were finished by then.
    record Point(Instant at, int finished) {}

    /// What happened so far: the points of the whole way, and the last seconds finely.
    private static final class Curve {
        private final List<Point> way = new ArrayList<>();
        private final List<Point> last = new ArrayList<>();
        private int step = 1;
        private int looks;

        synchronized void add(Point point) {
            last.add(point);
            while (last.size() > 2 && Duration.between(last.get(1).at(), point.at()).compareTo(NOW) > 0) last.removeFirst();
            if (looks++ % step != 0) return;
            way.add(point);
            if (way.size() < POINTS) return;
            List<Point> half = new ArrayList<>();
            for (int i = 0; i < way.size(); i += 2) half.add(way.get(i));
            way.clear();
            way.addAll(half);
            step *= 2;
        }

        synchronized double perMinute(Instant now) {
            if (last.size() < 2) return 0;
            Point first = last.getFirst();
            double seconds = Duration.between(first.at(), now).toMillis() / 1000.0;
            return seconds <= 0 ? 0 : (last.getLast().finished() - first.finished()) * 60 / seconds;
        }

        synchronized List<Point> way() {
            return List.copyOf(way);
        }
    }

    /// One look at everything that runs.
    public void look() {
        Instant now = clock.instant();
        Set<Long> running = new HashSet<>();
        db.sql(
                        """
                        SELECT c.mailing_id, coalesce(sum(p.delivered + p.failed + p.skipped + p.unknown), 0) AS finished
                          FROM campaign c LEFT JOIN mailing_progress p ON p.mailing_id = c.mailing_id
                         WHERE c.state IN ('SENDING', 'PAUSED') AND c.mailing_id IS NOT NULL GROUP BY c.mailing_id LIMIT :limit
                        """)
                .param("limit", CURVES)
                .query(row -> {
                    long mailing = row.getLong(1);
                    running.add(mailing);
                    curves.computeIfAbsent(mailing, _ -> new Curve()).add(new Point(now, row.getInt(2)));
                });
        curves.keySet().retainAll(running);
    }

    /// Mails a minute over the last seconds; 0 when nobody has looked yet.
    double perMinute(long mailing) {
        Curve curve = curves.get(mailing);
        return curve == null ? 0 : curve.perMinute(clock.instant());
    }

    List<Point> way(long mailing) {
        Curve curve = curves.get(mailing);
        return curve == null ? List.of() : curve.way();
    }
}
