package todoku.mail.smtp;

import java.time.Duration;

/// How long we wait for the other server, the whole of each step: what comes in drips gets no more.
/// @param connect until the TCP connection stands
/// @param command for the greeting, for writing a command or a group of them, and for each reply
/// @param message for writing the mail and for the reply to its end
public record Timeouts(Duration connect, Duration command, Duration message) {
    /// The minutes of RFC 5321 §4.5.3.2, connecting shorter.
    public static final Timeouts STANDARD =
            new Timeouts(Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofMinutes(10));
}
