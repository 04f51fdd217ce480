package todoku.simulation;

import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import todoku.mail.smtp.Answer;
import todoku.mail.smtp.Stage;

/// What a provider does on an [Occasion]: it answers, resets the connection, or only takes its time.
/// @param code 0 when nothing is said
/// @param slow how much later everything goes on; null for a refusal
record Said(Stage stage, int code, String text, boolean hangsUp, @Nullable Duration slow) {
    private static final int SHORT_CHARS = 70;

    static Said reset(Stage stage) {
        return new Said(stage, 0, "", true, null);
    }

    static Said slow(Stage stage, Duration by) {
        return new Said(stage, 0, "", false, by);
    }

    /// One line for a list of what was said how often.
    String shortly() {
        if (slow != null) return stage + " " + slow.toSeconds() + " s later";
        if (code == 0) return stage + " reset";
        String words = text.replace("[{ip}]", "[…]").replace("{ip}", "…");
        return stage + " " + code + " " + (words.length() <= SHORT_CHARS ? words : words.substring(0, SHORT_CHARS) + "…");
    }

    /// @param usual what would have been answered
    Answer answer(Answer usual, String to, InetAddress peer, int faster) {
        if (slow != null) return usual.after(slow.dividedBy(faster));
        if (code == 0) return Answer.reset();
        Answer answer = Answer.say(code, text.replace("{to}", to).replace("{ip}", peer.getHostAddress()).replace('|', '\n'));
        return hangsUp ? answer.thenHangUp() : answer;
    }
}
