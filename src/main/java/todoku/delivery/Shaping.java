package todoku.delivery;

import java.time.Duration;

/// How hard we may press one destination.
/// @param connections at most so many at once; where there is more than one, one is kept for the first priority
/// @param mailsPerConnection then the connection is closed and another opened
/// @param mailsPerSecond begun towards this destination; 0 means no limit
/// @param rest how long the lane stops after a refusal about us or when nobody answers
/// @param resetMeansLater they reset a connection when they have had enough, as au does: one who is cut so after the dot
///     is sent to once more, an hour later
public record Shaping(
        int connections, int mailsPerConnection, int mailsPerSecond, Duration rest, boolean resetMeansLater) {
    public static final Shaping STANDARD = new Shaping(10, 100, 0, Duration.ofMinutes(5));

    public Shaping {
        if (connections < 1 || mailsPerConnection < 1 || mailsPerSecond < 0) throw new IllegalArgumentException();
    }

    public Shaping(int connections, int mailsPerConnection, int mailsPerSecond, Duration rest) {
        this(connections, mailsPerConnection, mailsPerSecond, rest, false);
    }

}
