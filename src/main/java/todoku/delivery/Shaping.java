package todoku.delivery;

import java.time.Duration;

/// How hard we may press one destination.
/// @param connections at most so many at once
/// @param mailsPerConnection then the connection is closed and another opened
/// @param mailsPerSecond begun towards this destination; 0 means no limit
/// @param rest how long the lane stops after a refusal about us or when nobody answers
public record Shaping(int connections, int mailsPerConnection, int mailsPerSecond, Duration rest) {
    public static final Shaping STANDARD = new Shaping(10, 100, 0, Duration.ofMinutes(5));

    public Shaping {
        if (connections < 1 || mailsPerConnection < 1 || mailsPerSecond < 0) throw new IllegalArgumentException();
    }

    /// Two recipients per connection: one in dialogue, one ready.
    int window() {
        return 2 * connections;
    }
}
