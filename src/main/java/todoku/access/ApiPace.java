package todoku.access;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// How often each key has asked in its minute, which begins with its first request. Counted in memory: it is there to keep one
/// program from taking the machine from the others, and forgets at a restart. There are never more minutes than keys.
final class ApiPace {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final InstantSource clock;
    private final ConcurrentMap<Long, Minute> minutes = new ConcurrentHashMap<>();

    ApiPace(InstantSource clock) {
        this.clock = clock;
    }

    private record Minute(Instant began, int asked) {
        boolean covers(Instant now) {
            return !now.isBefore(began) && now.isBefore(began.plus(MINUTE));
        }
    }

    /// How it stands after a request.
    ///
    /// @param left what may be asked in this minute still; below zero this request was one too many
    /// @param seconds until the next minute begins
    record Standing(int limit, int left, int seconds) {
        boolean tooFast() {
            return left < 0;
        }

        /// As in draft-ietf-httpapi-ratelimit-headers.
        String policy() {
            return "\"minute\";q=" + limit + ";w=" + MINUTE.toSeconds();
        }

        String header() {
            return "\"minute\";r=" + Math.max(0, left) + ";t=" + seconds;
        }
    }

    /// Counts one request. What is refused does not make the minute longer.
    Standing ask(long key, int limit) {
        Instant now = clock.instant();
        Minute minute = minutes.compute(key, (_, before) -> before != null && before.covers(now)
                ? new Minute(before.began(), Math.min(before.asked(), limit) + 1)
                : new Minute(now, 1));
        Duration rest = Duration.between(now, minute.began().plus(MINUTE));
        return new Standing(limit, limit - minute.asked(), Math.toIntExact(rest.plusNanos(999_999_999).toSeconds()));
    }
}
