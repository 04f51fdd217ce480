package todoku.mail.smtp;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What our server answers at one stage: a reply or silence, after a delay, and whether it hangs up then.
/// @param reply null for hanging up without a word
/// @param resets hangs up with a TCP reset instead of an orderly end
public record Answer(@Nullable Reply reply, Duration delay, boolean hangsUp, boolean resets) {
    /// Silence always hangs up: a conversation cannot go on without an answer.
    public Answer {
        hangsUp = hangsUp || reply == null;
    }

    /// Answers at once.
    public static Answer say(int code, String text) {
        return new Answer(new Reply(code, text), Duration.ZERO, false, false);
    }

    /// Hangs up without a word.
    public static Answer hangUp() {
        return new Answer(null, Duration.ZERO, true, false);
    }

    /// Cuts the connection without a word: the other side sees a reset.
    public static Answer reset() {
        return new Answer(null, Duration.ZERO, true, true);
    }

    /// The same, later.
    public Answer after(Duration pause) {
        return new Answer(reply, pause, hangsUp, resets);
    }

    /// The same, and hangs up then.
    public Answer thenHangUp() {
        return new Answer(reply, delay, true, resets);
    }
}
