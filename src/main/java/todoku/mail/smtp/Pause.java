package todoku.mail.smtp;

import java.time.Duration;

/// Lets time pass; tests hand in their own.
@FunctionalInterface
public interface Pause {
    /// Real time.
    Pause REAL = Thread::sleep;

    /// Returns when that time is over.
    void pause(Duration time) throws InterruptedException;
}
