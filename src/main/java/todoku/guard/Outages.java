package todoku.guard;

import static java.time.ZoneOffset.UTC;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.delivery.Standstill;
import todoku.guard.SystemEvent.Severity;

/// Writes troubles of the system into its log: when sending stops by itself and goes on, failed jobs, alarms of the
/// engine, events no follower can take. What cannot be written, because the database is the trouble, is written when it
/// is back.
public final class Outages {
    /// The same trouble of the same thing is written once in this time.
    static final Duration AGAIN = Duration.ofHours(1);
    private static final int REMEMBERED = 1_000;

    private final SystemLog log;
    private final JdbcClient db;
    private final Supplier<@Nullable Standstill> standstill;
    private final InstantSource clock;
    private final Queue<Trouble> troubles = new LinkedBlockingQueue<>(REMEMBERED);
    private final Map<String, Instant> written = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > REMEMBERED;
        }
    };
    private final ArrayDeque<Stood> stood = new ArrayDeque<>();

    /// Up to here standstills are noticed that are over.
    private Instant told = Instant.MIN;
    private boolean first = true;

    public Outages(SystemLog log, JdbcClient db, Supplier<@Nullable Standstill> standstill, InstantSource clock) {
        this.log = log;
        this.db = db;
        this.standstill = standstill;
        this.clock = clock;
    }

    private record Trouble(Instant at, Severity severity, String kind, String subject, String detail) {}

    /// A standstill as far as it is written.
    private static final class Stood {
        private final Standstill what;
        private final Instant since;
        private long id;
        private @Nullable Instant overAt;

        Stood(Standstill what, Instant since) {
            this.what = what;
            this.since = since;
        }
    }

    /// Notes a trouble, from any thread and whatever else is wrong: it waits for [#look], or is forgotten when very many do.
    public void tell(Severity severity, String kind, String subject, String detail) {
        troubles.offer(new Trouble(clock.instant(), severity, kind, subject, detail));
    }

    /// Writes what is new. One caller at a time.
    public void look() {
        noticeStandstill();
        writeStandstills();
        for (Trouble next = troubles.peek(); next != null; next = troubles.peek()) {
            write(next);
            troubles.remove();
        }
        writePoison();
    }

    private void noticeStandstill() {
        Standstill now = standstill.get();
        Stood last = stood.peekLast();
        if (last != null && last.overAt == null && !last.what.equals(now)) {
            told = clock.instant();
            last.overAt = told;
        }
        if (now == null || last != null && last.what.equals(now)) return;
        // one that stood behind a worse one is not written twice for the same time
        stood.add(new Stood(now, now.since().isBefore(told) ? told : now.since()));
    }

    private void writeStandstills() {
        if (first) log.standsNoMore();
        first = false;
        for (Stood next = stood.peek(); next != null; next = stood.peek()) {
            if (next.id == 0)
                next.id = log.write(next.since, Severity.ERROR, "STANDSTILL_" + next.what.cause(), null, "", List.of(), "");
            Instant over = next.overAt;
            if (over == null) return;
            log.over(next.id, over);
            stood.remove();
        }
    }

    private void write(Trouble trouble) {
        String same = trouble.kind() + ' ' + trouble.subject();
        Instant before = written.get(same);
        if (before != null && trouble.at().isBefore(before.plus(AGAIN))) return;
        log.write(trouble.at(), trouble.severity(), trouble.kind(), null, trouble.subject(), List.of(), trouble.detail());
        written.remove(same);
        written.put(same, trouble.at());
    }

    private void writePoison() {
        db.sql("""
                INSERT INTO system_event (at, severity, kind, subject, detail)
                SELECT p.since, 'WARNING', 'POISON', p.follower || ' ' || p.event_id, left(p.why, 2000) FROM poison_event p
                 WHERE NOT EXISTS (SELECT FROM system_event e
                                    WHERE e.kind = 'POISON' AND e.subject = p.follower || ' ' || p.event_id)
                   AND p.since > :from
                """)
                .param("from", clock.instant().minus(SystemLog.KEPT).atOffset(UTC))
                .update();
    }
}
