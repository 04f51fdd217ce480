package todoku.mail.smtp;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What our server answers at one stage: a reply or silence, after a delay, and whether it hangs up then.
/// @param reply null for hanging up without a word
public record Answer(@Nullable Reply reply, Duration delay, boolean hangsUp) {
    /// Silence always hangs up: a conversation cannot go on without an answer.
    public Answer {
        hangsUp = hangsUp || reply == null;
    }

    /// Answers at once.
    public static Answer say(int code, String text) {
        return new Answer(new Reply(code, text), Duration.ZERO, false);
    }

    /// Hangs up without a word.
    public static Answer hangUp() {
        return new Answer(null, Duration.ZERO, true);
    }

    /// The same, later.
    public Answer after(Duration pause) {
        return new Answer(reply, pause, hangsUp);
    }

    /// The same, and hangs up then.
    public Answer thenHangUp() {
        return new Answer(reply, delay, true);
    }
}
